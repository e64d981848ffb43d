package io.github.kpatch.diff;

import io.github.kpatch.elf.Symbol;
import io.github.kpatch.elf.SymbolId;
import io.github.kpatch.problem.Problem;
import io.github.kpatch.problem.ProblemCode;
import java.util.ArrayList;
import java.util.List;
import java.util.regex.Pattern;

/**
 * Finds the functions that livepatch has to redirect, and refuses the patch where one of them cannot be.
 *
 * <p>Livepatch redirects a function at the ftrace call with which it begins, in the running kernel, hence in the original
 * object. Functions that the kernel's {@code inline} or {@code notrace} marks have none. A new function needs none. A
 * changed piece without one is reached through its parent, which has changed with it.
 *
 * <p>A changed {@code .part} piece with a call site of its own is redirected for itself, even if its parent changes as
 * well: after partial inlining the callers contain the head of {@code f} and call {@code f.part.0} directly, so that a
 * fix in the slow path may change nothing else.
 */
final class CheckTraceable {
    /** {@code SYSCALL_DEFINE} (since Linux 4.17) defines the body of a system call as {@code inline}, hence notrace. */
    private static final Pattern SYSTEM_CALL = Pattern.compile("__do_sys_\\w+");

    private CheckTraceable() {}

    /** The changed functions to redirect, in symbol-table order. */
    static List<SymbolId> in(Changes changes) {
        Unit patched = changes.patched();
        List<SymbolId> redirected = new ArrayList<>();
        List<Problem> untraceable = new ArrayList<>();
        for (SymbolId id : patched.elf().symbolIds()) {
            Symbol symbol = patched.symbol(id);
            if (!symbol.isFunction() || changes.of(id) != Status.CHANGED || !patched.isBundled(id)) {
                continue;
            }
            boolean traced = changes.twins()
                    .symbols()
                    .original(id)
                    .filter(changes.twins().original().traced()::contains)
                    .isPresent();
            boolean reachedThroughParent = patched.families()
                    .parent(id)
                    .filter(parent -> changes.of(parent) == Status.CHANGED)
                    .isPresent();
            if (traced) {
                redirected.add(id);
            } else if (!reachedThroughParent) {
                untraceable.add(new Problem(
                        ProblemCode.FUNCTION_NOT_TRACEABLE,
                        patched.where(id),
                        "The function changed, but it does not begin with a call that ftrace can redirect.",
                        cure(patched, id)));
            }
        }
        if (!untraceable.isEmpty()) {
            throw new UnreconcilableException(untraceable);
        }
        return redirected;
    }

    private static String cure(Unit patched, SymbolId id) {
        Symbol function = patched.symbol(id);
        if (SYSTEM_CALL.matcher(function.name()).matches()) {
            return "Include kpatch-syscall.h and define the system call by KPATCH_SYSCALL_DEFINE1 to 6, in the place of"
                    + " SYSCALL_DEFINE1 to 6.";
        }
        Users users = Users.of(patched, patched.home(id).orElseThrow());
        return users.isEmpty() || !users.areFunctions() || !function.isLocal()
                ? ProblemCode.FUNCTION_NOT_TRACEABLE.cure()
                : "Leave %1$s as it was, define %1$s_patched beside it with the change, and let what calls %1$s call %1$s_patched: %2$s."
                        .formatted(function.name(), users.shown());
    }
}
