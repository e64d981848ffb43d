package io.github.kpatch.mojo;

import java.io.File;
import org.apache.maven.plugins.annotations.Mojo;
import org.apache.maven.plugins.annotations.Parameter;

/**
 * Reads a finished module as a stranger would, against the kernel's facts and the objects that the project compiles: every
 * redirected function, reference, position and table entry has to be accounted for. The project has to be built before, up
 * to phase {@code package}, of the very patches that the module is said to hold; {@code link} reads its own module in the
 * same way.
 */
@Mojo(name = "verify-module", threadSafe = true)
public final class VerifyModuleMojo extends AbstractProjectMojo {
    /** Skips this goal. */
    @Parameter(property = "kpatch.verify-module.skip", defaultValue = "false")
    private boolean skipGoal;

    /** The module, uncompressed. */
    @Parameter(property = "kpatch.module", required = true)
    private File module;

    @Override
    boolean isGoalSkipped() {
        return skipGoal;
    }

    @Override
    void run() {
        oneKernel().goals().verifyModule(module.toPath());
    }
}
