package io.github.kpatch.diff;

import io.github.kpatch.elf.ElfObject;
import io.github.kpatch.elf.Relocation;
import io.github.kpatch.elf.SectionId;
import io.github.kpatch.problem.Problem;
import io.github.kpatch.problem.ProblemCode;
import io.github.kpatch.problem.ProblemException;
import io.github.kpatch.special.EntryLayout;
import io.github.kpatch.special.SpecialSection;
import io.github.kpatch.special.TableEntry;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.OptionalInt;
import java.util.TreeSet;

/** One table about code, divided into its entries. */
final class TableEntries {
    private final SectionId section;
    private final SpecialSection special;
    private final long size;
    private final long[] starts;
    private final List<TableEntry> entries = new ArrayList<>();

    private TableEntries(SectionId section, SpecialSection special, long size, long[] starts) {
        this.section = section;
        this.special = special;
        this.size = size;
        this.starts = starts;
    }

    /**
     * Divides a table.
     *
     * @throws ProblemException when it cannot be divided
     */
    static TableEntries of(Unit unit, SectionId section, SpecialSection special, DiffTarget target) {
        long size = unit.section(section).bytes().size();
        TableEntries table = new TableEntries(section, special, size, starts(unit, section, special, target, size));
        table.distribute(unit.elf().relocationsOf(section), unit.where(section));
        return table;
    }

    private static long[] starts(Unit unit, SectionId section, SpecialSection special, DiffTarget target, long size) {
        EntryLayout layout = special.entries();
        if (layout instanceof EntryLayout.Struct struct) {
            long entry = structSize(unit, section, struct.structure(), target);
            if (size % entry != 0 && !struct.lastMayBeShort()) {
                throw invalid(
                        unit.where(section),
                        "It is " + size + " bytes long, no multiple of the " + entry + " bytes of " + struct.structure()
                                + ".");
            }
            return regular(size, entry);
        }
        if (layout instanceof EntryLayout.Fixed fixed) {
            return regular(size, fixed.size());
        }
        if (layout instanceof EntryLayout.Paired paired) {
            return regular(size, paired.size());
        }
        if (layout instanceof EntryLayout.DelimitedBy delimited) {
            return delimited(unit, section, delimited.table(), size);
        }
        throw new IllegalStateException("unknown layout " + layout);
    }

    private static long structSize(Unit unit, SectionId section, String structure, DiffTarget target) {
        OptionalInt size = target.sizeOf(structure);
        if (size.isEmpty()) {
            throw ProblemException.input(Problem.of(
                    ProblemCode.STRUCT_SIZES_MISSING,
                    unit.where(section),
                    "The size of the kernel's struct " + structure + " is not known."));
        }
        return size.getAsInt();
    }

    private static long[] regular(long size, long entry) {
        long[] starts = new long[Math.toIntExact((size + entry - 1) / entry)];
        for (int i = 0; i < starts.length; i++) {
            starts[i] = i * entry;
        }
        return starts;
    }

    private static long[] delimited(Unit unit, SectionId section, String by, long size) {
        ElfObject elf = unit.elf();
        TreeSet<Long> starts = new TreeSet<>();
        for (SectionId table : elf.sectionsNamed(by)) {
            for (Relocation relocation : elf.relocationsOf(table)) {
                boolean pointsHere = elf.sectionSymbolOf(section)
                        .filter(relocation.symbol()::equals)
                        .isPresent();
                if (pointsHere && relocation.addend() >= 0 && relocation.addend() < size) {
                    starts.add(relocation.addend());
                }
            }
        }
        if (size > 0 && !starts.contains(0L)) {
            throw invalid(unit.where(section), "Section " + by + " does not say where its entries begin.");
        }
        return starts.stream().mapToLong(Long::longValue).toArray();
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
