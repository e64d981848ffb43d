package io.github.kpatch.elf;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;

/**
 * Makes an object by adding to, changing and dropping from another one, or from nothing. The specification wants local
 * symbols before global ones and everything refers to everything by number, so any change moves numbers; here ids are
 * handles that stay valid whatever is removed, and only {@link #build()} numbers anew.
 *
 * <p>Removing a section takes along what makes no sense without it: the relocation sections that apply to it, the
 * symbols that are defined in it and its place in section groups. A section whose group is removed loses {@code
 * SHF_GROUP}. What else refers to something removed is a mistake of the caller.
 */
public final class ElfObjectBuilder {
    private static final int REMOVED = -1;

    private final ElfHeader header;
    private final List<Section> sections;
    private final List<Symbol> symbols;

    private ElfObjectBuilder(ElfHeader header, List<Section> sections, List<Symbol> symbols) {
        this.header = header;
        this.sections = new ArrayList<>(sections);
        this.symbols = new ArrayList<>(symbols);
    }

    /** Begins with no section and the null symbol alone. */
    public static ElfObjectBuilder empty(ElfHeader header) {
        return new ElfObjectBuilder(header, List.of(), List.of(Symbol.NULL));
    }

    /** Begins with all of {@code object}; its ids are this builder's handles. */
    public static ElfObjectBuilder from(ElfObject object) {
        return new ElfObjectBuilder(object.header(), object.sections(), object.symbols());
    }

    /** Adds a section behind all others. */
    public SectionId add(Section section) {
        sections.add(section);
        return new SectionId(sections.size() - 1);
    }

    /** Adds a symbol behind all others of its kind, local or not. */
    public SymbolId add(Symbol symbol) {
        symbols.add(symbol);
        return new SymbolId(symbols.size() - 1);
    }

    /** The section as it stands now, if it was not removed. */
    public Optional<Section> section(SectionId id) {
        return Optional.ofNullable(sections.get(id.index()));
    }

    /** The symbol as it stands now, if it was not removed. */
    public Optional<Symbol> symbol(SymbolId id) {
        return Optional.ofNullable(symbols.get(id.index()));
    }

    /** Puts {@code section} in the place of another. */
    public ElfObjectBuilder replace(SectionId id, Section section) {
        sections.set(id.index(), section);
        return this;
    }

    /** Puts {@code symbol} in the place of another. */
    public ElfObjectBuilder replace(SymbolId id, Symbol symbol) {
        checkNotNullSymbol(id);
        symbols.set(id.index(), symbol);
        return this;
    }

    /** Removes a section with what makes no sense without it. */
    public ElfObjectBuilder remove(SectionId id) {
        sections.set(id.index(), null);
        return this;
    }

    /** Removes a symbol. */
    public ElfObjectBuilder remove(SymbolId id) {
        checkNotNullSymbol(id);
        symbols.set(id.index(), null);
        return this;
    }

    private static void checkNotNullSymbol(SymbolId id) {
        if (id.equals(SymbolId.NULL)) {
            throw new IllegalArgumentException("the null symbol is always there");
        }
    }

    /**
     * The object, with everything numbered anew: sections and symbols in the order of their handles, but local symbols
     * before global ones, and section symbols named after their sections.
     *
     * @throws IllegalStateException where something that is left refers to something removed
     */
    public ElfObject build() {
        return new Numbering().object();
    }

    /** One numbering of what is left. */
    private final class Numbering {
        private final int[] sectionNumbers = new int[sections.size()];
        private final int[] symbolNumbers = new int[symbols.size()];
        private final List<Section> kept = new ArrayList<>(sections);
        private final boolean[] grouped = new boolean[sections.size()];

        ElfObject object() {
            dropDependents();
            List<Section> newSections = new ArrayList<>();
            numberSections();
            List<Symbol> newSymbols = numberedSymbols();
            for (int i = 0; i < kept.size(); i++) {
                if (kept.get(i) != null) {
                    newSections.add(renumbered(i, kept.get(i)));
                }
            }
            return new ElfObject(header, newSections, newSymbols);
        }

