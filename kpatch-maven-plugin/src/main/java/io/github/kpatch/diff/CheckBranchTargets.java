package io.github.kpatch.diff;

import io.github.kpatch.elf.ElfObject;
import io.github.kpatch.elf.Relocation;
import io.github.kpatch.elf.Section;
import io.github.kpatch.elf.SectionId;
import io.github.kpatch.elf.Symbol;
import io.github.kpatch.elf.SymbolId;
import io.github.kpatch.elf.SymbolType;
import io.github.kpatch.kernel.BranchTargets;
import io.github.kpatch.problem.Problem;
import io.github.kpatch.problem.ProblemCode;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;

/**
 * Lets the patch take the address of no function that the kernel cannot be sure to be reached by pointer.
 *
 * <p>With indirect branch tracking a call through a pointer must land on a marked instruction ({@code endbr64}), else the
 * kernel dies of it. gcc marks no static function whose address its file does not take; and of those marked, the kernel
 * wipes out at boot, and at the load of a module, the marks of all whose address nothing in vmlinux or the module takes
 * (objtool's {@code .ibt_endbr_seal}). A patch that is the first to take the address of such a function works on every
 * machine without the feature.
 *
 * <p>What modules may link to keeps its mark, and so does what the unchanged file takes the address of. Of others the
 * built kernel says it ({@link BranchTargets}); where that is not at hand, they are refused.
 *
 * <p>Source: {@code validate_ibt()} of {@code tools/objtool}, {@code apply_seal_endbr()} of {@code
 * arch/x86/kernel/alternative.c}.
 */
final class CheckBranchTargets {
    /** Sections in which objtool takes a function's address for a pointer to call; the tables about code are none. */
    private static final List<String> DATA =
            List.of(".data", ".rodata", ".bss", ".init.data", ".init.rodata", ".ref.data", "__ksymtab");

    private final Unit original;
    private final Unit patched;
    private final Correlation twins;
    private final DiffTarget target;

    private CheckBranchTargets(Correlation twins, DiffTarget target) {
        this.twins = twins;
        this.original = twins.original();
        this.patched = twins.patched();
        this.target = target;
    }

    /** What the patch's references to the running kernel may not do. */
    static List<Problem> in(Correlation twins, References references, DiffTarget target) {
        CheckBranchTargets pass = new CheckBranchTargets(twins, target);
        boolean tracked = pass.original.arch().marksBranchTargets(pass.original.elf());
        return tracked ? pass.problems(references) : List.of();
    }

    private List<Problem> problems(References references) {
        Set<SymbolId> harmless = takenByTheFile();
        List<Problem> problems = new ArrayList<>();
        for (References.KlpReference reference : references.klp()) {
            SymbolId function = reference.relocation().symbol();
            boolean lost = isPointer(patched, reference.section(), reference.relocation())
                    && !reference.found().exported()
                    && !keepsItsMark(reference.found())
                    && isFunction(function);
            if (lost && harmless.add(function)) {
                problems.add(problem(reference.section(), function));
            }
        }
        return problems;
    }

    /** Functions whose address the unchanged file takes, as the patched object knows them. */
    private Set<SymbolId> takenByTheFile() {
        ElfObject elf = original.elf();
        Set<SymbolId> taken = new HashSet<>();
        for (SectionId id : elf.sectionIds()) {
            for (Relocation relocation : elf.relocationsOf(id)) {
                if (isPointer(original, id, relocation)) {
                    twins.symbols().patched(relocation.symbol()).ifPresent(taken::add);
                }
            }
        }
        return taken;
    }

    private static boolean isPointer(Unit unit, SectionId section, Relocation relocation) {
        Section base = unit.section(section);
        boolean counts = base.isText() || DATA.stream().anyMatch(base.name()::startsWith);
        return counts && unit.arch().takesAddress(base, relocation);
    }

    /** What is known of the parent says nothing of others' functions. */
    private boolean keepsItsMark(SymbolLookup.Found found) {
        return found.owner().equals(target.parent().name())
                && target.branchTargets()
                        .filter(targets -> targets.contains(found.address()))
                        .isPresent();
    }

    /** What is defined elsewhere has no type here. */
    private boolean isFunction(SymbolId id) {
        Symbol symbol = patched.symbol(id);
        return symbol.isFunction()
                || target.symbols().globalsNamed(symbol.name()).stream()
                        .anyMatch(entry -> entry.type().equals(SymbolType.FUNC));
    }

    private Problem problem(SectionId section, SymbolId function) {
        String name = patched.symbol(function).name();
        return new Problem(
                ProblemCode.BRANCH_TARGET_SEALED,
                patched.where(section),
                "It takes the address of " + name
                        + ", which this file did not before. The kernel tracks indirect branches, and"
                        + " dies of a call through a pointer to a function that it has found to be called by name only.",
                "Add a function to the patch that calls " + name + ", and take that one's address.");
    }
}
