package io.github.kpatch.diff;

import io.github.kpatch.problem.Problem;
import java.util.List;

/**
 * Ends the passes early because the two objects differ in a way that no live patch can express, found before there is
 * a fact to return. {@link DiffObject} turns it into {@link DiffOutcome.Rejected}; it never leaves the package.
 */
final class UnreconcilableException extends RuntimeException {
    private static final long serialVersionUID = 1L;

    private final transient List<Problem> problems;

    UnreconcilableException(List<Problem> problems) {
        super("unreconcilable difference", null, false, false);
        this.problems = List.copyOf(problems);
    }

    List<Problem> problems() {
        return problems;
    }
}
