package io.github.kpatch.diff;

import io.github.kpatch.problem.Problem;
import java.util.List;

/**
 * Ends the passes because the patch wants what no live patch can do, so that the later ones have nothing to work on.
 * {@link DiffObject} turns it into {@link DiffOutcome.Rejected} with all that is known by then; it never leaves the
 * package. What is wrong with an input or with the target is a {@link io.github.kpatch.problem.ProblemException}.
 */
final class UnreconcilableException extends RuntimeException {
    private static final long serialVersionUID = 1L;

    private final transient List<Problem> problems;

    UnreconcilableException(List<Problem> problems) {
        super("unreconcilable difference", null, false, false);
        this.problems = List.copyOf(problems);
    }

    UnreconcilableException(Problem problem) {
        this(List.of(problem));
    }

    List<Problem> problems() {
        return problems;
    }
}
