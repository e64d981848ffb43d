package io.github.kpatch.diff;

import io.github.kpatch.elf.SectionId;
import io.github.kpatch.elf.SymbolId;
import java.util.Optional;

/**
 * The elements of two objects that correspond.
 *
 * @param sections the sections that do
 * @param symbols the symbols that do
 */
record ElementTwins(Twins<SectionId> sections, Twins<SymbolId> symbols) {
    /** The relation in the making. Both passes that make it pair sections with all that hangs on them. */
    static final class Draft {
        private final Unit original;
        private final Unit patched;
        private final Twins.Draft<SectionId> sections;
        private final Twins.Draft<SymbolId> symbols;

        /** Begins with nothing. */
        Draft(Unit original, Unit patched) {
            this(original, patched, new ElementTwins(Twins.none(), Twins.none()));
        }

        /** Begins with {@code sofar}. */
        Draft(Unit original, Unit patched, ElementTwins sofar) {
            this.original = original;
            this.patched = patched;
            this.sections = new Twins.Draft<>(sofar.sections());
            this.symbols = new Twins.Draft<>(sofar.symbols());
        }

        Twins.Draft<SectionId> sections() {
            return sections;
        }

        Twins.Draft<SymbolId> symbols() {
            return symbols;
        }

        ElementTwins done() {
            return new ElementTwins(sections.done(), symbols.done());
        }

        /** Makes two sections twins, with their relocation sections, section symbols and owners. */
        void pairSections(SectionId a, SectionId b) {
            SectionId baseA = original.base(a);
            SectionId baseB = patched.base(b);
            sections.pair(baseA, baseB);
            if (!sections.patched(baseA).equals(Optional.of(baseB))) {
                return;
            }
            Optional<SectionId> relocationsA = original.elf().relocationSectionOf(baseA);
            Optional<SectionId> relocationsB = patched.elf().relocationSectionOf(baseB);
            if (relocationsA.isPresent() && relocationsB.isPresent()) {
                sections.pair(relocationsA.get(), relocationsB.get());
            }
            pairSymbols(original.elf().sectionSymbolOf(baseA), patched.elf().sectionSymbolOf(baseB));
            Optional<SymbolId> ownerA = original.bundles().owner(baseA);
            Optional<SymbolId> ownerB = patched.bundles().owner(baseB);
            // f and f.cold may take turns in owning .text.unlikely.f.
            if (ownerA.isPresent()
                    && ownerB.isPresent()
                    && MangledNames.equal(
                            original.symbol(ownerA.get()).name(),
                            patched.symbol(ownerB.get()).name())) {
                pairSymbols(ownerA, ownerB);
            }
        }

        private void pairSymbols(Optional<SymbolId> a, Optional<SymbolId> b) {
            if (a.isPresent() && b.isPresent()) {
                symbols.pair(a.get(), b.get());
            }
        }
    }
}
