package io.github.kpatch.livepatch.verify;

import io.github.kpatch.elf.ElfObject;
import io.github.kpatch.elf.Relocation;
import io.github.kpatch.elf.Section;
import io.github.kpatch.elf.SectionData;
import io.github.kpatch.elf.SectionFlags;
import io.github.kpatch.elf.SectionId;
import io.github.kpatch.elf.Symbol;
import io.github.kpatch.elf.SymbolHome;
import io.github.kpatch.livepatch.KlpNames;
import java.util.BitSet;
import java.util.Collection;
import java.util.Collections;
import java.util.HashMap;
import java.util.Map;
import java.util.NavigableMap;
import java.util.Optional;
import java.util.TreeMap;

/** The module as its bytes say it, with what of them has been accounted for so far. */
final class FinishedModule {
    private final ElfObject object;
    private final Map<SectionId, NavigableMap<Long, Reference>> references = new HashMap<>();
    private final Map<SectionId, BitSet> accounted = new HashMap<>();

    /** What the loader or the livepatch core writes into a place. */
    static final class Reference {
        private final Relocation relocation;
        private final Symbol symbol;
        private final Optional<String> waitsFor;
        private boolean matched;

        private Reference(Relocation relocation, Symbol symbol, Optional<String> waitsFor) {
            this.relocation = relocation;
            this.symbol = symbol;
            this.waitsFor = waitsFor;
        }

        Relocation relocation() {
            return relocation;
        }

        Symbol symbol() {
            return symbol;
        }

        /** The kernel object for which the livepatch core resolves it; empty where the loader does. */
        Optional<String> waitsFor() {
            return waitsFor;
        }

        /** Where in the module it leads; the addend counts as it stands. */
        Optional<Spot> spot() {
            return symbol.home().section().map(home -> new Spot(home, symbol.value() + relocation.addend()));
        }

        /** What the livepatch core is to look up. */
        Optional<KlpNames.Symbol> klp() {
            return symbol.home().equals(new SymbolHome.Reserved(KlpNames.SHN_LIVEPATCH))
                    ? KlpNames.parseSymbol(symbol.name())
                    : Optional.empty();
        }

        void account() {
            matched = true;
        }

        boolean isAccountedFor() {
            return matched;
        }

        @Override
        public String toString() {
            return symbol.name() + (relocation.addend() == 0 ? "" : String.format("%+d", relocation.addend()));
        }
    }

    FinishedModule(ElfObject object, Findings findings) {
        this.object = object;
        for (Section section : object.sections()) {
            if (section.data() instanceof SectionData.Relocations all
                    && object.section(all.target()).has(SectionFlags.ALLOC)) {
                Optional<String> waitsFor =
                        KlpNames.parseRelocations(section.name()).map(KlpNames.Section::objectName);
                all.entries().forEach(relocation -> add(all.target(), relocation, waitsFor, findings));
            }
        }
    }

    private void add(SectionId base, Relocation relocation, Optional<String> waitsFor, Findings findings) {
        Reference reference = new Reference(relocation, object.symbol(relocation.symbol()), waitsFor);
        Reference other =
                references.computeIfAbsent(base, id -> new TreeMap<>()).putIfAbsent(relocation.offset(), reference);
        if (other != null) {
            findings.add(
                    where(new Spot(base, relocation.offset())),
                    "Two relocations fill one place: with " + other + " and with " + reference + ".");
        }
    }

    ElfObject object() {
        return object;
    }

    Section section(SectionId id) {
        return object.section(id);
    }

    /** The reference at a place. */
    Optional<Reference> referenceAt(Spot spot) {
        return Optional.ofNullable(references(spot.section()).get(spot.offset()));
    }

    /** The references from {@code from}, included, to {@code to}, excluded, in order. */
    Collection<Reference> references(SectionId section, long from, long to) {
        return references(section).subMap(from, to).values();
    }

    /** All references of a section by their offset. */
    NavigableMap<Long, Reference> references(SectionId section) {
        return references.getOrDefault(section, Collections.emptyNavigableMap());
    }

    /**
     * Takes note that something compiled stands here.
     *
     * @return whether nothing was known to stand here before
     */
    boolean account(SectionId section, long from, long to) {
        BitSet bytes = accounted(section);
        int next = bytes.nextSetBit((int) from);
        bytes.set((int) from, (int) to);
        return next < 0 || next >= to;
    }

    /** The bytes of a section that have been accounted for. */
    BitSet accounted(SectionId section) {
        return accounted.computeIfAbsent(section, id -> new BitSet());
    }

    /** The text at a place that holds text; empty where it does not. */
    Optional<String> textAt(Spot spot, int width) {
        Section section = section(spot.section());
        return section.data() instanceof SectionData.Contents contents
                        && spot.offset() >= 0
                        && spot.offset() < contents.size()
                ? Optional.of(contents.bytes().stringAt((int) spot.offset(), width))
                : Optional.empty();
    }

    /** What to call a place: the symbol it is in, and the section. */
    String where(Spot spot) {
        return nameOf(object, spot);
    }

    static String nameOf(ElfObject object, Spot spot) {
        String section = String.format("%s+0x%x", object.section(spot.section()).name(), spot.offset());
        return object.symbols().stream()
                .filter(symbol -> !symbol.isSection()
                        && symbol.size() > 0
                        && symbol.home()
                                .section()
                                .filter(spot.section()::equals)
                                .isPresent()
                        && spot.offset() >= symbol.value()
                        && spot.offset() < symbol.value() + symbol.size())
                .findFirst()
                .map(symbol -> String.format("%s+0x%x (%s)", symbol.name(), spot.offset() - symbol.value(), section))
                .orElse(section);
    }
}
