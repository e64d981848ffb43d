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
    private static final int ALL_BITS = 0xff;

    private final Unit unit;
    private final TableEntries table;
    private final EntryMeaning.AboutCode meaning;
    private final Bytes bytes;
    private final List<EntryMeaning.OutOfLine> outOfLine;
    /** Which bits of each byte of an entry count. */
    private final int[] mask;

    private final Map<SectionId, List<SymbolId>> functions = new HashMap<>();
    private final Map<SymbolId, List<Integer>> about = new HashMap<>();

    private TableSide(Unit unit, TableEntries table, EntryMeaning.AboutCode meaning) {
        this.unit = unit;
        this.table = table;
        this.meaning = meaning;
        this.bytes = unit.section(table.section()).bytes();
        this.outOfLine = table.outOfLine().toList();
        this.mask = mask(table.entrySize(), meaning);
        for (int i = 0; i < table.entries().size(); i++) {
            about.computeIfAbsent(described(codeOf(i)), code -> new ArrayList<>())
                    .add(i);
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

    private static int[] mask(int size, EntryMeaning.AboutCode meaning) {
        int[] mask = new int[size];
        Arrays.fill(mask, ALL_BITS);
        for (EntryMeaning.Part part : meaning.parts()) {
            if (part instanceof EntryMeaning.NotCounted range) {
                Arrays.fill(mask, range.from(), range.to(), 0);
            } else if (part instanceof EntryMeaning.BitsNotCounted bits) {
                mask[bits.at()] &= ~bits.bits();
            }
        }
        return mask;
    }

    private Relocation codeOf(int index) {
        for (Relocation relocation : entry(index).relocations()) {
            if (isCode(index, relocation) && unit.home(relocation.symbol()).isPresent()) {
                return relocation;
            }
        }
        throw invalid(index, "does not say which code of the object it is about");
    }

    /** The function that the code belongs to, whatever label stands there: one that is new would hide what is said of it. */
    private SymbolId described(Relocation code) {
        SectionId home = home(code);
        return unit.bundles()
                .owner(home)
                .or(() -> functionAt(home, target(code)))
                .orElse(code.symbol());
    }

    private Optional<SymbolId> functionAt(SectionId section, long place) {
        return functions.computeIfAbsent(section, this::functionsIn).stream()
                .filter(id -> place >= unit.symbol(id).value()
                        && place - unit.symbol(id).value() < unit.symbol(id).size())
                .findFirst();
    }

    private List<SymbolId> functionsIn(SectionId section) {
        List<SymbolId> found = new ArrayList<>();
        for (SymbolId id : unit.elf().symbolIds()) {
            if (unit.symbol(id).isFunction() && unit.home(id).equals(Optional.of(section))) {
                found.add(id);
            }
        }
        return found;
    }

    private ProblemException invalid(int index, String what) {
        return ProblemException.input(
                ProblemCode.SPECIAL_SECTION_INVALID,
                unit.where(table.section()),
                "The entry at offset " + entry(index).offset() + " " + what + ".");
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

    /** Whether the bytes of two entries agree in all that counts; the padding that a last entry may lack is zero. */
    boolean sameBytes(int index, TableSide other, int otherIndex) {
        TableEntry a = entry(index);
        TableEntry b = other.entry(otherIndex);
        for (int i = 0; i < Math.max(a.size(), b.size()); i++) {
            int counting = i < mask.length ? mask[i] : ALL_BITS;
            if (((byteAt(a, i) ^ other.byteAt(b, i)) & counting) != 0) {
                return false;
            }
        }
        return true;
    }

    private int byteAt(TableEntry entry, int at) {
        return at < entry.size() ? bytes.at((int) entry.offset() + at) : 0;
    }

    /** The entry's relocations that count, in the order of the file. */
    List<Relocation> countingRelocations(int index) {
        TableEntry entry = entry(index);
        return meaning.parts().stream().noneMatch(EntryMeaning.NotCounted.class::isInstance)
                ? entry.relocations()
                : entry.relocations().stream()
                        .filter(relocation -> counts(relocation.offset() - entry.offset()))
                        .toList();
    }

    private boolean counts(long at) {
        return at < 0 || at >= mask.length || mask[(int) at] != 0;
    }

    /** Whether the halves of two entries that stand in another table agree. */
    boolean sameCompanions(int index, TableSide other, int otherIndex) {
        return companion(index).equals(other.companion(otherIndex));
    }

    private Bytes companion(int index) {
        return table.companion()
                .map(half -> unit.section(half.section())
                        .bytes()
                        .slice(index * half.entrySize(), (index + 1) * half.entrySize()))
                .orElse(Bytes.EMPTY);
    }

    /** How {@code relocation} counts, if it leads to code that stands out of line. */
    Optional<EntryMeaning.OutOfLine> outOfLine(int index, Relocation relocation) {
        for (EntryMeaning.OutOfLine code : outOfLine) {
            if (relocation.offset() - entry(index).offset() == code.at()
                    && unit.home(relocation.symbol())
                            .filter(home -> unit.section(home).name().equals(code.section()))
                            .isPresent()) {
                return Optional.of(code);
            }
        }
        return Optional.empty();
    }

    /**
     * The length in bytes of the code that {@code relocation} leads to.
     *
     * @throws ProblemException KP415 when that is not all in its section
     */
    long length(int index, Relocation relocation, EntryMeaning.OutOfLine code, CodeTables tables) {
        long target = target(relocation);
        long length = code.lengthAt().isPresent()
                ? byteAt(entry(index), code.lengthAt().getAsInt())
                : pieceLength(tables.named(code.section()).orElseThrow(), target);
        long end = unit.section(home(relocation)).bytes().size();
        if (target < 0 || target > end || length > end - target) {
            throw invalid(index, "leads outside section " + code.section());
        }
        return length;
    }

    private static long pieceLength(TableEntries pieces, long at) {
        int piece = pieces.indexOf(at);
        return piece < 0 ? 0 : pieces.entries().get(piece).size();
    }
}
