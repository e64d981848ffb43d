package io.github.kpatch.mojo;

import io.github.kpatch.stages.EachKernel;
import java.util.ArrayList;
import java.util.List;
import javax.inject.Inject;
import org.apache.maven.lifecycle.LifecycleExecutor;
import org.apache.maven.plugin.MojoExecutionException;
import org.apache.maven.plugin.MojoFailureException;

/**
 * What the goals have in common that lead to a module one after the other: they do their work for each kernel of the
 * project. Several kernels are worked on at the same time, and one that fails is left out of the goals that follow. The
 * last of them fails for it, so that one run of Maven tells what is wrong with any kernel.
 */
abstract class AbstractStageMojo extends AbstractProjectMojo {
    @Inject
    private LifecycleExecutor lifecycle;

    /** Does the goal's work for one kernel. */
    abstract void run(ProjectKernel kernel);

    /** Does what is left to do when the work is done for several kernels, and none failed. */
    void finish(List<String> releases) {}

    /** How many processors the work for one kernel takes, whatever its share is. */
    int processors() {
        return 1;
    }

    /** Whether there is a module when the goal has done its work. */
    boolean isAboutTheModule() {
        return false;
    }

    @Override
    final void run() throws MojoExecutionException, MojoFailureException {
        if (!isForSeveralKernels()) {
            ProjectKernel kernel = oneKernel();
            run(kernel);
            if (isAboutTheModule() && !isAnotherToCome()) {
                kernel.goals().sayWhatWasMade();
            }
            return;
        }
        KernelFailures failures = failures();
        List<String> releases = releases();
        List<String> well = new ArrayList<>(releases);
        well.removeAll(failures.releases());
        for (EachKernel.Failed<String> failed :
                EachKernel.run(well, jobs(), processors(), (release, jobs) -> run(kernel(release, jobs)))) {
            failures.add(failed, execution().getGoal(), workDirectory(failed.kernel()));
            consoleOf(failed.kernel()).warn(KernelFailures.story(failed));
        }
        well.removeAll(failures.releases());
        if (failures.isEmpty()) {
            finish(releases);
        } else if (well.isEmpty() || !isAnotherToCome()) {
            failures.fail(releases);
        }
    }

    @Override
    final void skipped() throws MojoExecutionException, MojoFailureException {
        if (isForSeveralKernels() && !failures().isEmpty() && !isAnotherToCome()) {
            failures().fail(releases());
        }
    }

    private KernelFailures failures() {
        return KernelFailures.in(getPluginContext());
    }

    private boolean isAnotherToCome() {
        return LaterGoals.follow(execution(), session(), lifecycle);
    }
}
