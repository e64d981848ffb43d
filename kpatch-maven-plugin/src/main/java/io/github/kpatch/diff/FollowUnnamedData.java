package io.github.kpatch.diff;

import io.github.kpatch.arch.TargetOffsets;
import io.github.kpatch.elf.Relocation;
import io.github.kpatch.elf.Section;
import io.github.kpatch.elf.SectionData;
import io.github.kpatch.elf.SectionFlags;
import io.github.kpatch.elf.SectionId;
import io.github.kpatch.elf.Symbol;
import java.util.HashMap;
import java.util.HashSet;
import java.util.Map;
import java.util.NavigableSet;
import java.util.Set;
import java.util.TreeSet;

/**
 * Finds code that changed only because a constant without a name did.
 *
 * <p>The initial value of a local array, a floating-point or vector constant and the table of a switch lie in {@code
 * .rodata} or {@code .rodata.cst16} under labels that the assembler throws away. Where only the value changes, the code
 * and its reference ({@code .rodata + 0x20}) stay as they were. Such sections always go along with code that refers to
 * them, so without this pass nobody would notice that the function was left behind.
 *
 * <p>Where a constant ends is not recorded either; it is taken to end where the next one that anything refers to begins.
 */
final class FollowUnnamedData {
    private final Correlation correlation;
    private final Unit original;
    private final Unit patched;
    private final Twins<SectionId> twins;

    FollowUnnamedData(Correlation twins) {
        this.correlation = twins;
        this.original = twins.original();
        this.patched = twins.patched();
        this.twins = twins.sections();
    }

    /** The relocation sections that count as equal so far, but refer to a constant that differs. */
    Set<SectionId> affected(Status[] sections) {
        Set<SectionId> affected = new HashSet<>();
        Set<SectionId> changed = changedConstants(sections);
        while (!changed.isEmpty()) {
            Map<SectionId, Constants> constants = constants(changed);
            Set<SectionId> next = new HashSet<>();
            for (SectionId id : patched.elf().sectionIds()) {
                if (sections[id.index()] == Status.SAME
                        && !affected.contains(id)
                        && !SectionNames.isDebug(patched.baseName(id))
                        && refersToChanged(id, constants)) {
                    affected.add(id);
                    if (isConstants(patched.base(id))) {
                        next.add(patched.base(id));
                    }
                }
            }
            changed = next;
        }
        return affected;
    }

    private Set<SectionId> changedConstants(Status[] sections) {
        Set<SectionId> changed = new HashSet<>();
        for (SectionId id : patched.elf().sectionIds()) {
            SectionId base = patched.base(id);
            if (sections[id.index()] == Status.CHANGED && isConstants(base)) {
                changed.add(base);
            }
        }
        return changed;
    }

    private boolean isConstants(SectionId id) {
        Section section = patched.section(id);
        return section.name().startsWith(".rodata")
                && section.data() instanceof SectionData.Contents
                && !section.has(SectionFlags.STRINGS)
                && patched.bundles().owner(id).isEmpty()
                && twins.original(id).isPresent();
    }

    /** The constants of one section in both objects: where each begins. */
    private record Constants(NavigableSet<Long> original, NavigableSet<Long> patched) {}

    private Map<SectionId, Constants> constants(Set<SectionId> changed) {
        Map<SectionId, Constants> all = new HashMap<>();
        Map<SectionId, NavigableSet<Long>> inOriginal = new HashMap<>();
        Map<SectionId, NavigableSet<Long>> inPatched = new HashMap<>();
        for (SectionId id : changed) {
            inPatched.put(id, new TreeSet<>());
            inOriginal.put(twins.original(id).orElseThrow(), new TreeSet<>());
        }
        collectStarts(original, inOriginal);
        collectStarts(patched, inPatched);
        changed.forEach(id ->
                all.put(id, new Constants(inOriginal.get(twins.original(id).orElseThrow()), inPatched.get(id))));
        return all;
    }

    private static void collectStarts(Unit unit, Map<SectionId, NavigableSet<Long>> starts) {
        for (Section section : unit.elf().sections()) {
            if (section.data() instanceof SectionData.Relocations relocations
                    && !SectionNames.isDebug(unit.section(relocations.target()).name())) {
                TargetOffsets offsets = unit.arch().targetOffsets(unit.section(relocations.target()));
                for (Relocation relocation : relocations.entries()) {
                    unit.home(relocation.symbol())
                            .map(starts::get)
                            .ifPresent(set -> set.add(target(unit, relocation, offsets)));
                }
            }
        }
        for (Symbol symbol : unit.elf().symbols()) {
            symbol.home().section().map(starts::get).ifPresent(set -> {
                set.add(symbol.value());
                set.add(symbol.value() + symbol.size());
            });
        }
    }

    private static long target(Unit unit, Relocation relocation, TargetOffsets offsets) {
        return unit.symbol(relocation.symbol()).value() + offsets.of(relocation);
    }

    private boolean refersToChanged(SectionId id, Map<SectionId, Constants> constants) {
        if (!(patched.section(id).data() instanceof SectionData.Relocations relocations)) {
            return false;
        }
        SectionData.Relocations twin = (SectionData.Relocations)
                original.section(twins.original(id).orElseThrow()).data();
        TargetOffsets offsets = patched.arch().targetOffsets(patched.section(relocations.target()));
        TargetOffsets twinOffsets = original.arch().targetOffsets(original.section(twin.target()));
        for (int i = 0; i < relocations.entries().size() && i < twin.entries().size(); i++) {
            Relocation relocation = relocations.entries().get(i);
            SectionId home = patched.home(relocation.symbol()).orElse(null);
            Constants starts = constants.get(home);
            if (starts != null
                    && !same(
                            home,
                            target(original, twin.entries().get(i), twinOffsets),
                            target(patched, relocation, offsets),
                            starts)) {
                return true;
            }
        }
        return false;
    }

    private boolean same(SectionId home, long originalStart, long patchedStart, Constants starts) {
        SectionId twin = twins.original(home).orElseThrow();
        long originalEnd = end(original, twin, originalStart, starts.original());
        long patchedEnd = end(patched, home, patchedStart, starts.patched());
        // A constant at the section's end may have got or lost neighbours, not bytes of its own.
        long length = Math.min(originalEnd - originalStart, patchedEnd - patchedStart);
        if (length <= 0) {
            return true;
        }
        return new RelocationEquality(correlation, twin, home).equalStretch(originalStart, patchedStart, length);
    }

    private static long end(Unit unit, SectionId section, long start, NavigableSet<Long> starts) {
        long size = unit.section(section).bytes().size();
        if (start < 0 || start >= size) {
            return start;
        }
        Long next = starts.higher(start);
        return next == null ? size : Math.min(next, size);
    }
}
