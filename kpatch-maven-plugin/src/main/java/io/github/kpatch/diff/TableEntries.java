package io.github.kpatch.diff;

import io.github.kpatch.elf.Relocation;
import io.github.kpatch.elf.SectionId;
import io.github.kpatch.problem.Problem;
import io.github.kpatch.problem.ProblemCode;
import io.github.kpatch.problem.ProblemException;
import io.github.kpatch.special.EntryLayout;
import io.github.kpatch.special.EntryMeaning;
import io.github.kpatch.special.SpecialSection;
import io.github.kpatch.special.TableEntry;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.TreeSet;
import java.util.stream.LongStream;
import java.util.stream.Stream;

/** One table about code, divided into its entries. */
final class TableEntries {
    private final SectionId section;
    private final SpecialSection special;
    private final long size;
    private final long[] starts;
    private final int entrySize;
    private final EntryMeaning meaning;
    private final Optional<Companion> companion;
    private final List<TableEntry> entries = new ArrayList<>();

    private TableEntries(SectionId section, SpecialSection special, long size, Division division) {
        this.section = section;
        this.special = special;
        this.size = size;
        this.starts = division.starts().toArray();
        this.entrySize = division.entrySize();
        this.meaning = division.meaning();
        this.companion = division.companion();
    }

    /** Where entries begin, and what they mean. */
    private record Division(LongStream starts, int entrySize, EntryMeaning meaning, Optional<Companion> companion) {}

    /**
     * The table that holds the second halves of the entries.
     *
     * @param section the table
     * @param entrySize of a half, in bytes
     */
    record Companion(SectionId section, int entrySize) {}

    /**
     * Divides a table.
     *
     * @throws ProblemException when it cannot be divided
     */
    static TableEntries of(Unit unit, SectionId section, SpecialSection special, DiffTarget target) {
        long size = unit.section(section).bytes().size();
        TableEntries table = new TableEntries(section, special, size, division(unit, section, special, target, size));
        table.distribute(unit.elf().relocationsOf(section), unit.where(section));
        return table;
    }

    private static Division division(
            Unit unit, SectionId section, SpecialSection special, DiffTarget target, long size) {
        EntryLayout layout = special.entries();
        if (layout instanceof EntryLayout.Struct struct) {
            int entry = structSize(unit, section, struct.structure(), target);
            EntryMeaning meaning = meaning(unit, section, special, struct.structure(), entry);
            if (size % entry != 0 && !struct.lastMayBeShort()) {
                throw invalid(
                        unit.where(section),
                        "It is " + size + " bytes long, no multiple of the " + entry + " bytes of " + struct.structure()
                                + ".");
            }
            return new Division(regular(size, entry), entry, meaning, Optional.empty());
        }
        if (layout instanceof EntryLayout.Fixed fixed) {
            return regular(unit, section, special, size, fixed.size(), Optional.empty());
        }
        if (layout instanceof EntryLayout.Paired paired) {
            Companion companion = companion(unit, section, paired, target, size);
            return regular(unit, section, special, size, paired.size(), Optional.of(companion));
        }
        if (layout instanceof EntryLayout.DelimitedBy delimited) {
            return new Division(
                    delimited(unit, section, special, delimited.table(), target),
                    0,
                    meaning(unit, section, special, special.name(), 0),
                    Optional.empty());
        }
        throw new IllegalStateException("unknown layout " + layout);
    }

    private static Division regular(
            Unit unit, SectionId section, SpecialSection special, long size, int entry, Optional<Companion> companion) {
        if (size % entry != 0) {
            throw invalid(
                    unit.where(section),
                    "It is " + size + " bytes long, no multiple of the " + entry + " of an entry.");
        }
        return new Division(
                regular(size, entry), entry, meaning(unit, section, special, special.name(), entry), companion);
    }

    private static EntryMeaning meaning(
            Unit unit, SectionId section, SpecialSection special, String structure, int size) {
        return special.meaning(size)
                .orElseThrow(() -> invalid(
                        unit.where(section),
                        "No kernel that this version knows has a " + structure + " of " + size + " bytes."));
    }

    private static Companion companion(
            Unit unit, SectionId section, EntryLayout.Paired paired, DiffTarget target, long size) {
        SectionId companion = unit.elf()
                .sectionNamed(paired.companion())
                .orElseThrow(
                        () -> invalid(unit.where(section), "The object has no " + paired.companion() + " beside it."));
        if (unit.elf().relocationSectionOf(companion).isPresent()) {
            throw invalid(unit.where(companion), "It refers to something, which no " + paired.structure() + " does.");
        }
        int half = structSize(unit, companion, paired.structure(), target);
        long bytes = unit.section(companion).bytes().size();
        if (bytes != size / paired.size() * half) {
            throw invalid(
                    unit.where(companion),
                    "It is " + bytes + " bytes long instead of " + size / paired.size() + " times the " + half
                            + " bytes of " + paired.structure() + ".");
        }
        return new Companion(companion, half);
    }

