package io.github.kpatch.diff;

import io.github.kpatch.elf.Section;
import io.github.kpatch.elf.SectionData;
import io.github.kpatch.elf.SectionFlags;
import io.github.kpatch.elf.SectionId;
import io.github.kpatch.elf.Symbol;
import io.github.kpatch.elf.SymbolId;
import io.github.kpatch.problem.Problem;
import io.github.kpatch.problem.ProblemCode;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/**
 * Finds what the patch would need and a live patch cannot do.
 *
 * <p>A change that no function carries is lost: changed initial data, changed init code, changed exports, or an existing
 * function in {@code .sched.text} that goes along only because a new one stands beside it. Existing data
 * that would go along is worse, for the patch would work on a copy: every store into it would be invisible to the rest
 * of the kernel. Members of COMDAT groups may be shared with other objects.
 */
final class VerifyPatchability {
    private final Changes changes;
    private final Unit patched;
    private final Tables tables;
    private final Set<SectionId> grouped = new HashSet<>();
    private final List<Problem> problems;

    private VerifyPatchability(Changes changes, Tables tables) {
        this.changes = changes;
        this.patched = changes.patched();
        this.tables = tables;
        this.problems = new ArrayList<>(tables.rejected());
        for (Section section : patched.elf().sections()) {
            if (section.data() instanceof SectionData.Group group) {
                grouped.addAll(group.members());
            }
        }
    }

    /** Everything that stands in the way: what tables say first, then in section order. */
    static List<Problem> of(Changes changes, Tables tables) {
        VerifyPatchability pass = new VerifyPatchability(changes, tables);
        pass.patched.elf().sectionIds().forEach(pass::verify);
        return List.copyOf(pass.problems);
    }

    private void verify(SectionId id) {
        Section section = patched.section(id);
        Status status = tables.dropped().contains(patched.base(id)) ? Status.SAME : changes.of(id);
        boolean included = tables.inclusion().has(id);
        // Flags share a section, which changes when one comes or goes: that another one may start again is no loss.
        if (status == Status.CHANGED && !included && !SectionNames.isOnceFlags(section.name())) {
            reportLost(id);
        }
        if (status != Status.SAME && grouped.contains(id)) {
            add(ProblemCode.GROUP_CHANGED, id, "It belongs to a section group and is new or changed.");
        }
        if (section.data() instanceof SectionData.Group && status == Status.NEW) {
            add(ProblemCode.GROUP_CHANGED, id, "The section group is new or changed.");
        }
        if (included && isTransient(section)) {
            problems.add(new Problem(
                    ProblemCode.SECTION_CHANGED,
                    patched.where(id),
                    "The patch would bring it along, and the kernel throws such code and data away as soon as a module is"
                            + " loaded, or never runs it.",
                    "Leave __init and __exit off what the patch adds, or leave it out: what is loaded already does not"
                            + " start again."));
        }
        if (isUnnamedCode(id, status)) {
            add(ProblemCode.OBJECT_UNSUPPORTED, id, "The patch refers to existing code in it that has no symbol.");
        }
        if (included && isSharedCode(id) && changesExistingCode(id)) {
            add(
                    ProblemCode.SECTION_CHANGED,
                    id,
                    "A function in it changed that has no section of its own, so nothing would lead to the new one.");
        }
        if (included && status != Status.NEW && SectionNames.isAllocationTags(section.name())) {
            problems.add(new Problem(
                    ProblemCode.DATA_CHANGED,
                    patched.where(id),
                    "The patch allocates memory in a new place, and the kernel, which counts by place"
                            + " (CONFIG_MEM_ALLOC_PROFILING), has existing places in this section.",
                    "Let new code allocate without being counted: kmalloc_noprof() for kmalloc(), and so on."));
        } else if (included && status != Status.NEW && isLiveData(id)) {
            add(
                    ProblemCode.DATA_CHANGED,
                    id,
                    "It holds existing data, of which the patch would have a copy of its own.");
        }
    }

    private static boolean isTransient(Section section) {
        return section.has(SectionFlags.ALLOC)
                && (section.name().startsWith(".init.") || section.name().startsWith(".exit."));
    }

