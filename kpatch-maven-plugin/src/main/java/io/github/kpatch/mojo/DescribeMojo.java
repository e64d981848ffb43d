package io.github.kpatch.mojo;

import io.github.kpatch.stages.DescribeModule;
import java.io.File;
import org.apache.maven.plugins.annotations.Mojo;
import org.apache.maven.plugins.annotations.Parameter;

/**
 * Tells what a finished livepatch module is, from itself: kernel, functions it replaces, what the livepatch core fills in,
 * modules it needs, license, signature, accepted layouts, patches and vulnerabilities. Needs no project.
 */
@Mojo(name = "describe", requiresProject = false, threadSafe = true)
public final class DescribeMojo extends AbstractKpatchMojo {
    /** Skips this goal. */
    @Parameter(property = "kpatch.describe.skip", defaultValue = "false")
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
        DescribeModule.run(module.toPath(), console());
    }
}
