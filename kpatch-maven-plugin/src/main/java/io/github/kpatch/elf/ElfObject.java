package io.github.kpatch.elf;

import java.util.ArrayList;
import java.util.Collections;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.IntStream;

/**
 * A relocatable object: everything that says something, nothing that only says where it stands in a file. The symbol
 * table, its string table and the section names are not sections here; the writer makes them.
 *
 * <p>Immutable. Look-ups by name and by target are indexed, for objects with tens of thousands of sections are normal
 * under {@code -ffunction-sections}.
 */
public final class ElfObject {
    private final ElfHeader header;
    private final List<Section> sections;
    private final List<Symbol> symbols;
    private final List<SectionId> sectionIds;
    private final List<SymbolId> symbolIds;
    private final Map<SectionId, SectionId> relocationsOf;
    private final Map<SectionId, SymbolId> sectionSymbolOf;
    private final Map<String, List<SectionId>> sectionsByName;
    private final Map<String, List<SymbolId>> symbolsByName;

    /**
     * @param sections in file order
     * @param symbols in file order; the first is {@link Symbol#NULL}
     * @throws IllegalArgumentException when a reference leads nowhere
     */
    public ElfObject(ElfHeader header, List<Section> sections, List<Symbol> symbols) {
        this.header = header;
        this.sections = List.copyOf(sections);
        this.symbols = List.copyOf(symbols);
        if (this.symbols.isEmpty() || !this.symbols.get(0).equals(Symbol.NULL)) {
            throw new IllegalArgumentException("the first symbol must be the null symbol");
        }
        relocationsOf = new HashMap<>(sections.size());
        sectionSymbolOf = new HashMap<>(2 * sections.size());
        sectionsByName = new HashMap<>(2 * sections.size());
        symbolsByName = new HashMap<>(2 * symbols.size());
        sectionIds =
                IntStream.range(0, sections.size()).mapToObj(SectionId::new).toList();
        symbolIds = IntStream.range(1, symbols.size()).mapToObj(SymbolId::new).toList();
        sectionIds.forEach(id -> index(id, section(id)));
        index(SymbolId.NULL, Symbol.NULL);
        symbolIds.forEach(id -> index(id, symbol(id)));
    }

    private void index(SectionId id, Section section) {
        sectionsByName
                .computeIfAbsent(section.name(), name -> new ArrayList<>(1))
                .add(id);
        if (section.link() instanceof SectionLink.To to) {
            check(to.id());
        }
        if (section.data() instanceof SectionData.Relocations relocations) {
            check(relocations.target());
            for (Relocation relocation : relocations.entries()) {
                check(relocation.symbol());
            }
            // Livepatch modules carry several relocation sections for one target; the first is the compiler's.
            relocationsOf.putIfAbsent(relocations.target(), id);
        } else if (section.data() instanceof SectionData.Group group) {
            check(group.signature());
            group.members().forEach(this::check);
        }
    }

    private void index(SymbolId id, Symbol symbol) {
        Optional<SectionId> section = symbol.home().section();
        section.ifPresent(this::check);
        if (symbol.isSection() && section.isPresent()) {
            sectionSymbolOf.putIfAbsent(section.get(), id);
        }
        symbolsByName.computeIfAbsent(symbol.name(), name -> new ArrayList<>(1)).add(id);
    }

    private void check(SectionId id) {
        if (id.index() < 0 || id.index() >= sections.size()) {
            throw new IllegalArgumentException("no section " + id.index());
        }
    }

    private void check(SymbolId id) {
        if (id.index() < 0 || id.index() >= symbols.size()) {
            throw new IllegalArgumentException("no symbol " + id.index());
        }
    }

    /** What the file header says. */
    public ElfHeader header() {
        return header;
    }

    /** All sections; {@link SectionId} is the place in this list. */
    public List<Section> sections() {
        return sections;
    }

    /** All symbols, the null symbol first; {@link SymbolId} is the place in this list. */
    public List<Symbol> symbols() {
        return symbols;
    }

    /** The ids of all sections, in file order. */
    public List<SectionId> sectionIds() {
        return sectionIds;
    }

    /** The ids of all symbols but the null symbol, in file order. */
    public List<SymbolId> symbolIds() {
        return symbolIds;
    }

    /** The section of that id. */
    public Section section(SectionId id) {
        return sections.get(id.index());
    }

    /** The symbol of that id. */
    public Symbol symbol(SymbolId id) {
        return symbols.get(id.index());
    }

    /** The first section of that name. */
    public Optional<SectionId> sectionNamed(String name) {
        return sectionsNamed(name).stream().findFirst();
    }

    /** All sections of that name, in file order. */
    public List<SectionId> sectionsNamed(String name) {
        return Collections.unmodifiableList(sectionsByName.getOrDefault(name, List.of()));
    }

    /** All symbols of that name, in file order. */
    public List<SymbolId> symbolsNamed(String name) {
        return Collections.unmodifiableList(symbolsByName.getOrDefault(name, List.of()));
    }

    /** The relocation section that applies to {@code section}; the first if there are several. */
    public Optional<SectionId> relocationSectionOf(SectionId section) {
        return Optional.ofNullable(relocationsOf.get(section));
    }

    /** The relocations that apply to {@code section}, in file order; empty if there are none. */
    public List<Relocation> relocationsOf(SectionId section) {
        return relocationSectionOf(section)
                .map(id -> ((SectionData.Relocations) section(id).data()).entries())
                .orElse(List.of());
    }

    /** The section symbol of {@code section}, which assemblers leave out when nothing refers to it. */
    public Optional<SymbolId> sectionSymbolOf(SectionId section) {
        return Optional.ofNullable(sectionSymbolOf.get(section));
    }

    @Override
    public boolean equals(Object other) {
        return other instanceof ElfObject object
                && header.equals(object.header)
                && sections.equals(object.sections)
                && symbols.equals(object.symbols);
    }

    @Override
    public int hashCode() {
        return 31 * sections.hashCode() + symbols.hashCode();
    }
}
