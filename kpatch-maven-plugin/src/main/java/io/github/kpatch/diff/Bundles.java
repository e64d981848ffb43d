package io.github.kpatch.diff;

import io.github.kpatch.elf.SectionId;
import io.github.kpatch.elf.SymbolId;
import java.util.Map;
import java.util.Optional;

/**
 * Which symbol owns which section, and which functions have a prefix symbol in front of them.
 *
 * @param ownerOf the bundled symbol of each section that the compiler made for one symbol
 * @param prefixOf the prefix symbol of each function that has one; aliases share theirs
 * @param prefixes every prefix symbol; none of them is a function of its own
 */
record Bundles(Map<SectionId, SymbolId> ownerOf, Map<SymbolId, SymbolId> prefixOf, Map<SymbolId, SectionId> prefixes) {
    Bundles {
        ownerOf = Map.copyOf(ownerOf);
        prefixOf = Map.copyOf(prefixOf);
        prefixes = Map.copyOf(prefixes);
    }

    /** The bundled symbol of {@code section}. */
    Optional<SymbolId> owner(SectionId section) {
        return Optional.ofNullable(ownerOf.get(section));
    }

    /** Whether {@code symbol} only marks the padding before a function. */
    boolean isPrefix(SymbolId symbol) {
        return prefixes.containsKey(symbol);
    }
}
