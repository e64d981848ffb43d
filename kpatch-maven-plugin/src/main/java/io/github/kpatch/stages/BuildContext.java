package io.github.kpatch.stages;

import io.github.kpatch.host.CommandRunner;
import io.github.kpatch.host.Console;
import io.github.kpatch.host.Progress;
import io.github.kpatch.host.Workspace;
import io.github.kpatch.source.KernelCache;
import io.github.kpatch.source.Kernels;
import java.nio.file.Path;
import java.util.Optional;

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
 */
public record BuildContext(
        Workspace workspace,
        Steps steps,
        KernelCache cache,
        CommandRunner runner,
        Progress progress,
        Console console,
        int jobs) {
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
     */
    public static BuildContext of(
            Path workDirectory,
            Optional<Path> cache,
            String pluginVersion,
            CommandRunner runner,
            Progress progress,
            Console console,
            int jobs) {
        Workspace workspace = new Workspace(workDirectory);
        return new BuildContext(
                workspace,
                new Steps(workspace, pluginVersion, console),
                new KernelCache(cache.orElseGet(KernelCache::defaultRoot), console::info),
                runner,
                progress,
                console,
                jobs);
    }

    /** Gets kernels. */
    Kernels kernels() {
        return new Kernels(cache, runner, progress);
    }
}
