package io.github.kpatch.diff;

import io.github.kpatch.elf.Relocation;
import io.github.kpatch.elf.SectionId;
import io.github.kpatch.elf.SymbolId;
import io.github.kpatch.problem.ProblemException;
import io.github.kpatch.special.EntryMeaning;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Stream;

/**
 * Compares the kernel's tables about code, entry by entry, and finds the code that stayed as it was while what they say
 * about it changed.
 *
 * <p>The branch of a static key is a no-op, and which key it obeys stands in {@code __jump_table} alone; an instruction
 * that an alternative replaces is the same whatever replaces it and on which processors; where code goes on after a fault
 * stands in {@code __ex_table}. Tables go along entry by entry with the functions that changed, so without this pass
 * nobody would notice that such a function was left behind.
 *
 * <p>An entry is about the function that its reference to code leads to. Number and order of a function's entries count,
 * for alternatives of one place are applied one after the other. What of an entry counts says {@link EntryMeaning}.
 *
 * <p>Code that stands out of line, such as what an alternative puts in, has no symbol and no place of its own. It counts
 * for whoever leads to it, and so do the entries about it; only how to unwind from it does not, for no such entry is
 * ever carried.
 */
final class CompareTables {
    private final Correlation twins;
    private final CodeTables originalTables;
    private final CodeTables patchedTables;
    private final Map<String, TableSide> originals = new LinkedHashMap<>();
    private final Map<String, TableSide> patcheds = new LinkedHashMap<>();
    private final Set<String> names = new TreeSet<>();
    private final Set<String> outOfLine;

    /** A stretch of out-of-line code in both objects that is being compared; a fault in it may lead to itself. */
    private record Stretch(SectionId original, long originalStart, SectionId patched, long patchedStart, long length) {
        long shift() {
            return patchedStart - originalStart;
        }
    }

    /** By the patched side; a table has one twin at most. */
    private final Map<TableSide, RelocationEquality> equalities = new HashMap<>();

    private final Set<Stretch> underWay = new HashSet<>();

    private CompareTables(Correlation twins, CodeTables original, CodeTables patched) {
        this.twins = twins;
        this.originalTables = original;
        this.patchedTables = patched;
        this.outOfLine = new HashSet<>(patched.outOfLineSections());
        outOfLine.addAll(original.outOfLineSections());
        original.tables()
                .values()
                .forEach(table -> TableSide.of(twins.original(), table)
                        .ifPresent(side -> originals.put(table.special().name(), side)));
        patched.tables()
                .values()
                .forEach(table -> TableSide.of(twins.patched(), table)
                        .ifPresent(side -> patcheds.put(table.special().name(), side)));
        names.addAll(originals.keySet());
        names.addAll(patcheds.keySet());
    }

    /**
     * The code about which a table says something else: for each symbol of the patched object, a function or, for places
     * without one, the section's symbol, the first such table.
     *
     * @throws ProblemException KP415 when an entry does not say which code it is about
     */
    static Map<SymbolId, String> of(Correlation twins, CodeTables original, CodeTables patched) {
        CompareTables pass = new CompareTables(twins, original, patched);
        Map<SymbolId, String> differing = new HashMap<>();
        for (String name : pass.names) {
            pass.describedBy(name).stream()
                    .filter(code -> !pass.sameEntries(name, code))
                    .forEach(code -> differing.putIfAbsent(code, name));
            pass.keptAliases(name).forEach(code -> differing.putIfAbsent(code, name));
        }
        return differing;
    }

    /**
     * Existing names of code that the patched table knows by a new one: it was renamed, and kept another of its names. What
     * was said of it before stands under a name that is gone, so that nothing can be compared.
     */
    private List<SymbolId> keptAliases(String name) {
        TableSide side = patcheds.get(name);
        if (side == null) {
            return List.of();
        }
        return side.about().keySet().stream()
                .filter(code -> twins.symbols().original(code).isEmpty() && !isOutOfLine(code))
                .flatMap(this::aliases)
                .filter(alias -> twins.symbols().original(alias).isPresent())
                .toList();
    }

    private Stream<SymbolId> aliases(SymbolId code) {
        Unit unit = twins.patched();
        return unit.elf().symbolIds().stream()
                .filter(other -> unit.symbol(other).isFunction()
                        && unit.symbol(code).isFunction()
                        && unit.home(other).equals(unit.home(code))
                        && unit.symbol(other).value() == unit.symbol(code).value());
    }

