package io.github.kpatch.stages;

import io.github.kpatch.patch.CheckPatches;
import io.github.kpatch.problem.ProblemException;
import io.github.kpatch.source.PreparedKernel;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/** Stage {@code check-patches}: the project's patches against this very source, before anything is built. */
public final class CheckSeries {
    private CheckSeries() {}

    /**
     * Checks the patches, or says again what was found out about them.
     *
     * @param patches the project's patches folder
     * @param maxFuzz how many lines of context a hunk may lack
     * @throws ProblemException KP301 to KP307, KP401
     */
    public static PatchedSources run(PreparedKernel kernel, Path patches, int maxFuzz, BuildContext context) {
        List<String> inputs = new ArrayList<>(List.of(Integer.toString(maxFuzz)));
        inputs.addAll(CheckPatches.inputs(patches));
        PatchedSources sources = context.steps()
                .run(new Step<>(
                        Stage.CHECK_PATCHES,
                        Map.of(Stage.UNPACK, kernel),
                        inputs,
                        PatchedSources.class,
                        folder -> PatchedSources.of(
                                patches,
                                kernel,
                                CheckPatches.run(patches, kernel.sources(), maxFuzz, folder, context.runner()),
                                context.workspace()),
                        PatchedSources::story));
        context.warn(Stage.CHECK_PATCHES, sources.warnings());
        return sources;
    }
}
