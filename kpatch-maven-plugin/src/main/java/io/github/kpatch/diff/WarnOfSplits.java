package io.github.kpatch.diff;

import io.github.kpatch.elf.Relocation;
import io.github.kpatch.elf.SectionData;
import io.github.kpatch.elf.SectionId;
import io.github.kpatch.elf.SymbolId;
import io.github.kpatch.problem.Problem;
import io.github.kpatch.problem.ProblemCode;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeSet;

/**
 * Finds what will work but may not do what the author means, so that a person looks at it.
 *
 * <p>A changed constant goes along with the functions that changed with it, but code that did not change keeps reading
 * the old one in the running kernel. And where several symbols of the kernel have one name, the right one is known only by
 * its place in a symbol table, which is reliable for locals of vmlinux (they are counted by address) and less so otherwise.
 */
final class WarnOfSplits {
    private WarnOfSplits() {}

    /** What to look at, in the order of the symbol table. */
    static List<Problem> in(CarriedContent content, References references, List<LocateFunctions.Located> functions) {
        Changes changes = content.changes();
        Inclusion inclusion = content.inclusion();
        List<Problem> warnings = new ArrayList<>(splitConstants(changes, inclusion));
        Map<SymbolId, SymbolLookup.Found> used = new LinkedHashMap<>();
        functions.forEach(function -> used.put(function.symbol(), function.found()));
        references.klp().forEach(reference -> used.put(reference.relocation().symbol(), reference.found()));
        used.forEach((id, found) -> {
            if (found.unsure()) {
                warnings.add(Problem.of(
                        ProblemCode.SYMBOL_POSITION_UNSURE,
                        changes.patched().where(id),
                        found.owner() + " has several symbols of this name; number " + found.position()
                                + " is taken."));
            }
        });
        return warnings;
    }

    private static List<Problem> splitConstants(Changes changes, Inclusion inclusion) {
        Unit patched = changes.patched();
        Map<SymbolId, TreeSet<String>> oldUsers = new LinkedHashMap<>();
        for (SectionId id : patched.elf().sectionIds()) {
            boolean leftBehind = patched.section(id).data() instanceof SectionData.Relocations
                    && !inclusion.has(patched.base(id))
                    && patched.bundles().owner(patched.base(id)).isPresent();
            if (!leftBehind) {
                continue;
            }
            String user = patched.symbol(
                            patched.bundles().owner(patched.base(id)).orElseThrow())
                    .name();
            for (Relocation relocation : patched.elf().relocationsOf(patched.base(id))) {
                if (isChangedConstant(changes, inclusion, relocation.symbol())) {
                    oldUsers.computeIfAbsent(relocation.symbol(), symbol -> new TreeSet<>())
                            .add(user);
                }
            }
        }
        return oldUsers.entrySet().stream()
                .sorted(Map.Entry.comparingByKey())
                .map(entry -> Problem.of(
                        ProblemCode.CONSTANT_SPLIT,
                        patched.where(entry.getKey()),
                        "The constant changed, but these keep using the old one: " + String.join(", ", entry.getValue())
                                + "."))
                .toList();
    }

    private static boolean isChangedConstant(Changes changes, Inclusion inclusion, SymbolId id) {
        Unit patched = changes.patched();
        return patched.symbol(id).isObject()
                && changes.of(id) == Status.CHANGED
                && patched.home(id).filter(inclusion::has).isPresent();
    }
}
