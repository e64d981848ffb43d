package io.github.kpatch.problem;

import java.util.Objects;

/**
 * One thing that is wrong, complete enough to act on.
 *
 * @param code the stable code
 * @param where file, patch and hunk, function, section or option concerned; empty when the code says it all
 * @param what what happened, one sentence without the place
 * @param cure what the reader should do
 */
public record Problem(ProblemCode code, String where, String what, String cure) {
    public Problem {
        Objects.requireNonNull(code);
        Objects.requireNonNull(where);
        Objects.requireNonNull(what);
        Objects.requireNonNull(cure);
    }

    /** A problem with the code's usual cure. */
    public static Problem of(ProblemCode code, String where, String what) {
        return new Problem(code, where, what, code.cure());
    }

    /** Code, place, what happened and cure in the one format the console and the reports share. */
    @Override
    public String toString() {
        return code.id() + (where.isEmpty() ? "" : " " + where) + ": " + what + " " + cure;
    }
}
