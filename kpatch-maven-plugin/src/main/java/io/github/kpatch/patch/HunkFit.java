package io.github.kpatch.patch;

import io.github.kpatch.problem.ProblemCode;
import java.util.List;

/**
 * Why a hunk does not fit: GNU patch says only that it failed. What a user needs is the first line that differs, and
 * whether the file has the change already, because the kernel's maintainers were quicker.
 *
 * @param alreadyApplied whether the file holds the patched lines where the original ones should be
 * @param mismatch what was expected and what was found, one or two sentences
 */
record HunkFit(boolean alreadyApplied, String mismatch) {
    /** Beyond this many comparisons only the place where the hunk should be is looked at. */
    private static final long MOST_COMPARISONS = 50_000_000;

    /**
     * Compares {@code hunk} with {@code file} as it was before.
     *
     * @param offset how many lines the hunks before it were found away from where their headers say
     */
    static HunkFit of(Hunk hunk, SourceText file, int offset) {
        List<String> original = hunk.original().stream().map(HunkLine::text).toList();
        List<String> patched = hunk.patched().stream().map(HunkLine::text).toList();
        int expected = hunk.originalStart() - 1 + offset;
        // Where the file has the hunks before this one as well, this one is where the patched file has it.
        for (int place : new int[] {expected, hunk.patchedStart() - 1}) {
            if (matches(patched, file, place) == patched.size() && !patched.equals(original)) {
                return new HunkFit(
                        true,
                        "The change of this hunk is in the file already, at line %d (reversed or previously applied)."
                                .formatted(place + 1));
            }
        }
        int place = bestPlace(original, file, expected);
        for (int i = 0; i < original.size(); i++) {
            int line = place + i;
            boolean beyond = line < 0 || line >= file.lines().size();
            if (beyond || !file.lines().get(line).equals(original.get(i))) {
                return new HunkFit(
                        false,
                        "The hunk does not fit: line %d should be %s but %s."
                                .formatted(
                                        line + 1,
                                        Quoted.ofBytes(original.get(i)),
                                        beyond
                                                ? "is beyond the end of the file"
                                                : "is "
                                                        + Quoted.ofBytes(
                                                                file.lines().get(line))));
            }
        }
        return new HunkFit(
                false,
                "The hunk does not fit: its lines are at line %d, but not its end of file.".formatted(place + 1));
    }

    /** What the user should do. */
    String cure() {
        return alreadyApplied
                ? "Remove the patch, or the hunk, where this kernel has the change already."
                : ProblemCode.PATCH_DOES_NOT_APPLY.cure();
    }

    /** The place with the most lines in common; of equal ones the nearest to where the hunk should be. */
    private static int bestPlace(List<String> original, SourceText file, int expected) {
        int best = expected;
        int bestMatches = matches(original, file, expected);
        if ((long) original.size() * file.lines().size() > MOST_COMPARISONS) {
            return best;
        }
        for (int place = 0; place < file.lines().size(); place++) {
            int matches = matches(original, file, place);
            boolean nearer = Math.abs(place - expected) < Math.abs(best - expected);
            if (matches > bestMatches || (matches == bestMatches && nearer)) {
                best = place;
                bestMatches = matches;
            }
        }
        return best;
    }

    private static int matches(List<String> wanted, SourceText file, int place) {
        int matches = 0;
        for (int i = 0; i < wanted.size(); i++) {
            int line = place + i;
            if (line >= 0
                    && line < file.lines().size()
                    && file.lines().get(line).equals(wanted.get(i))) {
                matches++;
            }
        }
        return matches;
    }
}
