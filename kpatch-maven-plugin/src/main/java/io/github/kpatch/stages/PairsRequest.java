package io.github.kpatch.stages;

import io.github.kpatch.compare.CompareTable;
import io.github.kpatch.host.Console;
import io.github.kpatch.host.Progress;
import io.github.kpatch.problem.ProblemException;
import java.nio.file.Path;

/**
 * Goal {@code diff-objects}: the differ by itself, on the pairs of objects that a table names. It is no stage and needs no
 * project.
 *
 * @param pairs the table
 * @param results where the results go, as JSON
 * @param failOnError whether a pair that could not be compared fails the whole
 * @param failOnRejected whether a change that a live patch cannot make fails the whole
 * @param explain whether to tell why each element is in an output
 */
public record PairsRequest(Path pairs, Path results, boolean failOnError, boolean failOnRejected, boolean explain) {
    /**
     * Compares.
     *
     * @param jobs how many pairs at once, at least 1
     * @throws ProblemException with the problems of the pairs, where they fail the whole
     */
    public void compare(int jobs, Progress progress, Console console) {
        CompareTable.run(
                new CompareTable.Request(pairs, results, failOnError, failOnRejected, explain, jobs),
                progress,
                console);
    }
}
