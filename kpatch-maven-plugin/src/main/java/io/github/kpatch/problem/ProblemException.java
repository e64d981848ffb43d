package io.github.kpatch.problem;

import java.util.List;
import java.util.stream.Collectors;

/**
 * Ends a build with problems the user can act on. The Mojo shows them and never a stack trace. A bug of ours is an
 * {@link IllegalStateException} instead.
 */
public final class ProblemException extends RuntimeException {
    private static final long serialVersionUID = 1L;

    /** Whose turn it is. */
    public enum Kind {
        /** Findings about the patch: it cannot become a live patch as it is. */
        FINDINGS,
        /** Bad input or environment. */
        INPUT
    }

    private final Kind kind;
    private final transient List<Problem> problems;

    private ProblemException(Kind kind, List<Problem> problems, Throwable cause) {
        super(problems.stream().map(Problem::toString).collect(Collectors.joining(System.lineSeparator())), cause);
        if (problems.isEmpty()) {
            throw new IllegalArgumentException("no problem given");
        }
        this.kind = kind;
        this.problems = List.copyOf(problems);
    }

    /** Findings about the patch, all of them at once. */
    public static ProblemException findings(List<Problem> problems) {
        return new ProblemException(Kind.FINDINGS, problems, null);
    }

    /** One problem of the input or environment, with the code's usual cure. */
    public static ProblemException input(ProblemCode code, String where, String what) {
        return input(Problem.of(code, where, what));
    }

    /** One problem of the input or environment. */
    public static ProblemException input(Problem problem) {
        return new ProblemException(Kind.INPUT, List.of(problem), null);
    }

    /** One problem of the input or environment that another exception brought to light. */
    public static ProblemException input(Problem problem, Throwable cause) {
        return new ProblemException(Kind.INPUT, List.of(problem), cause);
    }

    /** Several problems of the input or environment. */
    public static ProblemException inputs(List<Problem> problems) {
        return new ProblemException(Kind.INPUT, problems, null);
    }

    /** Whether the patch or its surroundings must change. */
    public Kind kind() {
        return kind;
    }

    /** The problems, in the order they were found; never empty. */
    public List<Problem> problems() {
        return problems;
    }
}
