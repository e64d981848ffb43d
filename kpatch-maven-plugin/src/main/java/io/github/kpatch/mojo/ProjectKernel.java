package io.github.kpatch.mojo;

import io.github.kpatch.stages.BuildContext;
import io.github.kpatch.stages.Goals;
import io.github.kpatch.stages.ProjectConfig;
import io.github.kpatch.stages.ProjectPatches;
import io.github.kpatch.stages.TestScripts;
import io.github.kpatch.stages.WantedKernel;
import java.io.File;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;

/**
 * A kernel of the project, with all that a goal needs to do its work for it.
 *
 * @param release tells it from the project's other kernels; empty where the project says {@code <kernel>} and has no other
 * @param releases those of all kernels of such a project
 * @param wanted the kernel itself
 * @param config its config as the project holds it
 * @param context what stages work with
 */
record ProjectKernel(
        Optional<String> release,
        List<String> releases,
        WantedKernel wanted,
        ProjectConfig config,
        BuildContext context) {
    ProjectKernel {
        releases = List.copyOf(releases);
    }

    /** The stages as goals. */
    Goals goals() {
        return new Goals(context);
    }

    /**
     * The project's patches for this kernel.
     *
     * @param maxFuzz how many lines of context a hunk may lack
     */
    ProjectPatches patches(File folder, int maxFuzz) {
        return new ProjectPatches(folder.toPath(), maxFuzz, release, releases);
    }

    /** The scripts of the project's boot test for this kernel. */
    TestScripts scripts(File folder) {
        return new TestScripts(folder.toPath(), release, releases);
    }

    /** What is this kernel's own in a folder of the project: a folder below it where there are several kernels. */
    Path own(Path folder) {
        return release.map(folder::resolve).orElse(folder);
    }
}