    /** Whether code of the running kernel would go in because nothing but its section could be named. */
    private boolean isUnnamedCode(SectionId id, Status status) {
        Section section = patched.section(id);
        Inclusion.Reason reason = tables.inclusion().reasons().get(new Inclusion.OfSection(id));
        boolean byItsSection = reason != null
                && reason.cause().orElse(null) instanceof Inclusion.OfSymbol symbol
                && patched.symbol(symbol.id()).isSection();
        return byItsSection
                && status != Status.NEW
                && section.isText()
                && !tables.kept().containsKey(id)
                && !patched.arch().isWithoutSymbols(section.name());
    }

    /** Whether it is code of several functions, such as {@code .sched.text}, that came in for one of them. */
    private boolean isSharedCode(SectionId id) {
        Section section = patched.section(id);
        return section.isText()
                && patched.bundles().owner(id).isEmpty()
                && !tables.kept().containsKey(id)
                && !patched.arch().isWithoutSymbols(section.name());
    }

    private boolean changesExistingCode(SectionId id) {
        Correlation twins = changes.twins();
        SectionId twin = twins.sections().original(id).orElse(null);
        boolean changed = changes.of(id) == Status.CHANGED
                || patched.elf()
                        .relocationSectionOf(id)
                        .filter(relocations -> changes.of(relocations) == Status.CHANGED)
                        .isPresent();
        if (twin == null || !changed) {
            return false;
        }
        RelocationEquality equality = new RelocationEquality(twins, twin, id);
        for (SymbolId function : patched.elf().symbolIds()) {
            Symbol symbol = patched.symbol(function);
            Optional<Symbol> existing = twins.symbols()
                    .original(function)
                    .filter(other -> symbol.isFunction()
                            && patched.home(function).equals(Optional.of(id))
                            && twins.original().home(other).equals(Optional.of(twin)))
                    .map(twins.original()::symbol);
            if (existing.isPresent()
                    && (changes.table(function).isPresent() || !sameFunction(existing.get(), symbol, equality))) {
                return true;
            }
        }
        return false;
    }

    private static boolean sameFunction(Symbol original, Symbol patched, RelocationEquality equality) {
        return original.size() == patched.size()
                && equality.equalStretch(original.value(), patched.value(), patched.size());
    }

    private boolean isLiveData(SectionId id) {
        Section section = patched.section(id);
        String name = section.name();
        if (SectionNames.isOnceFlags(name) || section.isRelocations()) {
            return false;
        }
        boolean writable = section.has(SectionFlags.WRITE | SectionFlags.ALLOC);
        return name.startsWith(".data")
                || name.startsWith(".bss")
                || (writable && !tables.kept().containsKey(id) && !name.startsWith(".kpatch."));
    }

    private void reportLost(SectionId id) {
        SectionId base = patched.base(id);
        boolean saidOfBase = !base.equals(id)
                && changes.of(base) == Status.CHANGED
                && !tables.inclusion().has(base);
        if (saidOfBase) {
            return;
        }
        Section section = patched.section(base);
        if (SectionNames.isExports(section.name())) {
            problems.add(new Problem(
                    ProblemCode.SECTION_CHANGED,
                    patched.where(id),
                    "The patch adds, removes or renames an exported symbol, which a live patch cannot do.",
                    "Leave EXPORT_SYMBOL as it was; functions of the patch find each other without it."));
        } else if (section.name().startsWith(".init.") || section.name().startsWith(".exit.")) {
            problems.add(new Problem(
                    ProblemCode.SECTION_CHANGED,
                    patched.where(id),
                    "It holds what the kernel uses only while it starts or unloads the object, so the change comes too late.",
                    "Leave that change out, or do its work in a callback."));
        } else {
            boolean data = !section.isText() && section.has(SectionFlags.ALLOC);
            ProblemCode code = data ? ProblemCode.DATA_CHANGED : ProblemCode.SECTION_CHANGED;
            problems.add(new Problem(
                    code,
                    patched.where(id),
                    tableAbout(base)
                            .map(table -> "The table " + table + " says something else about code in it that has no"
                                    + " section of its own, and nothing in the patch can carry the change.")
                            .orElse("It changed, but nothing in the patch can carry the change."),
                    data ? DataAdvice.of(patched, id) : code.cure()));
        }
    }

    private Optional<String> tableAbout(SectionId section) {
        return changes.tables().entrySet().stream()
                .filter(entry ->
                        patched.home(entry.getKey()).filter(section::equals).isPresent())
                .map(Map.Entry::getValue)
                .min(String::compareTo);
    }

    private void add(ProblemCode code, SectionId id, String what) {
        problems.add(Problem.of(code, patched.where(id), what));
    }
}
