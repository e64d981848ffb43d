package io.github.kpatch.livepatch.verify;

import io.github.kpatch.problem.Problem;
import io.github.kpatch.problem.ProblemCode;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;

/** All in which a module is not what was compiled, in the order in which it was found. */
final class Findings {
    private final String module;
    private final Set<Problem> problems = new LinkedHashSet<>();

    /** @param module what to call the module in messages */
    Findings(String module) {
        this.module = module;
    }

    /** Takes note of a difference at {@code place}, a symbol or section with an offset. */
    void add(String place, String what) {
        problems.add(Problem.of(ProblemCode.MODULE_NOT_AS_COMPILED, module + ": " + place, what));
    }

    List<Problem> all() {
        return List.copyOf(problems);
    }
}
