package io.github.kpatch.mojo;

import org.apache.maven.plugins.annotations.LifecyclePhase;
import org.apache.maven.plugins.annotations.Mojo;
import org.apache.maven.plugins.annotations.Parameter;

/** Builds the objects of the patched files, once from the kernel's own source and once from the patched one. */
@Mojo(name = "build-objects", defaultPhase = LifecyclePhase.COMPILE, threadSafe = true)
public final class BuildObjectsMojo extends AbstractStageMojo {
    /** Skips this goal. */
    @Parameter(property = "kpatch.build-objects.skip", defaultValue = "false")
    private boolean skipGoal;

    @Override
    boolean isGoalSkipped() {
        return skipGoal;
    }

    @Override
    void run(ProjectKernel kernel) {
        kernel.goals().buildObjects(kernel.wanted());
    }
}
