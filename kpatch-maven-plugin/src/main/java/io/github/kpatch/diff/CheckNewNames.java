package io.github.kpatch.diff;

import io.github.kpatch.elf.Symbol;
import io.github.kpatch.elf.SymbolId;
import io.github.kpatch.problem.Problem;
import io.github.kpatch.problem.ProblemCode;
import java.util.ArrayList;
import java.util.List;

/**
 * Finds new global functions and variables whose names the running kernel has already, from another source file: a patch
 * moved them here, or put them in the place of a weak one. Whoever is not replaced goes on using the one that is there,
 * and who is replaced would be led there as well, since a name of the kernel means what the kernel has.
 */
final class CheckNewNames {
    private CheckNewNames() {}

    /** A finding for each. */
    static List<Problem> in(Changes changes, DiffTarget target) {
        List<Problem> problems = new ArrayList<>();
        Unit patched = changes.patched();
        for (SymbolId id : patched.elf().symbolIds()) {
            Symbol symbol = patched.symbol(id);
            boolean isNew = !symbol.isLocal()
                    && (symbol.isFunction() || symbol.isObject())
                    && patched.home(id).isPresent()
                    && changes.of(id) == Status.NEW
                    && !patched.bundles().isPrefix(id);
            if (isNew && !target.symbols().globalsNamed(symbol.name()).isEmpty()) {
                problems.add(new Problem(
                        ProblemCode.FUNCTION_UNREACHABLE,
                        patched.where(id),
                        target.parent() + " has it already, from another source file, and what the patch does not"
                                + " replace goes on using that one.",
                        "Change it where it is, or give the new one another name; where its file was renamed, make the"
                                + " patch by git diff -M."));
            }
        }
        return problems;
    }
}
