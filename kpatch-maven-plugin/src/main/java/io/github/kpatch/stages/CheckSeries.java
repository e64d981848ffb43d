package io.github.kpatch.stages;

import io.github.kpatch.patch.CheckPatches;
import io.github.kpatch.patch.CheckedSeries;
import io.github.kpatch.problem.Problem;
import io.github.kpatch.problem.ProblemException;
import io.github.kpatch.source.PreparedKernel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

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
    public static CheckedSeries run(Path patches, int maxFuzz, BuildContext context) {
        PreparedKernel kernel = UnpackKernel.result(context, Stage.CHECK_PATCHES);
        List<String> inputs = new ArrayList<>(List.of(kernel.digest(), Integer.toString(maxFuzz)));
        inputs.addAll(CheckPatches.inputs(patches));
        CheckedSeries series = context.steps()
                .run(new Step<>(
                        Stage.CHECK_PATCHES,
                        inputs,
                        CheckedSeries.class,
                        CheckSeries::isIntact,
                        folder -> CheckPatches.run(patches, kernel.tree(), maxFuzz, folder, context.runner()),
                        CheckSeries::story));
        series.warnings().stream().map(Problem::toString).forEach(context.console()::warn);
        return series;
    }

    /** What {@link #run} found out. */
    static CheckedSeries result(BuildContext context, Stage by) {
        return context.steps().need(Stage.CHECK_PATCHES, CheckedSeries.class, by);
    }

    private static boolean isIntact(CheckedSeries series) {
        return series.files().stream()
                .allMatch(file -> Files.isRegularFile(series.patched().resolve(file)));
    }

    private static String story(CheckedSeries series) {
        int patches = series.patches().size();
        int files = series.files().size();
        return "Checked %d %s of %d source %s"
                .formatted(patches, patches == 1 ? "patch" : "patches", files, files == 1 ? "file" : "files");
    }
}
