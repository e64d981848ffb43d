package io.github.kpatch.stages;

import io.github.kpatch.patch.CheckPatches;
import io.github.kpatch.patch.CheckedSeries;
import io.github.kpatch.patch.PatchSelection;
import io.github.kpatch.problem.Problem;
import io.github.kpatch.problem.ProblemCode;
import io.github.kpatch.problem.ProblemException;
import io.github.kpatch.source.PreparedKernel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;

/** Stage {@code check-patches}: the project's patches against this very source, before anything is built. */
public final class CheckSeries {
    private CheckSeries() {}

    /**
     * Checks the patches of a folder, or says again what was found out about them.
     *
     * @param maxFuzz how many lines of context a hunk may lack
     * @throws ProblemException KP301 to KP307, KP401
     */
    public static PatchedSources run(PreparedKernel kernel, Path patches, int maxFuzz, BuildContext context) {
        return run(kernel, PatchSelection.all(patches), maxFuzz, context);
    }

    /** The same for the project's patches. */
    static PatchedSources run(PreparedKernel kernel, ProjectPatches patches, BuildContext context) {
        return run(kernel, patches.selection(), patches.maxFuzz(), context);
    }

    private static PatchedSources run(
            PreparedKernel kernel, PatchSelection patches, int maxFuzz, BuildContext context) {
        List<String> inputs = new ArrayList<>(List.of(Integer.toString(maxFuzz)));
        inputs.addAll(CheckPatches.inputs(patches));
        PatchedSources sources = context.steps()
                .run(new Step<>(
                        Stage.CHECK_PATCHES,
                        Map.of(Stage.UNPACK, kernel),
                        inputs,
                        PatchedSources.class,
                        folder -> checked(kernel, patches, maxFuzz, folder, context),
                        PatchedSources::story));
        context.warn(Stage.CHECK_PATCHES, sources.warnings());
        return sources;
    }

    private static PatchedSources checked(
            PreparedKernel kernel, PatchSelection patches, int maxFuzz, Path folder, BuildContext context) {
        CheckedSeries series = CheckPatches.run(patches, kernel.sources(), maxFuzz, folder, context.runner());
        if (kernel.laidOver().isPresent()) {
            refuseOtherParts(kernel, series);
        }
        return PatchedSources.of(patches, kernel, series, context.workspace());
    }

    private static void refuseOtherParts(PreparedKernel kernel, CheckedSeries series) {
        List<Problem> problems = Stream.of(
                        series.files().stream()
                                .filter(file ->
                                        !Files.isRegularFile(kernel.sources().resolve(file))),
                        series.rules().stream(),
                        series.deleted().stream())
                .flatMap(paths -> paths)
                .distinct()
                .sorted()
                .map(path -> new Problem(
                        ProblemCode.PATCH_TARGET_UNSUPPORTED,
                        path,
                        "Of out-of-tree modules this version cannot follow which files there are and how they are made.",
                        "Leave that change out, or express it inside the .c files that need it."))
                .toList();
        if (!problems.isEmpty()) {
            throw ProblemException.findings(problems);
        }
    }
}
