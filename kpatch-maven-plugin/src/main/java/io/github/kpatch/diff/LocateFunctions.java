package io.github.kpatch.diff;

import io.github.kpatch.elf.Symbol;
import io.github.kpatch.elf.SymbolId;
import io.github.kpatch.problem.ProblemCode;
import io.github.kpatch.problem.ProblemException;
import java.util.ArrayList;
import java.util.List;

/**
 * Finds each function to redirect in the running kernel. Livepatch looks it up by name and position when the module is
 * loaded; one that is not where the symbol table says would redirect a stranger, or nothing.
 */
final class LocateFunctions {
    private LocateFunctions() {}

    /**
     * A function to redirect.
     *
     * @param symbol in the patched object
     * @param found where the running kernel has the one it replaces
     */
    record Located(SymbolId symbol, SymbolLookup.Found found) {}

    /**
     * The functions with their places, in the given order.
     *
     * @param redirected the functions to redirect
     * @throws ProblemException when the patched kernel object does not have one of them, or several
     */
    static List<Located> in(Changes changes, List<SymbolId> redirected, SymbolLookup lookup, DiffTarget target) {
        List<Located> located = new ArrayList<>(redirected.size());
        for (SymbolId id : redirected) {
            Symbol symbol = changes.patched().symbol(id);
            SymbolLookup.Found found = lookup.find(id)
                    .filter(candidate ->
                            candidate.owner().equals(target.parent().name()))
                    .orElseThrow(() ->
                            notFound(changes, id, "is not in " + target.parent().name()));
            if (symbol.isLocal() && found.global()) {
                throw notFound(
                        changes,
                        id,
                        "is local, but global in " + target.parent().name());
            }
            located.add(new Located(id, found));
        }
        return located;
    }

    private static ProblemException notFound(Changes changes, SymbolId id, String what) {
        return ProblemException.input(
                ProblemCode.SYMBOL_NOT_FOUND, changes.patched().where(id), "The changed function " + what + ".");
    }
}
