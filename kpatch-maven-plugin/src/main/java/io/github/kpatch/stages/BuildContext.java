package io.github.kpatch.stages;

import io.github.kpatch.host.CommandRunner;
import io.github.kpatch.host.Console;
import io.github.kpatch.host.Progress;
import io.github.kpatch.host.Workspace;
import io.github.kpatch.source.KernelCache;

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
}
