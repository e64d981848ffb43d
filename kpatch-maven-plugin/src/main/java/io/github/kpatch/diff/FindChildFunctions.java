package io.github.kpatch.diff;

import io.github.kpatch.elf.ElfObject;
import io.github.kpatch.elf.Symbol;
import io.github.kpatch.elf.SymbolId;
import io.github.kpatch.problem.ProblemCode;
import io.github.kpatch.problem.ProblemException;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/**
 * Finds the pieces that gcc cuts from functions.
 *
 * <p>{@code f.cold} holds the unlikely paths of {@code f}. It is entered by a jump from {@code f}, never by a call, so
 * it has no ftrace call site and can be replaced only together with {@code f}. {@code f.part.0} holds what partial
 * inlining left over; it is called, and may have a call site of its own. Pieces nest: {@code f.part.0.cold}.
 */
final class FindChildFunctions {
    private static final String COLD = ".cold";
    private static final String PART = ".part.";

    private FindChildFunctions() {}

    /**
     * The families in {@code elf}.
     *
     * @param name what to call the object in messages
     * @throws ProblemException when cold code has no function it belongs to
     */
    static Families in(String name, ElfObject elf, Bundles bundles) {
        Map<SymbolId, SymbolId> parentOf = new HashMap<>();
        Map<SymbolId, List<SymbolId>> childrenOf = new HashMap<>();
        for (SymbolId id : elf.symbolIds()) {
            Symbol symbol = elf.symbol(id);
            if (!symbol.isFunction() || bundles.isPrefix(id)) {
                continue;
            }
            int cut = symbol.name().indexOf(COLD);
            boolean cold = cut >= 0;
            if (!cold) {
                cut = symbol.name().indexOf(PART);
            }
            if (cut < 0) {
                continue;
            }
            List<SymbolId> parents =
                    cut == 0 ? List.of() : elf.symbolsNamed(symbol.name().substring(0, cut));
            if (!parents.isEmpty()) {
                parentOf.put(id, parents.get(0));
                childrenOf
                        .computeIfAbsent(parents.get(0), parent -> new ArrayList<>(1))
                        .add(id);
            } else if (cold) {
                throw ProblemException.input(
                        ProblemCode.OBJECT_INVALID,
                        name + ", symbol " + symbol.name(),
                        "It is the cold part of a function that is not in the object.");
            }
        }
        return new Families(parentOf, childrenOf);
    }
}
