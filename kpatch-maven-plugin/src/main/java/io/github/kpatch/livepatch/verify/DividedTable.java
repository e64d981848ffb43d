package io.github.kpatch.livepatch.verify;

import io.github.kpatch.debuginfo.StructSizes;
import io.github.kpatch.elf.ElfObject;
import io.github.kpatch.elf.Relocation;
import io.github.kpatch.elf.SectionId;
import io.github.kpatch.elf.Symbol;
import io.github.kpatch.special.EntryLayout;
import io.github.kpatch.special.EntryMeaning;
import io.github.kpatch.special.SpecialSection;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.NavigableSet;
import java.util.Objects;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.Set;
import java.util.TreeSet;

/** A table about code with its entries, of a compiled object or of the module. */
final class DividedTable {
    private final SectionId section;
    private final SpecialSection special;
    private final int codeAt;
    private final List<Entry> entries = new ArrayList<>();

    private DividedTable(SectionId section, SpecialSection special, int codeAt) {
        this.section = section;
        this.special = special;
        this.codeAt = codeAt;
    }

    /**
     * An entry.
     *
     * @param index its place in the table, from 0
     * @param start where it begins, in bytes
     * @param size how long it is; the last one may lack its padding
     * @param relocations those of the object's own list in it
     */
    record Entry(DividedTable table, int index, long start, long size, List<Relocation> relocations) {
        @Override
        public boolean equals(Object other) {
            return other instanceof Entry entry && table == entry.table && index == entry.index;
        }

        @Override
        public int hashCode() {
            return Objects.hash(System.identityHashCode(table), index);
        }
    }

    /**
     * Divides a table.
     *
     * @return empty where the kernel's entries are of a size that is not known, or say nothing about code
     */
    static Optional<DividedTable> of(ElfObject object, SectionId id, SpecialSection special, StructSizes sizes) {
        long size = object.section(id).data().size();
        if (special.entries() instanceof EntryLayout.DelimitedBy delimited) {
            DividedTable table = new DividedTable(id, special, 0);
            NavigableSet<Long> starts = starts(object, id, delimited);
            starts.removeIf(start -> start >= size);
            for (long start : starts) {
                Long end = starts.higher(start);
                table.add(start, (end == null ? size : end) - start);
            }
            return Optional.of(table.with(object.relocationsOf(id)));
        }
        OptionalInt length = length(special.entries(), sizes);
        if (length.isEmpty() || codeAt(special, length.getAsInt()).isEmpty()) {
            return Optional.empty();
        }
        DividedTable table =
                new DividedTable(id, special, codeAt(special, length.getAsInt()).getAsInt());
        for (long start = 0; start < size; start += length.getAsInt()) {
            table.add(start, Math.min(length.getAsInt(), size - start));
        }
        return Optional.of(table.with(object.relocationsOf(id)));
    }

    private static NavigableSet<Long> starts(ElfObject object, SectionId id, EntryLayout.DelimitedBy delimited) {
        NavigableSet<Long> starts = new TreeSet<>(Set.of(0L));
        object.sectionNamed(delimited.table())
                .ifPresent(other -> object.relocationsOf(other).forEach(relocation -> {
                    Symbol symbol = object.symbol(relocation.symbol());
                    if (symbol.home().section().filter(id::equals).isPresent()) {
                        starts.add(symbol.value() + relocation.addend());
                    }
                }));
        return starts;
    }

    private static OptionalInt length(EntryLayout layout, StructSizes sizes) {
        if (layout instanceof EntryLayout.Struct struct) {
            return sizes.get(struct.structure());
        }
        if (layout instanceof EntryLayout.Fixed fixed) {
            return OptionalInt.of(fixed.size());
        }
        return layout instanceof EntryLayout.Paired paired
                        && sizes.get(paired.structure()).isPresent()
                ? OptionalInt.of(paired.size())
                : OptionalInt.empty();
    }

    private static OptionalInt codeAt(SpecialSection special, int length) {
        return special.meaning(length).stream()
                .filter(EntryMeaning.AboutCode.class::isInstance)
                .mapToInt(meaning -> ((EntryMeaning.AboutCode) meaning).codeAt())
                .findFirst();
    }

    private void add(long start, long size) {
        entries.add(new Entry(this, entries.size(), start, size, new ArrayList<>(2)));
    }

    private DividedTable with(List<Relocation> relocations) {
        for (Relocation relocation : relocations) {
            at(relocation.offset()).ifPresent(entry -> entry.relocations().add(relocation));
        }
        return this;
    }

    SectionId section() {
        return section;
    }

    SpecialSection special() {
        return special;
    }

    /** Where in an entry the reference to its code is, in bytes. */
    int codeAt() {
        return codeAt;
    }

    /** All entries, in order. */
    List<Entry> entries() {
        return Collections.unmodifiableList(entries);
    }

    /** The entry that covers a place of the table. */
    Optional<Entry> at(long offset) {
        int low = 0;
        int high = entries.size() - 1;
        while (low <= high) {
            int middle = (low + high) >>> 1;
            Entry entry = entries.get(middle);
            if (offset < entry.start()) {
                high = middle - 1;
            } else if (offset >= entry.start() + entry.size()) {
                low = middle + 1;
            } else {
                return Optional.of(entry);
            }
        }
        return Optional.empty();
    }
}
