package io.github.kpatch.mojo;

import org.apache.maven.plugins.annotations.LifecyclePhase;
import org.apache.maven.plugins.annotations.Mojo;
import org.apache.maven.plugins.annotations.Parameter;

/**
 * Gets the target kernel: its source, unpacked, configured and prepared in the cache, its config, exports, symbols and
 * structure sizes. Compares release, compiler and config with the target's before anything is built. A project that does
 * not hold its kernel's config yet gets it now.
 */
@Mojo(name = "unpack", defaultPhase = LifecyclePhase.INITIALIZE, threadSafe = true)
public final class UnpackMojo extends AbstractStageMojo {
    /** Skips this goal. */
    @Parameter(property = "kpatch.unpack.skip", defaultValue = "false")
    private boolean skipGoal;

    @Override
    boolean isGoalSkipped() {
        return skipGoal;
    }

    @Override
    void run(ProjectKernel kernel) {
        kernel.goals().unpack(kernel.wanted(), kernel.config());
    }
}
