package io.github.kpatch.stages;

import io.github.kpatch.host.CommandRunner;
import io.github.kpatch.host.Console;
import io.github.kpatch.host.ExclusiveLock;
import io.github.kpatch.host.PlainPath;
import io.github.kpatch.host.ProblemList;
import io.github.kpatch.host.Progress;
import io.github.kpatch.host.Workspace;
import io.github.kpatch.host.ZstdLibrary;
import io.github.kpatch.kbuild.CompilerLauncher;
import io.github.kpatch.problem.Problem;
import io.github.kpatch.problem.ProblemCode;
import io.github.kpatch.problem.ProblemException;
import io.github.kpatch.source.DistributionChoice;
import io.github.kpatch.source.KernelCache;
import io.github.kpatch.source.Kernels;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.function.Supplier;

/**
 * What every stage works with and no stage's result depends on.
 *
 * @param workspace the project's folder for what is built
 * @param steps does stages once
 * @param cache shared between builds
 * @param runner runs processes
 * @param progress told of long work
 * @param console told the story
 * @param jobs how many processes or threads may work at once, at least 1
 * @param launcher calls the compiler for objects
 * @param distribution which distribution's kernels
 */
public record BuildContext(
        Workspace workspace,
        Steps steps,
        KernelCache cache,
        CommandRunner runner,
        Progress progress,
        Console console,
        int jobs,
        Optional<CompilerLauncher> launcher,
        DistributionChoice distribution) {
    public BuildContext {
        if (jobs < 1) {
            throw new IllegalArgumentException("jobs: " + jobs);
        }
    }

    /**
     * What goals of the plugin work with.
     *
     * @param workDirectory the project's folder for what is built
     * @param cache shared between builds; empty for the user's own
     * @param pluginVersion the plugin's version, whose results another one does not believe
     * @param launcher the program that calls the compiler for objects, a name on the {@code PATH} or a path
     * @param distribution the distribution whose kernels are meant; empty for the machine's
     * @param dnfConfig the configuration file that dnf is to use; empty for the machine's own
     * @param aptConfig the same of apt
     * @param distributionTable a table of distributions that is laid over the plugin's own
     * @throws ProblemException KP109 when make cannot work in the cache, or cannot be told to call the launcher
     */
    public static BuildContext of(
            Path workDirectory,
            Optional<Path> cache,
            String pluginVersion,
            CommandRunner runner,
            Progress progress,
            Console console,
            int jobs,
            Optional<String> launcher,
            Optional<String> distribution,
            Optional<Path> dnfConfig,
            Optional<Path> aptConfig,
            Optional<Path> distributionTable) {
        Path cacheRoot = cache.orElseGet(KernelCache::defaultRoot);
        if (!PlainPath.is(cacheRoot)) {
            throw ProblemException.input(new Problem(
                    ProblemCode.PATH_NOT_PLAIN,
                    cacheRoot.toString(),
                    "make cannot work in a cache of this name.",
                    "Let kpatch.cache name a folder of ASCII letters, digits and the characters / . _ + - alone."));
        }
        launcher.filter(name -> !PlainPath.is(name)).ifPresent(name -> {
            throw ProblemException.input(
                    ProblemCode.PATH_NOT_PLAIN, name, "make cannot be told to call a compiler launcher of this name.");
        });
        ZstdLibrary.load();
        Workspace workspace = new Workspace(workDirectory);
        return new BuildContext(
                workspace,
                new Steps(workspace, pluginVersion, console),
                new KernelCache(cacheRoot, console::info),
                runner,
                progress,
                console,
                jobs,
                launcher.map(CompilerLauncher::new),
                new DistributionChoice(distribution, dnfConfig, aptConfig, distributionTable));
    }

    /**
     * Does something with the workspace that no other build must interfere with; waits for one that is at work there.
     * Not to be called by what it does.
     */
    <T> T alone(Supplier<T> work) {
        return new ExclusiveLock(workspace.lock(), console::info).during("it works in " + workspace.root(), work);
    }

    /** Warns of what a stage found that stands in nobody's way. */
    void warn(Stage stage, List<Problem> problems) {
        ProblemList.warn(problems, workspace.log(stage.goal() + "-warnings"), console);
    }

    /** Gets kernels. */
    Kernels kernels() {
        return new Kernels(cache, runner, progress, distribution);
    }
}