    /** The code that is in both objects and has entries in that table of one of them. */
    private Set<SymbolId> describedBy(String name) {
        Set<SymbolId> described = new TreeSet<>();
        Optional.ofNullable(patcheds.get(name))
                .ifPresent(side -> described.addAll(side.about().keySet()));
        Optional.ofNullable(originals.get(name))
                .ifPresent(side -> side.about()
                        .keySet()
                        .forEach(code -> twins.symbols().patched(code).ifPresent(described::add)));
        described.removeIf(code -> twins.symbols().original(code).isEmpty() || isOutOfLine(code));
        return described;
    }

    private boolean isOutOfLine(SymbolId code) {
        return twins.patched()
                .home(code)
                .map(home -> twins.patched().section(home).name())
                .filter(section ->
                        outOfLine.contains(section) || twins.patched().arch().isReplacedBeforeUse(section))
                .isPresent();
    }

    private boolean sameEntries(String name, SymbolId code) {
        TableSide original = originals.get(name);
        TableSide patched = patcheds.get(name);
        SymbolId twin = twins.symbols().original(code).orElseThrow();
        return same(
                original,
                original == null ? List.of() : original.entriesAbout(twin),
                patched,
                patched == null ? List.of() : patched.entriesAbout(code),
                0);
    }

    /** @param codeShift by how much the code that the patched entries are about has moved, in bytes */
    private boolean same(TableSide original, List<Integer> a, TableSide patched, List<Integer> b, long codeShift) {
        if (a.size() != b.size()) {
            return false;
        }
        for (int i = 0; i < a.size(); i++) {
            boolean same = original.sameBytes(a.get(i), patched, b.get(i))
                    && original.sameCompanions(a.get(i), patched, b.get(i))
                    && sameReferences(original, a.get(i), patched, b.get(i), codeShift);
            if (!same) {
                return false;
            }
        }
        return true;
    }

    private boolean sameReferences(TableSide original, int a, TableSide patched, int b, long codeShift) {
        List<Relocation> before = original.countingRelocations(a);
        List<Relocation> after = patched.countingRelocations(b);
        if (before.size() != after.size()) {
            return false;
        }
        long shift = patched.entry(b).offset() - original.entry(a).offset();
        RelocationEquality equality = equalities.computeIfAbsent(
                patched, side -> new RelocationEquality(twins, original.section(), side.section()));
        for (int i = 0; i < before.size(); i++) {
            Relocation from = before.get(i);
            Relocation to = after.get(i);
            Optional<EntryMeaning.OutOfLine> code = patched.outOfLine(b, to);
            boolean same;
            if (code.isPresent() && original.outOfLine(a, from).equals(code)) {
                same = from.offset() + shift == to.offset()
                        && from.type().equals(to.type())
                        && sameCode(original, a, from, patched, b, to, code.get());
            } else {
                same = equality.equal(from, patched.isCode(b, to) ? to.withAddend(to.addend() - codeShift) : to, shift);
            }
            if (!same) {
                return false;
            }
        }
        return true;
    }

    private boolean sameCode(
            TableSide original,
            int a,
            Relocation from,
            TableSide patched,
            int b,
            Relocation to,
            EntryMeaning.OutOfLine code) {
        long length = patched.length(b, to, code, patchedTables);
        if (original.length(a, from, code, originalTables) != length) {
            return false;
        }
        Stretch stretch =
                new Stretch(original.home(from), original.target(from), patched.home(to), patched.target(to), length);
        if (!underWay.add(stretch)) {
            return true;
        }
        try {
            return new RelocationEquality(twins, stretch.original(), stretch.patched())
                            .equalStretch(stretch.originalStart(), stretch.patchedStart(), length)
                    && names.stream().allMatch(name -> sameEntriesAbout(stretch, name));
        } finally {
            underWay.remove(stretch);
        }
    }

    private boolean sameEntriesAbout(Stretch stretch, String name) {
        TableSide original = originals.get(name);
        TableSide patched = patcheds.get(name);
        boolean unwinding = (original != null && original.isPaired()) || (patched != null && patched.isPaired());
        return unwinding
                || same(
                        original,
                        original == null
                                ? List.of()
                                : original.entriesWithin(stretch.original(), stretch.originalStart(), stretch.length()),
                        patched,
                        patched == null
                                ? List.of()
                                : patched.entriesWithin(stretch.patched(), stretch.patchedStart(), stretch.length()),
                        stretch.shift());
    }
}
