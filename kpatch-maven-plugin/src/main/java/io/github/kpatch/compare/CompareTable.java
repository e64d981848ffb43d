package io.github.kpatch.compare;

import io.github.kpatch.host.Console;
import io.github.kpatch.host.Folders;
import io.github.kpatch.host.Json;
import io.github.kpatch.host.Progress;
import io.github.kpatch.host.WallTime;
import io.github.kpatch.problem.Problem;
import io.github.kpatch.problem.ProblemException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/** The differ by itself: a table of pairs in, a file of results out, no project and no kernel tree. */
public final class CompareTable {
    private CompareTable() {}

    /**
     * What to compare.
     *
     * @param pairs the table
     * @param results where the results go, as JSON; replaced whole, before any failure is reported
     * @param failOnError whether a pair that could not be compared fails the whole
     * @param failOnRejected whether a change that a live patch cannot make fails the whole
     * @param explain whether to tell why each element is in the patch
     * @param jobs how many pairs at once, at least 1
     */
    public record Request(
            Path pairs, Path results, boolean failOnError, boolean failOnRejected, boolean explain, int jobs) {}

    /**
     * Compares.
     *
     * @throws ProblemException with the problems of the pairs, where the request says that they fail the whole
     * @throws IllegalStateException likewise, where a comparison broke by our own fault
     */
    public static void run(Request request, Progress progress, Console console) {
        long start = System.nanoTime();
        List<PairJob> pairs = PairTable.read(request.pairs());
        List<ComparePairs.Compared> compared =
                pairs.isEmpty() ? List.of() : ComparePairs.all(pairs, request.jobs(), progress);
        List<PairResult> results =
                compared.stream().map(ComparePairs.Compared::result).toList();
        Folders.write(request.results(), Json.write(results));
        if (request.explain()) {
            results.forEach(result -> Explanation.tell(result.original(), result.included(), console));
        }
        console.info("Compared %d pairs in %s: %d changed, %d unchanged, %d rejected, %d in error. Results: %s"
                .formatted(
                        pairs.size(),
                        WallTime.since(start),
                        count(results, PairResult.Outcome.CHANGED),
                        count(results, PairResult.Outcome.UNCHANGED),
                        count(results, PairResult.Outcome.REJECTED),
                        count(results, PairResult.Outcome.ERROR),
                        request.results()));
        if (request.failOnError()) {
            ComparePairs.throwBugs(compared);
            fail(compared, PairResult.Outcome.ERROR);
        }
        if (request.failOnRejected()) {
            fail(compared, PairResult.Outcome.REJECTED);
        }
    }

    private static long count(List<PairResult> results, PairResult.Outcome outcome) {
        return results.stream().filter(result -> result.outcome() == outcome).count();
    }

    private static void fail(List<ComparePairs.Compared> compared, PairResult.Outcome outcome) {
        List<Problem> problems = new ArrayList<>();
        for (ComparePairs.Compared one : compared) {
            if (one.result().outcome() == outcome) {
                problems.addAll(one.problems());
            }
        }
        if (!problems.isEmpty()) {
            throw outcome == PairResult.Outcome.ERROR
                    ? ProblemException.inputs(problems)
                    : ProblemException.findings(problems);
        }
    }
}
