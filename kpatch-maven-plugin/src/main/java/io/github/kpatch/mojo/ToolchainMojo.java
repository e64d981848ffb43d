package io.github.kpatch.mojo;

import org.apache.maven.plugins.annotations.LifecyclePhase;
import org.apache.maven.plugins.annotations.Mojo;
import org.apache.maven.plugins.annotations.Parameter;

/** Finds make, patch, the compiler and the rest with their versions; says what is missing and how to install it. */
@Mojo(name = "toolchain", defaultPhase = LifecyclePhase.VALIDATE, threadSafe = true)
public final class ToolchainMojo extends AbstractStageMojo {
    /** Skips this goal. */
    @Parameter(property = "kpatch.toolchain.skip", defaultValue = "false")
    private boolean skipGoal;

    @Override
    boolean isGoalSkipped() {
        return skipGoal;
    }

    @Override
    void run(ProjectKernel kernel) {
        kernel.goals().toolchain(kernel.wanted(), kernel.config(), signature());
    }
}
