package io.github.kpatch.diff;

import io.github.kpatch.arch.Architecture;
import io.github.kpatch.elf.ElfObject;
import io.github.kpatch.elf.Symbol;
import io.github.kpatch.elf.SymbolId;
import java.util.HashSet;
import java.util.Set;

/**
 * Finds the functions that begin with a call that ftrace, hence livepatch, can redirect. The compiler decides that by
 * {@code notrace} and the like, and says it nowhere but in the code.
 */
final class FindTraced {
    private FindTraced() {}

    /** The functions of {@code elf}, its relocations as the compiler made them, that can be redirected. */
    static Set<SymbolId> in(Architecture arch, ElfObject elf, Bundles bundles) {
        Set<SymbolId> traced = new HashSet<>();
        for (SymbolId id : elf.symbolIds()) {
            Symbol symbol = elf.symbol(id);
            boolean function = symbol.isFunction() && symbol.home().section().isPresent() && !bundles.isPrefix(id);
            if (function && arch.isTraced(elf, id)) {
                traced.add(id);
            }
        }
        return traced;
    }
}
