package io.github.kpatch.fuzz;

import io.github.kpatch.elf.Bytes;
import io.github.kpatch.elf.Relocation;
import io.github.kpatch.elf.Section;
import io.github.kpatch.elf.SectionData;
import io.github.kpatch.elf.SectionFlags;
import io.github.kpatch.elf.SectionId;
import io.github.kpatch.elf.Symbol;
import io.github.kpatch.elf.SymbolHome;
import io.github.kpatch.elf.SymbolId;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.OptionalInt;
import java.util.function.BiConsumer;
import java.util.function.Predicate;
import java.util.function.UnaryOperator;

/**
 * Makes mutations of an object under edit.
 *
 * @param sections of the object, with {@code null} where one was removed
 * @param symbols likewise
 * @param sizes of the kernel's structures
 */
record Mutations(List<Section> sections, List<Symbol> symbols, Map<String, Integer> sizes) {
    /** The bit by which {@code STV_HIDDEN} differs from {@code STV_DEFAULT}. */
    private static final int HIDDEN = 2;

    /**
     * Where a mutation can be made.
     *
     * @param name for people
     * @param mutate makes it
     */
    record Place(String name, Runnable mutate) {}

    /** All places for one kind in the object as it is now. */
    List<Place> of(Mutation kind) {
        return switch (kind) {
            case TABLE_BYTE -> bytes(Mutations::isTable);
            case TABLE_TARGET -> targets(Mutations::isTable);
            case TABLE_ADDEND -> addends(Mutations::isTable);
            case ENTRY_DROPPED -> entries((entries, at) -> entries.remove((int) at));
            case ENTRY_DUPLICATED -> entries((entries, at) -> entries.add(at, entries.get(at)));
            case ENTRIES_SWAPPED -> entries((entries, at) -> Collections.swap(entries, at, (at + 1) % entries.size()));
            case CODE_BYTE -> bytes(Section::isText);
            case CODE_TARGET -> targets(Section::isText);
            case CODE_ADDEND -> addends(Section::isText);
            case LITERAL_BYTE -> bytes(Mutations::isLiterals);
            case DATA_BYTE -> bytes(Mutations::isData);
            case DATA_TARGET -> targets(Mutations::isData);
            case SYMBOL_VISIBILITY ->
                symbols(s ->
                        new Symbol(s.name(), s.type(), s.binding(), s.other() ^ HIDDEN, s.value(), s.size(), s.home()));
            case SYMBOL_SIZE ->
                symbols(s -> new Symbol(s.name(), s.type(), s.binding(), s.other(), s.value(), s.size() + 1, s.home()));
            case SECTION_ALIGNMENT ->
                sections(s -> new Section(
                        s.name(),
                        s.type(),
                        s.flags(),
                        s.address(),
                        Math.max(1, s.alignment()) * 2,
                        s.entrySize(),
                        s.link(),
                        s.data()));
            case SECTION_WRITABLE -> sections(s -> s.withFlags(s.flags() ^ SectionFlags.WRITE));
            case SECTION_DROPPED -> sections(s -> null);
        };
    }

    private static boolean isTable(Section section) {
        return TableShapes.isTable(section.name());
    }

    private static boolean isLiterals(Section section) {
        return section.has(SectionFlags.ALLOC | SectionFlags.STRINGS);
    }

    private static boolean isData(Section section) {
        return section.has(SectionFlags.ALLOC) && !section.isText() && !isLiterals(section) && !isTable(section);
    }

    private List<Integer> all(Predicate<Section> wanted) {
        List<Integer> found = new ArrayList<>();
        for (int i = 0; i < sections.size(); i++) {
            if (sections.get(i) != null && wanted.test(sections.get(i))) {
                found.add(i);
            }
        }
        return found;
    }

    private List<Place> bytes(Predicate<Section> wanted) {
        List<Place> places = new ArrayList<>();
        for (int index : all(wanted)) {
            Section section = sections.get(index);
            for (int i = 0; i < section.bytes().size(); i++) {
                int at = i;
                places.add(new Place(section.name() + "+" + at, () -> {
                    byte[] bytes = section.bytes().toArray();
                    bytes[at] ^= (byte) (1 << at % 8);
                    sections.set(index, section.with(new SectionData.Contents(Bytes.copyOf(bytes))));
                }));
            }
        }
        return places;
    }

    private List<Integer> relocationsOf(Predicate<Section> wanted) {
        return all(section -> section.data() instanceof SectionData.Relocations relocations
                && sections.get(relocations.target().index()) != null
                && wanted.test(sections.get(relocations.target().index())));
    }

    private List<Integer> relocationsOf(int section) {
        return all(each -> each.data() instanceof SectionData.Relocations relocations
                && relocations.target().index() == section);
    }

