package io.github.kpatch.mojo;

import io.github.kpatch.stages.PairsRequest;
import java.io.File;
import org.apache.maven.plugins.annotations.Mojo;
import org.apache.maven.plugins.annotations.Parameter;

/** The differ by itself: compares the pairs of objects that a table names, in parallel. Needs no project. */
@Mojo(name = "diff-objects", requiresProject = false, threadSafe = true)
public final class DiffObjectsMojo extends AbstractKpatchMojo {
    /** Skips this goal. */
    @Parameter(property = "kpatch.diff-objects.skip", defaultValue = "false")
    private boolean skipGoal;

    /**
     * The table: tab-separated, a header, one row a pair, paths relative to the file: {@code original}, {@code patched},
     * {@code parent}, {@code parentSymbols}, {@code symvers}, {@code structSizes}, {@code output}, and {@code klpArch}
     * for kernels before 5.8.
     */
    @Parameter(property = "kpatch.pairs", required = true)
    private File pairs;

    /** The file for the results: a JSON array, one object a pair in the order of the table. */
    @Parameter(property = "kpatch.results", required = true)
    private File results;

    /** Whether a pair that cannot be compared fails the build. */
    @Parameter(property = "kpatch.failOnError", defaultValue = "true")
    private boolean failOnError;

    /** Whether a change that a live patch cannot make fails the build. */
    @Parameter(property = "kpatch.failOnRejected", defaultValue = "true")
    private boolean failOnRejected;

    /** Whether to tell for each element of an output why it is there; the results hold it in any case. */
    @Parameter(property = "kpatch.explain", defaultValue = "false")
    private boolean explain;

    @Override
    boolean isGoalSkipped() {
        return skipGoal;
    }

    @Override
    void run() {
        new PairsRequest(pairs.toPath(), results.toPath(), failOnError, failOnRejected, explain)
                .compare(jobs(), progress(), console());
    }
}
