package io.github.kpatch.mojo;

import io.github.kpatch.stages.BuildContext;
import io.github.kpatch.stages.Goals;
import io.github.kpatch.stages.ProjectConfig;
import io.github.kpatch.stages.WantedKernel;
import java.nio.file.Path;
import java.util.Optional;

/**
 * A kernel of the project, with all that a goal needs to do its work for it.
 *
 * @param release tells it from the project's other kernels; empty where the project says {@code <kernel>} and has no other
 * @param wanted the kernel itself
 * @param config its config as the project holds it
 * @param context what stages work with
 */
record ProjectKernel(Optional<String> release, WantedKernel wanted, ProjectConfig config, BuildContext context) {
    /** The stages as goals. */
    Goals goals() {
        return new Goals(context);
    }

    /** What is this kernel's own in a folder of the project: a folder below it where there are several kernels. */
    Path own(Path folder) {
        return release.map(folder::resolve).orElse(folder);
    }
}
