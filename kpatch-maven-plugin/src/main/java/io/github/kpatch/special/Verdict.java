package io.github.kpatch.special;

import io.github.kpatch.problem.Problem;

/** What to do with an entry that describes a function of the patch. */
public sealed interface Verdict {
    /** It goes along. */
    record Keep() implements Verdict {}

    /** It stays behind, and the function works without it. */
    record Drop() implements Verdict {}

    /**
     * The function cannot be patched as long as it has it.
     *
     * @param problem what to tell the patch's author
     */
    record Reject(Problem problem) implements Verdict {}
}
