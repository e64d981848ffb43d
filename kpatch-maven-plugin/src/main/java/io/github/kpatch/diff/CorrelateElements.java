package io.github.kpatch.diff;

import io.github.kpatch.elf.Section;
import io.github.kpatch.elf.SectionData;
import io.github.kpatch.elf.SectionId;
import io.github.kpatch.elf.Symbol;
import io.github.kpatch.elf.SymbolId;
import io.github.kpatch.elf.SymbolType;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.Iterator;
import java.util.List;
import java.util.Map;

/**
 * Finds for each element of the original object its twin in the patched one, by name and in file order.
 *
 * <p>Sections come first, and a pair of sections settles everything that hangs on it in one step: the relocation
 * sections, the section symbols and the owners. Otherwise two clones {@code g.constprop.0} and {@code g.constprop.1}
 * could end up with the first's code and the second's relocations. Then come the symbols that no section settled.
 *
 * <p>A name without numbers belongs to the very same name, if it is there: a new static local {@code count.0} must not
 * take the twin of the file's own {@code count} because it comes first. Numbered names take the next that fits.
 *
 * <p>Never matched by name: what the patch takes its own copy of (see {@link SpecialStatics}, sanitizer data, clang's
 * unnamed data), string labels and mapping symbols. Static locals get a name match here that says
 * nothing, because their numbers do not; a later pass looks at who uses them.
 */
final class CorrelateElements {
    private final Unit original;
    private final Unit patched;
    private final ElementTwins.Draft twins;
    private final Twins.Draft<SectionId> sections;
    private final Twins.Draft<SymbolId> symbols;

    private CorrelateElements(Unit original, Unit patched) {
        this.original = original;
        this.patched = patched;
        this.twins = new ElementTwins.Draft(original, patched);
        this.sections = twins.sections();
        this.symbols = twins.symbols();
    }

    /** The elements that correspond by name; of static locals nothing more than that is known here. */
    static ElementTwins between(Unit original, Unit patched) {
        CorrelateElements pass = new CorrelateElements(original, patched);
        pass.correlateSections();
        pass.correlateSymbols();
        return pass.twins.done();
    }

    private void correlateSections() {
        Map<String, List<SectionId>> candidates = new HashMap<>();
        for (SectionId id : patched.elf().sectionIds()) {
            candidates
                    .computeIfAbsent(MangledNames.key(patched.section(id).name()), key -> new ArrayList<>(1))
                    .add(id);
        }
        correlateSections(candidates, true);
        correlateSections(candidates, false);
    }

    /** @param exact whether only names without numbers are matched, and with the very same name */
    private void correlateSections(Map<String, List<SectionId>> candidates, boolean exact) {
        for (SectionId id : original.elf().sectionIds()) {
            String name = original.section(id).name();
            if (sections.hasPatched(id) || isNeverMatched(id) || (exact && MangledNames.isNumbered(name))) {
                continue;
            }
            Iterator<SectionId> rest =
                    candidates.getOrDefault(MangledNames.key(name), List.of()).iterator();
            while (rest.hasNext() && !sections.hasPatched(id)) {
                SectionId candidate = rest.next();
                boolean named = !exact || patched.section(candidate).name().equals(name);
                if (sections.hasOriginal(candidate)) {
                    rest.remove();
                } else if (named && match(id, candidate)) {
                    twins.pairSections(id, candidate);
                }
            }
        }
    }

    private boolean isNeverMatched(SectionId id) {
        String name = original.section(id).name();
        SectionId base = original.base(id);
        return SectionNames.isSanitizerData(name)
                || SectionNames.isUnnamedData(name)
                || original.elf()
                        .sectionSymbolOf(base)
                        .or(() -> original.bundles().owner(base))
                        .filter(symbol -> SpecialStatics.contains(original, symbol))
                        .isPresent()
                || SectionNames.isDynamicDebug(original.section(base).name());
    }

    /** Relocation sections are named after their bases, but what they are of says the base. */
    private boolean match(SectionId idA, SectionId idB) {
        Section a = original.section(idA);
        Section b = patched.section(idB);
        return MangledNames.equal(a.name(), b.name())
                && MangledNames.equal(original.baseName(idA), patched.baseName(idB))
                && !SectionNames.isUnnamedData(b.name())
                && a.isRelocations() == b.isRelocations()
                && (!(a.data() instanceof SectionData.Group groupA)
                        || (b.data() instanceof SectionData.Group groupB && sameGroup(groupA, groupB)));
    }

    /** Members by name: section numbers shift whenever a section is added before them. */
    private boolean sameGroup(SectionData.Group a, SectionData.Group b) {
        boolean sameHead = a.flags() == b.flags()
                && a.members().size() == b.members().size()
                && original.symbol(a.signature())
                        .name()
                        .equals(patched.symbol(b.signature()).name());
        if (!sameHead) {
            return false;
        }
        for (int i = 0; i < a.members().size(); i++) {
            if (!original.section(a.members().get(i))
                    .name()
                    .equals(patched.section(b.members().get(i)).name())) {
                return false;
            }
        }
        return true;
    }

    private record Key(SymbolType type, String name) {}

    private void correlateSymbols() {
        symbols.pair(SymbolId.NULL, SymbolId.NULL);
        Map<Key, List<SymbolId>> candidates = new HashMap<>();
        for (SymbolId id : patched.elf().symbolIds()) {
            if (!symbols.hasOriginal(id)) {
                candidates
                        .computeIfAbsent(key(patched.symbol(id)), key -> new ArrayList<>(1))
                        .add(id);
            }
        }
        correlateSymbols(candidates, true);
        correlateSymbols(candidates, false);
    }

    /** @param exact whether only names without numbers are matched, and with the very same name */
    private void correlateSymbols(Map<Key, List<SymbolId>> candidates, boolean exact) {
        for (SymbolId id : original.elf().symbolIds()) {
            String name = original.symbol(id).name();
            if (symbols.hasPatched(id) || isNeverMatched(id) || (exact && MangledNames.isNumbered(name))) {
                continue;
            }
            Iterator<SymbolId> rest =
                    candidates.getOrDefault(key(original.symbol(id)), List.of()).iterator();
            while (rest.hasNext() && !symbols.hasPatched(id)) {
                SymbolId candidate = rest.next();
                boolean named = !exact || patched.symbol(candidate).name().equals(name);
                if (named && match(id, candidate)) {
                    symbols.pair(id, candidate);
                    rest.remove();
                }
            }
        }
    }

    private static Key key(Symbol symbol) {
        return new Key(symbol.type(), MangledNames.key(symbol.name()));
    }

    private boolean isNeverMatched(SymbolId id) {
        Symbol symbol = original.symbol(id);
        return symbol.isLocal()
                && (SectionNames.isSanitizerData(symbol.name())
                        || SpecialStatics.contains(original, id)
                        || (symbol.type().equals(SymbolType.NOTYPE)
                                && symbol.name().startsWith(".LC"))
                        || original.arch().isMappingSymbol(symbol));
    }

    private boolean match(SymbolId a, SymbolId b) {
        return MangledNames.equal(original.symbol(a).name(), patched.symbol(b).name())
                && (!isGroupSection(a)
                        || sections.patched(original.home(a).orElseThrow()).equals(patched.home(b)));
    }

    private boolean isGroupSection(SymbolId id) {
        return original.home(id)
                .filter(home -> original.section(home).data() instanceof SectionData.Group)
                .isPresent();
    }
}