        private void dropDependents() {
            for (int i = 0; i < kept.size(); i++) {
                if (kept.get(i) != null
                        && kept.get(i).data() instanceof SectionData.Relocations relocations
                        && isRemoved(relocations.target())) {
                    kept.set(i, null);
                }
            }
            for (int i = 0; i < kept.size(); i++) {
                if (kept.get(i) != null && kept.get(i).data() instanceof SectionData.Group group) {
                    dropOrKeep(i, group);
                }
            }
        }

        private void dropOrKeep(int index, SectionData.Group group) {
            if (!group.members().isEmpty() && group.members().stream().allMatch(this::isRemoved)) {
                kept.set(index, null);
            } else {
                group.members().forEach(member -> grouped[member.index()] = true);
            }
        }

        private boolean isRemoved(SectionId id) {
            return kept.get(id.index()) == null;
        }

        private void numberSections() {
            int next = 0;
            for (int i = 0; i < kept.size(); i++) {
                sectionNumbers[i] = kept.get(i) == null ? REMOVED : next++;
            }
        }

        private List<Symbol> numberedSymbols() {
            List<Symbol> numbered = new ArrayList<>();
            Arrays.fill(symbolNumbers, REMOVED);
            for (boolean local : new boolean[] {true, false}) {
                for (int i = 0; i < symbols.size(); i++) {
                    Symbol symbol = symbols.get(i);
                    boolean isKept = symbol != null
                            && symbol.isLocal() == local
                            && symbol.home().section().filter(this::isRemoved).isEmpty();
                    if (isKept) {
                        symbolNumbers[i] = numbered.size();
                        numbered.add(renumbered(symbol));
                    }
                }
            }
            return numbered;
        }

        private Symbol renumbered(Symbol symbol) {
            Optional<SectionId> home = symbol.home().section();
            if (home.isEmpty()) {
                return symbol;
            }
            SymbolHome newHome = new SymbolHome.InSection(newId(home.get(), symbol.name()));
            return symbol.withName(
                            symbol.isSection() ? kept.get(home.get().index()).name() : symbol.name())
                    .at(newHome, symbol.value());
        }

        private Section renumbered(int index, Section section) {
            SectionLink link = section.link() instanceof SectionLink.To to
                    ? new SectionLink.To(newId(to.id(), section.name()))
                    : section.link();
            boolean lostGroup = section.has(SectionFlags.GROUP) && !grouped[index];
            return section.withFlags(lostGroup ? section.flags() & ~SectionFlags.GROUP : section.flags())
                    .withLink(link)
                    .with(renumbered(section.name(), section.data()));
        }

        private SectionData renumbered(String name, SectionData data) {
            if (data instanceof SectionData.Relocations relocations) {
                List<Relocation> entries = new ArrayList<>(relocations.entries().size());
                for (Relocation entry : relocations.entries()) {
                    entries.add(entry.withSymbol(newId(entry.symbol(), name)));
                }
                return new SectionData.Relocations(newId(relocations.target(), name), entries);
            }
            if (data instanceof SectionData.Group group) {
                List<SectionId> members = group.members().stream()
                        .filter(member -> !isRemoved(member))
                        .map(member -> newId(member, name))
                        .toList();
                return new SectionData.Group(newId(group.signature(), name), group.flags(), members);
            }
            return data;
        }

        private SectionId newId(SectionId id, String from) {
            int number = sectionNumbers[id.index()];
            if (number == REMOVED) {
                throw new IllegalStateException(from + " refers to the removed section " + id.index());
            }
            return new SectionId(number);
        }

        private SymbolId newId(SymbolId id, String from) {
            int number = symbolNumbers[id.index()];
            if (number == REMOVED) {
                throw new IllegalStateException(from + " refers to the removed symbol " + id.index());
            }
            return new SymbolId(number);
        }
    }
}
