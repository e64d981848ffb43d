package io.github.kpatch.mojo;

import io.github.kpatch.stages.RunBootTest;
import java.io.File;
import org.apache.maven.plugins.annotations.LifecyclePhase;
import org.apache.maven.plugins.annotations.Mojo;
import org.apache.maven.plugins.annotations.Parameter;

/**
 * Boots the target kernel in QEMU, loads the module, waits for its transition, unloads it, and runs the project's
 * scripts before, after and after the unload.
 */
@Mojo(name = "boot-test", defaultPhase = LifecyclePhase.INTEGRATION_TEST, threadSafe = true)
public final class BootTestMojo extends AbstractStageMojo {
    /** Skips this goal. */
    @Parameter(property = "kpatch.boot-test.skip", defaultValue = "false")
    private boolean skipGoal;

    /** Skips this goal, as it skips other plugins' tests. */
    @Parameter(property = "skipTests", defaultValue = "false")
    private boolean skipTests;

    /** Skips this goal, as it skips other plugins' integration tests. */
    @Parameter(property = "skipITs", defaultValue = "false")
    private boolean skipITs;

    /**
     * Folder of scripts; each {@code *.sh} is called with {@code before}, {@code after} and {@code unloaded}. In a project
     * with several {@code kernels}, a folder in it that is named by a release, or its beginning, such as {@code 6.1}, holds
     * what is for these kernels only, in place of what has the same name outside.
     */
    @Parameter(property = "kpatch.testScripts", defaultValue = "${project.basedir}/src/test/kpatch")
    private File testScripts;

    @Override
    boolean isGoalSkipped() {
        return skipGoal;
    }

    @Override
    int processors() {
        return RunBootTest.PROCESSORS;
    }

    @Override
    void run(ProjectKernel kernel) {
        if (skipTests || skipITs) {
            kernel.context().console().info("Boot test skipped: " + (skipTests ? "skipTests" : "skipITs") + " is set.");
            return;
        }
        kernel.goals().bootTest(kernel.wanted(), kernel.scripts(testScripts));
    }
}
