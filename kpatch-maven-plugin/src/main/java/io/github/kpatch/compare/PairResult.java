package io.github.kpatch.compare;

import io.github.kpatch.diff.IncludedElement;
import io.github.kpatch.problem.Problem;
import java.util.List;

/**
 * What became of one comparison. The components' names and their order are those of {@code RESULTS.json}.
 *
 * @param original the original object as the caller named it
 * @param outcome what it came to
 * @param changedFunctions functions that are redirected, named as in the original object
 * @param newFunctions functions that come with the patch
 * @param callbacks kinds of the author's callbacks
 * @param problems everything that stands in the way, and what a person should look at
 * @param millis wall time in milliseconds
 * @param included what is in the output, or would be but for the problems, and why; functions first
 */
public record PairResult(
        String original,
        Outcome outcome,
        List<String> changedFunctions,
        List<String> newFunctions,
        List<String> callbacks,
        List<Entry> problems,
        long millis,
        List<IncludedElement> included) {

    /** What a comparison can come to, as {@code RESULTS.json} spells it. */
    public enum Outcome {
        /** There is an intermediate object. */
        @com.google.gson.annotations.SerializedName("changed")
        CHANGED,
        /** The two objects do the same. */
        @com.google.gson.annotations.SerializedName("unchanged")
        UNCHANGED,
        /** The patch wants what a live patch cannot do. */
        @com.google.gson.annotations.SerializedName("rejected")
        REJECTED,
        /** The two could not be compared. */
        @com.google.gson.annotations.SerializedName("error")
        ERROR
    }

    /**
     * One problem.
     *
     * @param code its stable code; {@code bug} where the comparison broke by our own fault
     * @param where the symbol, section or file concerned
     * @param message what happened
     * @param advice what to do
     */
    public record Entry(String code, String where, String message, String advice) {
        /** The problems as they are written. */
        public static List<Entry> of(List<Problem> problems) {
            return problems.stream()
                    .map(problem -> new Entry(problem.code().id(), problem.where(), problem.what(), problem.cure()))
                    .toList();
        }
    }
}