    private static int structSize(Unit unit, SectionId section, String structure, DiffTarget target) {
        OptionalInt size = target.sizeOf(structure);
        if (size.isEmpty()) {
            throw ProblemException.input(Problem.of(
                    ProblemCode.STRUCT_SIZES_MISSING,
                    unit.where(section),
                    "The size of the kernel's struct " + structure + " is not known."));
        }
        return size.getAsInt();
    }

    private static LongStream regular(long size, long entry) {
        return LongStream.iterate(0, start -> start < size, start -> start + entry);
    }

    /** References that only say which code an entry of the other table is about begin nothing here. */
    private static LongStream delimited(
            Unit unit, SectionId section, SpecialSection special, String by, DiffTarget target) {
        SpecialSection other = unit.arch().specialSections().stream()
                .filter(table -> table.name().equals(by))
                .findFirst()
                .orElseThrow();
        long size = unit.section(section).bytes().size();
        TreeSet<Long> starts = new TreeSet<>();
        for (SectionId table : unit.elf().sectionsNamed(by)) {
            TableEntries entries = of(unit, table, other, target);
            entries.entries()
                    .forEach(entry -> entry.relocations().stream()
                            .filter(relocation -> entries.leadsTo(special.name(), relocation.offset() - entry.offset())
                                    && unit.elf().sectionSymbolOf(section).equals(Optional.of(relocation.symbol()))
                                    && relocation.addend() >= 0
                                    && relocation.addend() < size)
                            .forEach(relocation -> starts.add(relocation.addend())));
        }
        if (size > 0 && !starts.contains(0L)) {
            throw invalid(unit.where(section), "Section " + by + " does not say where its entries begin.");
        }
        return starts.stream().mapToLong(Long::longValue);
    }

    private boolean leadsTo(String codeSection, long at) {
        return outOfLine().anyMatch(code -> code.at() == at && code.section().equals(codeSection));
    }

    /** Whether entries lead to code out of line in a section of that name. */
    boolean leadsTo(String codeSection) {
        return outOfLine().anyMatch(code -> code.section().equals(codeSection));
    }

    /** The parts of an entry that lead to code out of line. */
    Stream<EntryMeaning.OutOfLine> outOfLine() {
        return meaning instanceof EntryMeaning.AboutCode about
                ? about.parts().stream()
                        .filter(EntryMeaning.OutOfLine.class::isInstance)
                        .map(EntryMeaning.OutOfLine.class::cast)
                : Stream.empty();
    }

    private static ProblemException invalid(String where, String what) {
        return ProblemException.input(ProblemCode.SPECIAL_SECTION_INVALID, where, what);
    }

    private void distribute(List<Relocation> relocations, String where) {
        List<List<Relocation>> inside = new ArrayList<>(starts.length);
        for (int i = 0; i < starts.length; i++) {
            inside.add(new ArrayList<>(2));
        }
        for (Relocation relocation : relocations) {
            int index = indexOf(relocation.offset());
            if (index < 0) {
                throw invalid(where, "A relocation lies outside the table.");
            }
            inside.get(index).add(relocation);
        }
        for (int i = 0; i < starts.length; i++) {
            long end = i + 1 < starts.length ? starts[i + 1] : size;
            entries.add(new TableEntry(starts[i], end - starts[i], inside.get(i)));
        }
    }

    SectionId section() {
        return section;
    }

    SpecialSection special() {
        return special;
    }

    /** How long an entry is, in bytes; 0 where they are of any length. The last one may lack its padding. */
    int entrySize() {
        return entrySize;
    }

    /** What an entry says. */
    EntryMeaning meaning() {
        return meaning;
    }

    /** The table with the second halves, where there is one. */
    Optional<Companion> companion() {
        return companion;
    }

    /** All entries, in order. */
    List<TableEntry> entries() {
        return entries;
    }

    /** The place in {@link #entries} of the entry that covers {@code offset}; negative where none does. */
    int indexOf(long offset) {
        if (offset < 0 || offset >= size) {
            return -1;
        }
        int index = Arrays.binarySearch(starts, offset);
        return index >= 0 ? index : -index - 2;
    }
}
