package io.github.kpatch.diff;

import io.github.kpatch.arch.Architecture;
import io.github.kpatch.arch.TargetOffsets;
import io.github.kpatch.elf.ElfObject;
import io.github.kpatch.elf.Relocation;
import io.github.kpatch.elf.Section;
import io.github.kpatch.elf.SectionData;
import io.github.kpatch.elf.SectionId;
import io.github.kpatch.elf.Symbol;
import io.github.kpatch.elf.SymbolId;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * Makes relocations say which function or variable they mean.
 *
 * <p>Assemblers refer to local symbols as "section + offset". That is no use here twice over: offsets in a section move
 * when anything before them changes, and a section cannot be looked up in the running kernel. So {@code .data - 1} in
 * {@code cmpl $7, arr+4(%rip)} (target offset 4, since an immediate follows the field) becomes {@code arr - 1}: the
 * target offset finds the symbol, the addend keeps the bias.
 *
 * <p>An address just past the last variable of a section is the end of a loop over it, not the start of whatever comes
 * next. A reference that no symbol covers stays as it is; it is harmless unless the patch has to carry it, which {@link
 * VerifyPatchability} sees to.
 */
final class NameReferences {
    private final Architecture arch;
    private final ElfObject elf;
    private final Bundles bundles;
    private final Map<SectionId, SymbolsByOffset> symbolsIn = new HashMap<>();

    private NameReferences(Architecture arch, ElfObject elf, Bundles bundles) {
        this.arch = arch;
        this.elf = elf;
        this.bundles = bundles;
    }

    /** The unit with references to symbols where it had references to sections; all identifiers stay. */
    static Unit in(Unit unit) {
        ElfObject elf = unit.elf();
        NameReferences pass = new NameReferences(unit.arch(), elf, unit.bundles());
        return unit.with(new ElfObject(
                elf.header(), elf.sections().stream().map(pass::named).toList(), elf.symbols()));
    }

    private Section named(Section section) {
        if (!(section.data() instanceof SectionData.Relocations relocations)) {
            return section;
        }
        Section base = elf.section(relocations.target());
        if (SectionNames.isDebug(base.name()) || base.name().equals(SectionNames.PATCHABLE_ENTRIES)) {
            return section;
        }
        TargetOffsets offsets = arch.targetOffsets(base);
        List<Relocation> named = new ArrayList<>(relocations.entries().size());
        for (Relocation relocation : relocations.entries()) {
            Symbol symbol = elf.symbol(relocation.symbol());
            Optional<SectionId> target = symbol.home().section();
            named.add(
                    symbol.isSection() && target.isPresent() && hasSymbols(symbol.name())
                            ? named(relocation, base, target.get(), offsets)
                            : relocation);
        }
        return section.with(new SectionData.Relocations(relocations.target(), named));
    }

    private boolean hasSymbols(String section) {
        return !SectionNames.isSanitizerData(section) && !arch.isWithoutSymbols(section);
    }

    private Relocation named(Relocation relocation, Section base, SectionId target, TargetOffsets offsets) {
        Optional<SymbolId> owner = bundles.owner(target);
        if (owner.isPresent()) {
            return relativeTo(owner.get(), relocation);
        }
        SymbolsByOffset symbols = symbolsIn.computeIfAbsent(target, this::symbolsIn);
        if (symbols.isEmpty()) {
            return relocation;
        }
        return symbols.at(offsets.of(relocation), pointsToEnd(relocation, base, elf.section(target)))
                .map(symbol -> relativeTo(symbol, relocation))
                .orElse(relocation);
    }

    private boolean pointsToEnd(Relocation relocation, Section base, Section target) {
        return base.isText()
                && !target.isText()
                && arch.pointsToEndOfData(relocation.type())
                && relocation.addend() == target.data().size();
    }

    private Relocation relativeTo(SymbolId symbol, Relocation relocation) {
        return relocation
                .withSymbol(symbol)
                .withAddend(relocation.addend() - elf.symbol(symbol).value());
    }

    private SymbolsByOffset symbolsIn(SectionId section) {
        return new SymbolsByOffset(elf, section, symbolsBySection().getOrDefault(section, List.of()), arch);
    }

    private Map<SectionId, List<SymbolId>> bySection;

    private Map<SectionId, List<SymbolId>> symbolsBySection() {
        if (bySection == null) {
            bySection = new HashMap<>();
            for (SymbolId id : elf.symbolIds()) {
                Symbol symbol = elf.symbol(id);
                if (!symbol.isSection()) {
                    symbol.home()
                            .section()
                            .ifPresent(home -> bySection
                                    .computeIfAbsent(home, key -> new ArrayList<>())
                                    .add(id));
                }
            }
        }
        return bySection;
    }
}
