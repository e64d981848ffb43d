package io.github.kpatch.diff;

import io.github.kpatch.elf.Bytes;
import io.github.kpatch.elf.Relocation;
import io.github.kpatch.elf.SectionId;
import io.github.kpatch.elf.SymbolId;
import io.github.kpatch.problem.ProblemCode;
import io.github.kpatch.problem.ProblemException;
import io.github.kpatch.special.EntryMeaning;
import io.github.kpatch.special.TableEntry;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * One table about code as one of the two objects has it: which entries are about which code, and what of each counts in a
 * comparison. Entries are named by their place in the table.
 */
final class TableSide {
    private final Unit unit;
    private final TableEntries table;
    private final EntryMeaning.AboutCode meaning;
    private final Map<SymbolId, List<Integer>> about = new HashMap<>();

    private TableSide(Unit unit, TableEntries table, EntryMeaning.AboutCode meaning) {
        this.unit = unit;
        this.table = table;
        this.meaning = meaning;
        for (int i = 0; i < table.entries().size(); i++) {
            about.computeIfAbsent(codeOf(i).symbol(), code -> new ArrayList<>()).add(i);
        }
    }

    /**
     * The table, if its entries say something about code.
     *
     * @throws ProblemException KP415 when an entry does not say which code it is about
     */
    static Optional<TableSide> of(Unit unit, TableEntries table) {
        return table.meaning() instanceof EntryMeaning.AboutCode meaning
                ? Optional.of(new TableSide(unit, table, meaning))
                : Optional.empty();
    }

    private Relocation codeOf(int index) {
        return entry(index).relocations().stream()
                .filter(relocation -> isCode(index, relocation)
                        && unit.home(relocation.symbol()).isPresent())
                .findFirst()
                .orElseThrow(() -> ProblemException.input(
                        ProblemCode.SPECIAL_SECTION_INVALID,
                        unit.where(table.section()),
                        "The entry at offset " + entry(index).offset()
                                + " does not say which code of the object it is about."));
    }

    /** Whether {@code relocation} is what says which code the entry is about. */
    boolean isCode(int index, Relocation relocation) {
        return relocation.offset() == entry(index).offset() + meaning.codeAt();
    }

    SectionId section() {
        return table.section();
    }

    boolean isPaired() {
        return table.companion().isPresent();
    }

    TableEntry entry(int index) {
        return table.entries().get(index);
    }

    /** The symbols that entries are about, each with its entries in order. */
    Map<SymbolId, List<Integer>> about() {
        return Collections.unmodifiableMap(about);
    }

    /** The entries about {@code code}, in order. */
    List<Integer> entriesAbout(SymbolId code) {
        return about.getOrDefault(code, List.of());
    }

    /** The entries about code in a stretch of {@code section}, in order. */
    List<Integer> entriesWithin(SectionId section, long start, long length) {
        return about.entrySet().stream()
                .filter(entry ->
                        unit.home(entry.getKey()).filter(section::equals).isPresent())
                .flatMap(entry -> entry.getValue().stream())
                .filter(index -> {
                    long place = target(codeOf(index));
                    return place >= start && place < start + length;
                })
                .sorted()
                .toList();
    }

    /** Where {@code relocation} leads to in its section. */
    long target(Relocation relocation) {
        return unit.symbol(relocation.symbol()).value()
                + unit.arch().targetOffsets(unit.section(table.section())).of(relocation);
    }

    /** The section that {@code relocation}, of an entry about code, leads to. */
    SectionId home(Relocation relocation) {
        return unit.home(relocation.symbol()).orElseThrow();
    }

    /** The entry's bytes, with zeroes for what does not count and for the padding that the last one may lack. */
    Bytes counting(int index) {
        TableEntry entry = entry(index);
        byte[] bytes = new byte[Math.max(table.entrySize(), Math.toIntExact(entry.size()))];
        Bytes all = unit.section(table.section()).bytes();
        for (int i = 0; i < entry.size(); i++) {
            bytes[i] = (byte) all.at((int) entry.offset() + i);
        }
        for (EntryMeaning.Part part : meaning.parts()) {
            if (part instanceof EntryMeaning.NotCounted range) {
                Arrays.fill(bytes, range.from(), range.to(), (byte) 0);
            } else if (part instanceof EntryMeaning.BitsNotCounted bits) {
                bytes[bits.at()] &= (byte) ~bits.bits();
            }
        }
        return Bytes.copyOf(bytes);
    }

    /** The entry's relocations that count, in the order of the file. */
    List<Relocation> countingRelocations(int index) {
        TableEntry entry = entry(index);
        return entry.relocations().stream()
                .filter(relocation -> meaning.parts().stream()
                        .noneMatch(part -> part instanceof EntryMeaning.NotCounted range
                                && relocation.offset() - entry.offset() >= range.from()
                                && relocation.offset() - entry.offset() < range.to()))
                .toList();
    }

    /** The half of the entry that stands in another table. */
    Bytes companion(int index) {
        return table.companion()
                .map(half -> unit.section(half.section())
                        .bytes()
                        .slice(index * half.entrySize(), (index + 1) * half.entrySize()))
                .orElse(Bytes.EMPTY);
    }

    /** How {@code relocation} counts, if it leads to code that stands out of line. */
    Optional<EntryMeaning.OutOfLine> outOfLine(int index, Relocation relocation) {
        Optional<String> home =
                unit.home(relocation.symbol()).map(id -> unit.section(id).name());
        return meaning.parts().stream()
                .filter(EntryMeaning.OutOfLine.class::isInstance)
                .map(EntryMeaning.OutOfLine.class::cast)
                .filter(code -> relocation.offset() - entry(index).offset() == code.at()
                        && home.equals(Optional.of(code.section())))
                .findFirst();
    }

    /** The length in bytes of the code that {@code relocation} leads to. */
    long length(int index, Relocation relocation, EntryMeaning.OutOfLine code, CodeTables tables) {
        if (code.lengthAt().isPresent()) {
            return counting(index).at(code.lengthAt().getAsInt());
        }
        TableEntries pieces = tables.named(code.section()).orElseThrow();
        int piece = pieces.indexOf(target(relocation));
        return piece < 0 ? 0 : pieces.entries().get(piece).size();
    }
}
