package io.github.kpatch.mojo;

import io.github.kpatch.stages.BootTestRequest;
import java.io.File;
import java.util.List;
import java.util.Optional;
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

    /** Whether a boot test that cannot take place, for want of QEMU or the kernel's image, is a failure. */
    @Parameter(property = "kpatch.bootTest.required", defaultValue = "false")
    private boolean required;

    /** How many processors the booted machine has. */
    @Parameter(property = "kpatch.bootTest.processors", defaultValue = "2")
    private int guestProcessors;

    /** The booted machine's memory in MiB; 0 for as much as its contents need. */
    @Parameter(property = "kpatch.bootTest.memory", defaultValue = "0")
    private int memory;

    /**
     * How often the patch is loaded and taken back. The scripts are run in the first round. After the last, where the patch
     * is for modules, these are taken out and loaded when the patch is in force already.
     */
    @Parameter(property = "kpatch.bootTest.rounds", defaultValue = "2")
    private int rounds;

    /** Whether the machine's processors are kept busy in the rounds after the first. */
    @Parameter(property = "kpatch.bootTest.busy", defaultValue = "false")
    private boolean busy;

    /** For how many seconds the kernel may start, and whatever has no limit of its own may take. */
    @Parameter(property = "kpatch.bootTest.bootSeconds", defaultValue = "300")
    private int bootSeconds;

    /** For how many seconds of the guest's clock a transition may last; the kernel pokes reluctant tasks every 15. */
    @Parameter(property = "kpatch.bootTest.transitionSeconds", defaultValue = "60")
    private int transitionSeconds;

    /** For how many seconds of the guest's clock a script may run each time. */
    @Parameter(property = "kpatch.bootTest.scriptSeconds", defaultValue = "120")
    private int scriptSeconds;

    /** More arguments for the kernel's command line, with blanks between them. */
    @Parameter(property = "kpatch.bootTest.kernelArguments")
    private String kernelArguments;

    /** More arguments for QEMU; on the command line with commas between them. */
    @Parameter(property = "kpatch.bootTest.qemuArguments")
    private List<String> qemuArguments;

    /** Folder for the results in the form that Failsafe leaves, for CI systems to show. */
    @Parameter(property = "kpatch.bootTest.results", defaultValue = "${project.build.directory}/failsafe-reports")
    private File results;

    @Override
    boolean isAboutTheModule() {
        return true;
    }

    @Override
    boolean isGoalSkipped() {
        return skipGoal;
    }

    @Override
    int processors() {
        return Math.max(1, guestProcessors);
    }

    @Override
    void run(ProjectKernel kernel) {
        if (skipTests || skipITs) {
            kernel.context().console().info("Boot test skipped: " + (skipTests ? "skipTests" : "skipITs") + " is set.");
            return;
        }
        kernel.goals()
                .bootTest(
                        kernel.wanted(),
                        BootTestRequest.of(
                                kernel.scripts(testScripts),
                                guestProcessors,
                                memory,
                                bootSeconds,
                                transitionSeconds,
                                scriptSeconds,
                                rounds,
                                busy,
                                Optional.ofNullable(kernelArguments).orElse(""),
                                Optional.ofNullable(qemuArguments).orElse(List.of()),
                                required,
                                results.toPath()));
    }
}
