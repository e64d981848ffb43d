package io.github.kpatch.patch;

import io.github.kpatch.host.CommandRunner;
import io.github.kpatch.host.Folders;
import io.github.kpatch.problem.Problem;
import io.github.kpatch.problem.ProblemCode;
import io.github.kpatch.problem.ProblemException;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/**
 * Reads a project's patches and finds out, before anything is built, whether they can become a live patch: in order,
 * understood, of files that a live patch can change, and applying to this very source. All that is wrong with a series
 * is found in one go. The source tree is only read.
 */
public final class CheckPatches {
    private CheckPatches() {}

    /**
     * What {@link #run} reads of a project's patches, links followed, as texts: where they are the same, so are the
     * patches. Nothing is wrong here; what cannot be read is a text as well, and a problem only when it is needed.
     */
    public static List<String> inputs(PatchSelection selection) {
        return PatchSeries.inputs(selection);
    }

    /**
     * Checks the patches of a project.
     *
     * @param selection {@code *.patch} and {@code *.diff}, maybe a quilt {@code series} file
     * @param tree the kernel's source
     * @param maxFuzz how many lines of context a hunk may lack, as GNU patch counts them; 0 or more
     * @param scratch receives the patched files; created where missing, else it must be empty
     * @throws ProblemException KP105 or KP110 when {@code scratch} cannot be used, KP301 to KP307 and KP311 with everything that is wrong, KP401 when no patch changes a source file
     */
    public static CheckedSeries run(
            PatchSelection selection, Path tree, int maxFuzz, Path scratch, CommandRunner runner) {
        if (maxFuzz < 0) {
            throw ProblemException.input(
                    ProblemCode.PARAMETER_INVALID, "kpatch.maxFuzz", "%d is negative.".formatted(maxFuzz));
        }
        return Folders.doing(scratch, () -> check(selection, tree, maxFuzz, scratch, runner));
    }

    private static CheckedSeries check(
            PatchSelection selection, Path tree, int maxFuzz, Path scratch, CommandRunner runner) throws IOException {
        PatchSeries series = PatchSeries.read(selection);
        List<PatchFile> patches = parse(series);
        SelectTargets.Targets targets = SelectTargets.of(patches, tree);
        Path patched = Files.createDirectories(scratch.resolve("patched"));
        DryRun.Result result = DryRun.of(targets.patches(), tree, maxFuzz, patched, runner);
        refuse(targets, result);
        Map<Boolean, List<String>> rulesAndSources =
                result.files().stream().collect(Collectors.partitioningBy(TargetRule::isRule));
        List<String> files = rulesAndSources.get(false);
        LayoutChanges layouts = layoutChanges(files, result, tree, patched);
        Path corrected = Files.createDirectories(scratch.resolve("corrected"));
        correctLines(files, result.renamed(), tree, patched, corrected);
        return new CheckedSeries(
                series.patches().stream()
                        .map(patch ->
                                new CheckedSeries.Patch(patch.name(), patch.sha256(), PatchHeader.of(patch.text())))
                        .toList(),
                series.digest(),
                files,
                rulesAndSources.get(true),
                result.deleted(),
                result.renamed(),
                patched,
                corrected,
                List.copyOf(layouts.types()),
                List.copyOf(layouts.others()),
                warnings(series, patches, targets, result));
    }

    private static List<PatchFile> parse(PatchSeries series) {
        List<PatchFile> patches = new ArrayList<>();
        List<Problem> problems = new ArrayList<>();
        for (SeriesPatch patch : series.patches()) {
            try {
                patches.add(UnifiedDiffParser.parse(patch));
            } catch (ProblemException e) {
                problems.addAll(e.problems());
            }
        }
        if (!problems.isEmpty()) {
            throw ProblemException.inputs(problems);
        }
        return patches;
    }

    private static void refuse(SelectTargets.Targets targets, DryRun.Result result) {
        List<Problem> problems = new ArrayList<>(targets.problems());
        problems.addAll(result.problems());
        if (problems.isEmpty() && result.files().isEmpty() && result.deleted().isEmpty()) {
            problems.add(Problem.of(ProblemCode.NO_FUNCTIONAL_CHANGE, "", "No patch changes a source file."));
        }
        if (!problems.isEmpty()) {
            throw ProblemException.findings(problems);
        }
    }

    private static LayoutChanges layoutChanges(List<String> files, DryRun.Result result, Path tree, Path patched) {
        List<String> before = Stream.concat(files.stream(), result.deleted().stream())
                .filter(file -> !TargetRule.isRule(file) && Files.isRegularFile(tree.resolve(file)))
                .toList();
        return LayoutChanges.between(texts(before, tree), texts(files, patched));
    }

    private static List<String> texts(List<String> files, Path folder) {
        return files.stream()
                .map(file -> Folders.doing(
                        folder, () -> Files.readString(folder.resolve(file), StandardCharsets.ISO_8859_1)))
                .toList();
    }

    private static void correctLines(
            List<String> files, Map<String, String> renamed, Path tree, Path patched, Path corrected)
            throws IOException {
        for (String file : files) {
            Path original = tree.resolve(renamed.getOrDefault(file, file));
            SourceText after = SourceText.of(Files.readAllBytes(patched.resolve(file)));
            // A new file's lines had no numbers before.
            SourceText text = Files.isRegularFile(original)
                    ? LineCorrection.of(SourceText.of(Files.readAllBytes(original)), after)
                    : after;
            Files.createDirectories(corrected.resolve(file).getParent());
            Files.write(corrected.resolve(file), text.bytes());
        }
    }

    private static List<Problem> warnings(
            PatchSeries series, List<PatchFile> patches, SelectTargets.Targets targets, DryRun.Result result) {
        List<Problem> warnings = new ArrayList<>(series.warnings());
        patches.stream()
                .filter(PatchFile::windowsLineEnds)
                .map(patch -> Problem.of(
                        ProblemCode.PATCH_LINE_ENDS,
                        patch.name(),
                        "Every line ends in carriage return and newline: the carriage returns are ignored."))
                .forEach(warnings::add);
        warnings.addAll(targets.warnings());
        warnings.addAll(result.warnings());
        return warnings;
    }
}
