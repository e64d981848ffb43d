package io.github.kpatch.diff;

import io.github.kpatch.elf.Relocation;
import io.github.kpatch.elf.Section;
import io.github.kpatch.elf.SectionData;
import io.github.kpatch.elf.SectionFlags;
import io.github.kpatch.elf.SectionId;
import io.github.kpatch.problem.Problem;
import io.github.kpatch.problem.ProblemCode;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;

/**
 * Finds what the patch adds to lists of the kernel, or takes from them. {@code module_param()}, {@code late_initcall()},
 * {@code EXPORT_SYMBOL()}, {@code DEFINE_TRACE()} and their kin put a piece into a section that nothing refers to; the
 * kernel collects such sections when it is linked or loaded and goes through them, and through no livepatch's. A piece
 * more would not go along, because nothing needs it, and a piece less would not be missed, so that nobody would notice.
 *
 * <p>What something refers to goes along with it, or is no loss when nothing new does.
 */
final class CheckCollected {
    private final Unit unit;
    private final Set<SectionId> accounted;
    private final boolean[] referredTo;

    private CheckCollected(Unit unit, CodeTables tables) {
        this.unit = unit;
        this.accounted = tables.accountedFor();
        this.referredTo = new boolean[unit.elf().sections().size()];
        for (Section section : unit.elf().sections()) {
            if (section.data() instanceof SectionData.Relocations relocations
                    && !SectionNames.isDebug(unit.section(relocations.target()).name())) {
                for (Relocation relocation : relocations.entries()) {
                    unit.home(relocation.symbol()).ifPresent(home -> referredTo[home.index()] = true);
                }
            }
        }
    }

    /**
     * The pieces that come or go, the new ones first.
     *
     * @param neverCarried sections that this kernel could not set up, so that they are left behind knowingly
     */
    static List<Problem> in(
            Changes changes,
            Inclusion inclusion,
            Set<SectionId> neverCarried,
            CodeTables originalTables,
            CodeTables patchedTables) {
        List<Problem> problems = new ArrayList<>();
        Correlation twins = changes.twins();
        CheckCollected patched = new CheckCollected(twins.patched(), patchedTables);
        for (SectionId id : patched.collected()) {
            if (changes.of(id) == Status.NEW && !inclusion.has(id) && !neverCarried.contains(id)) {
                problems.add(patched.problem(id, "adds"));
            }
        }
        CheckCollected original = new CheckCollected(twins.original(), originalTables);
        for (SectionId id : original.collected()) {
            if (twins.sections().patched(id).isEmpty()) {
                problems.add(original.problem(id, "takes away"));
            }
        }
        return problems;
    }

    private List<SectionId> collected() {
        List<SectionId> collected = new ArrayList<>();
        for (SectionId id : unit.elf().sectionIds()) {
            if (isCollected(id)) {
                collected.add(id);
            }
        }
        return collected;
    }

    private boolean isCollected(SectionId id) {
        Section section = unit.section(id);
        boolean inMemory = section.has(SectionFlags.ALLOC)
                || unit.elf().relocationSectionOf(id).isPresent();
        return inMemory
                && section.data() instanceof SectionData.Contents
                && section.data().size() > 0
                && !section.isText()
                && unit.bundles().owner(id).isEmpty()
                && !accounted.contains(id)
                && !referredTo[id.index()]
                && !isKnownOtherwise(section);
    }

    /** What has a rule of its own in another pass, and literals, which say nothing without their user. */
    private boolean isKnownOtherwise(Section section) {
        String name = section.name();
        return section.has(SectionFlags.STRINGS)
                || name.startsWith(".kpatch.")
                || SectionNames.isDebug(name)
                || SectionNames.isDiscarded(name)
                || SectionNames.isForLinkers(name)
                || SectionNames.isRegenerated(unit.arch(), name)
                || SectionNames.isSanitizerData(name)
                || SectionNames.isDynamicDebug(name)
                || SectionNames.isOnceFlags(name)
                || unit.arch().discards(name);
    }

    private Problem problem(SectionId id, String does) {
        return Problem.of(
                ProblemCode.COLLECTED_LIST_CHANGED,
                unit.where(id),
                "The patch " + does + " this piece of a list that the kernel collects, and nothing refers to it.");
    }
}
