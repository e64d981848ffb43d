package io.github.kpatch.mojo;

import java.io.File;
import org.apache.maven.plugins.annotations.LifecyclePhase;
import org.apache.maven.plugins.annotations.Mojo;
import org.apache.maven.plugins.annotations.Parameter;

/**
 * Reads the project's patches in order, refuses what cannot be live-patched, and tries every patch on top of the ones
 * before it on the kernel's source.
 */
@Mojo(name = "check-patches", defaultPhase = LifecyclePhase.PROCESS_SOURCES, threadSafe = true)
public final class CheckPatchesMojo extends AbstractStageMojo {
    /** Skips this goal. */
    @Parameter(property = "kpatch.check-patches.skip", defaultValue = "false")
    private boolean skipGoal;

    /**
     * Folder of the patches: {@code *.patch} and {@code *.diff} in name order, or in that of a quilt {@code series}. In a
     * project with several {@code kernels}, a folder in it that is named by a release, or its beginning, such as {@code 6.1},
     * holds what is for these kernels only, in place of what has the same name outside.
     */
    @Parameter(property = "kpatch.patches", defaultValue = SOURCES + "/patches")
    private File patches;

    /** How many lines of context a hunk may lack; every such hunk is warned of. */
    @Parameter(property = "kpatch.maxFuzz", defaultValue = "2")
    private int maxFuzz;

    @Override
    boolean isGoalSkipped() {
        return skipGoal;
    }

    @Override
    void run(ProjectKernel kernel) {
        kernel.goals().checkPatches(kernel.patches(patches, maxFuzz));
    }
}