    private List<Place> relocations(Predicate<Section> wanted, UnaryOperator<Relocation> edit) {
        List<Place> places = new ArrayList<>();
        for (int index : relocationsOf(wanted)) {
            Section section = sections.get(index);
            SectionData.Relocations all = (SectionData.Relocations) section.data();
            for (int i = 0; i < all.entries().size(); i++) {
                int at = i;
                Relocation old = all.entries().get(at);
                String place = sections.get(all.target().index()).name() + "+" + old.offset();
                places.add(new Place(place, () -> {
                    List<Relocation> entries = new ArrayList<>(all.entries());
                    entries.set(at, edit.apply(old));
                    sections.set(index, section.with(new SectionData.Relocations(all.target(), entries)));
                }));
            }
        }
        return places;
    }

    private List<Place> addends(Predicate<Section> wanted) {
        return relocations(wanted, r -> new Relocation(r.offset(), r.type(), r.symbol(), r.addend() + 1));
    }

    private List<Place> targets(Predicate<Section> wanted) {
        return relocations(wanted, r -> new Relocation(r.offset(), r.type(), another(r.symbol()), r.addend()));
    }

    /** The next function, or name of something elsewhere, in the symbol table. */
    private SymbolId another(SymbolId symbol) {
        Symbol old = symbols.get(symbol.index());
        for (int i = 1; i < symbols.size(); i++) {
            int index = (symbol.index() + i) % symbols.size();
            Symbol other = symbols.get(index);
            boolean elsewhere = other != null && other.home() instanceof SymbolHome.Undefined;
            boolean away = other != null
                    && other.isFunction()
                    && (old == null || !other.home().equals(old.home()));
            if ((elsewhere || away) && !other.name().isEmpty()) {
                return new SymbolId(index);
            }
        }
        return symbol;
    }

    private List<Place> symbols(UnaryOperator<Symbol> edit) {
        List<Place> places = new ArrayList<>();
        for (int i = 1; i < symbols.size(); i++) {
            int index = i;
            Symbol symbol = symbols.get(i);
            if (symbol != null && !symbol.isSection()) {
                places.add(
                        new Place(symbol.type() + " " + symbol.name(), () -> symbols.set(index, edit.apply(symbol))));
            }
        }
        return places;
    }

    private List<Place> sections(UnaryOperator<Section> edit) {
        List<Place> places = new ArrayList<>();
        for (int index : all(section -> !section.isRelocations())) {
            Section section = sections.get(index);
            places.add(new Place(section.name(), () -> sections.set(index, edit.apply(section))));
        }
        return places;
    }

    /** The bytes of an entry of a table, and the relocations in it, counted from its start. */
    private record Entry(Bytes bytes, List<Relocation> relocations) {}

    private List<Place> entries(BiConsumer<List<Entry>, Integer> edit) {
        List<Place> places = new ArrayList<>();
        for (int index : all(Mutations::isTable)) {
            Section table = sections.get(index);
            OptionalInt size = TableShapes.entrySize(table.name(), sizes);
            if (size.isPresent()) {
                for (int i = 0; i < table.bytes().size() / size.getAsInt(); i++) {
                    int at = i;
                    places.add(new Place(table.name() + "[" + at + "]", () -> {
                        List<Entry> entries = divided(index, size.getAsInt());
                        edit.accept(entries, at);
                        join(index, entries);
                    }));
                }
            }
        }
        return places;
    }

    private List<Entry> divided(int index, int size) {
        Bytes bytes = sections.get(index).bytes();
        List<Entry> entries = new ArrayList<>();
        for (int from = 0; from < bytes.size(); from += size) {
            int start = from;
            int end = Math.min(start + size, bytes.size());
            List<Relocation> inside = relocationsOf(index).stream()
                    .flatMap(i -> ((SectionData.Relocations) sections.get(i).data()).entries().stream())
                    .filter(r -> r.offset() >= start && r.offset() < end)
                    .map(r -> new Relocation(r.offset() - start, r.type(), r.symbol(), r.addend()))
                    .toList();
            entries.add(new Entry(bytes.slice(start, end), inside));
        }
        return entries;
    }

    private void join(int index, List<Entry> entries) {
        int size = entries.stream().mapToInt(entry -> entry.bytes().size()).sum();
        byte[] bytes = new byte[size];
        List<Relocation> relocations = new ArrayList<>();
        int at = 0;
        for (Entry entry : entries) {
            System.arraycopy(
                    entry.bytes().toArray(), 0, bytes, at, entry.bytes().size());
            for (Relocation r : entry.relocations()) {
                relocations.add(new Relocation(r.offset() + at, r.type(), r.symbol(), r.addend()));
            }
            at += entry.bytes().size();
        }
        // All of them into the first, so that none stands there twice.
        for (int i : relocationsOf(index)) {
            sections.set(
                    i,
                    sections.get(i).with(new SectionData.Relocations(new SectionId(index), List.copyOf(relocations))));
            relocations.clear();
        }
        sections.set(index, sections.get(index).with(new SectionData.Contents(Bytes.copyOf(bytes))));
    }
}
