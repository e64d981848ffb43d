package io.github.kpatch.diff;

import io.github.kpatch.elf.ElfObject;
import io.github.kpatch.elf.Section;
import io.github.kpatch.elf.SectionId;
import io.github.kpatch.elf.Symbol;
import io.github.kpatch.elf.SymbolId;
import io.github.kpatch.problem.Problem;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * Which elements of the two objects are the same thing in two builds. An element of the patched object that has a twin
 * bears the twin's name here, because that is the name the running kernel knows ({@code put_aio_ring_file.isra.16},
 * whatever number the patched build came up with).
 *
 * @param original the original object
 * @param patched the patched object, twins named as in the original
 * @param sections the sections that correspond
 * @param symbols the symbols that correspond
 * @param warnings what a person should look at
 */
record Correlation(
        Unit original, Unit patched, Twins<SectionId> sections, Twins<SymbolId> symbols, List<Problem> warnings) {
    Correlation {
        warnings = List.copyOf(warnings);
    }

    /** Names the patched object's elements after their twins. */
    static Correlation of(Unit original, Unit patched, ElementTwins twins, List<Problem> warnings) {
        Twins<SectionId> sections = twins.sections();
        Twins<SymbolId> symbols = twins.symbols();
        List<Section> renamedSections = new ArrayList<>(patched.elf().sections().size());
        for (SectionId id : patched.elf().sectionIds()) {
            Section section = patched.section(id);
            renamedSections.add(sections.original(id)
                    .map(twin -> section.withName(original.section(twin).name()))
                    .orElse(section));
        }
        List<Symbol> renamedSymbols = new ArrayList<>(patched.elf().symbols().size());
        renamedSymbols.add(Symbol.NULL);
        for (SymbolId id : patched.elf().symbolIds()) {
            Symbol symbol = patched.symbol(id);
            renamedSymbols.add(name(
                            symbol,
                            symbol.home().section().map(home -> renamedSections.get(home.index())),
                            symbols.original(id).map(original::symbol))
                    .map(symbol::withName)
                    .orElse(symbol));
        }
        ElfObject renamed = new ElfObject(patched.elf().header(), renamedSections, renamedSymbols);
        return new Correlation(original, patched.with(renamed), sections, symbols, warnings);
    }

    private static Optional<String> name(Symbol symbol, Optional<Section> home, Optional<Symbol> twin) {
        return symbol.isSection() && home.isPresent() ? home.map(Section::name) : twin.map(Symbol::name);
    }
}
