package io.github.kpatch.mojo;

import io.github.kpatch.stages.DiffObjects;
import org.apache.maven.plugins.annotations.LifecyclePhase;
import org.apache.maven.plugins.annotations.Mojo;
import org.apache.maven.plugins.annotations.Parameter;

/** Compares each original object with the patched one, section by section, and keeps only what changed. */
@Mojo(name = "diff", defaultPhase = LifecyclePhase.PROCESS_CLASSES, threadSafe = true)
public final class DiffMojo extends AbstractStageMojo {
    /** Skips this goal. */
    @Parameter(property = "kpatch.diff.skip", defaultValue = "false")
    private boolean skipGoal;

    /** Whether to tell for each element of the patch why it is there. */
    @Parameter(property = "kpatch.explain", defaultValue = "false")
    private boolean explain;

    @Override
    boolean isGoalSkipped() {
        return skipGoal;
    }

    @Override
    void run(ProjectKernel kernel) {
        kernel.goals().diff(kernel.wanted(), new DiffObjects.Detail(explain, getLog().isDebugEnabled(), true));
    }
}
