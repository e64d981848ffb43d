package io.github.kpatch.diff;

import io.github.kpatch.elf.SymbolId;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * Which functions are pieces of others.
 *
 * @param parentOf the function that each {@code .cold} or {@code .part} piece was cut from, where it is in the object
 * @param childrenOf the pieces of each function, in symbol-table order
 */
record Families(Map<SymbolId, SymbolId> parentOf, Map<SymbolId, List<SymbolId>> childrenOf) {
    Families {
        parentOf = Map.copyOf(parentOf);
        childrenOf = Map.copyOf(childrenOf);
    }

    /** The function that {@code function} is a piece of. */
    Optional<SymbolId> parent(SymbolId function) {
        return Optional.ofNullable(parentOf.get(function));
    }

    /** The pieces cut from {@code function}. */
    List<SymbolId> children(SymbolId function) {
        return childrenOf.getOrDefault(function, List.of());
    }

    /** The pieces of {@code function}, the pieces of these, and so on. */
    List<SymbolId> descendants(SymbolId function) {
        List<SymbolId> all = new ArrayList<>(children(function));
        for (int i = 0; i < all.size(); i++) {
            all.addAll(children(all.get(i)));
        }
        return all;
    }
}
