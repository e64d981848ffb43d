package io.github.kpatch.diff;

import io.github.kpatch.arch.Architecture;
import io.github.kpatch.elf.ElfObject;
import io.github.kpatch.elf.Section;
import io.github.kpatch.elf.SectionData;
import io.github.kpatch.elf.SectionId;
import io.github.kpatch.elf.Symbol;
import io.github.kpatch.elf.SymbolId;
import java.util.Optional;
import java.util.Set;

/**
 * One of the two objects, with what its names, code and relocations say about its elements.
 *
 * @param name what to call it in messages
 * @param arch the machine it is for
 * @param elf the object; relocations refer to functions and variables, not to sections, wherever that was possible
 * @param bundles which symbol owns which section
 * @param families which function is a piece of which
 * @param traced the functions that ftrace, hence livepatch, can redirect
 */
record Unit(String name, Architecture arch, ElfObject elf, Bundles bundles, Families families, Set<SymbolId> traced) {
    Unit {
        traced = Set.copyOf(traced);
    }

    /** The same unit with another reading of the object; identifiers must mean what they meant. */
    Unit with(ElfObject other) {
        return new Unit(name, arch, other, bundles, families, traced);
    }

    Section section(SectionId id) {
        return elf.section(id);
    }

    Symbol symbol(SymbolId id) {
        return elf.symbol(id);
    }

    /** The section itself, or for a relocation section the one it applies to. */
    SectionId base(SectionId id) {
        return section(id).data() instanceof SectionData.Relocations relocations ? relocations.target() : id;
    }

    /** The name of {@link #base}. */
    String baseName(SectionId id) {
        return section(base(id)).name();
    }

    /** The section that {@code symbol} is defined in. */
    Optional<SectionId> home(SymbolId symbol) {
        return symbol(symbol).home().section();
    }

    /** Whether {@code symbol} owns its section. */
    boolean isBundled(SymbolId symbol) {
        return home(symbol)
                .flatMap(bundles::owner)
                .filter(owner -> owner.equals(symbol))
                .isPresent();
    }

    /** Where {@code section} is, for messages. */
    String where(SectionId section) {
        return name + ", section " + section(section).name();
    }

    /** Where {@code symbol} is, for messages. */
    String where(SymbolId symbol) {
        return name + ", symbol " + symbol(symbol).name();
    }
}
