package io.github.kpatch.mojo;

import io.github.kpatch.build.DiffObjects;
import org.apache.maven.plugins.annotations.LifecyclePhase;
import org.apache.maven.plugins.annotations.Mojo;
import org.apache.maven.plugins.annotations.Parameter;

/** Compares each original object with the patched one, section by section, and keeps only what changed. */
@Mojo(name = "diff", defaultPhase = LifecyclePhase.PROCESS_CLASSES, threadSafe = true)
public final class DiffMojo extends AbstractProjectMojo {
    /** Skips this goal. */
    @Parameter(property = "kpatch.diff.skip", defaultValue = "false")
    private boolean skipGoal;

    @Override
    boolean isGoalSkipped() {
        return skipGoal;
    }

    @Override
    void run() {
        DiffObjects.run(context());
    }
}
