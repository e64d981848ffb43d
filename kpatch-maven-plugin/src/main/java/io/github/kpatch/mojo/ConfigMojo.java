package io.github.kpatch.mojo;

import org.apache.maven.plugins.annotations.Mojo;
import org.apache.maven.plugins.annotations.Parameter;

/**
 * Takes the target kernel's config into the project: writes {@code kernel.config}, and beside it {@code kernel.lock},
 * which says what it was taken from. Both belong under version control.
 */
@Mojo(name = "config", threadSafe = true)
public final class ConfigMojo extends AbstractStageMojo {
    /** Skips this goal. */
    @Parameter(property = "kpatch.config.skip", defaultValue = "false")
    private boolean skipGoal;

    @Override
    boolean isGoalSkipped() {
        return skipGoal;
    }

    @Override
    void run(ProjectKernel kernel) {
        kernel.goals().config(kernel.wanted(), kernel.config());
    }
}
