package io.github.kpatch.stages;

import io.github.kpatch.host.Digests;
import io.github.kpatch.host.KeptFile;
import io.github.kpatch.host.Workspace;
import io.github.kpatch.kbuild.PrivateView;
import io.github.kpatch.patch.CheckPatches;
import io.github.kpatch.patch.CheckedSeries;
import io.github.kpatch.patch.PatchSelection;
import io.github.kpatch.problem.Problem;
import io.github.kpatch.source.PreparedKernel;
import java.nio.file.Path;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.function.Function;
import java.util.stream.Stream;

/**
 * What stage {@code check-patches} leaves.
 *
 * @param selection the patches, in a folder that is relative to the workspace's root
 * @param inputs digest of all that was read there
 * @param patches the patches in order
 * @param files the {@code .c} and {@code .h} files they change or add, sorted by path
 * @param rules the files of kbuild and kconfig they change or add, sorted by path
 * @param deleted the files of the kernel tree that are gone after them, sorted
 * @param renamed for each of {@code files} that was there by another name, and is not any more, that name
 * @param types types whose definition they touch, sorted
 * @param directives what else they touch that can shape a type: macros, conditionals and the like, sorted
 * @param warnings what a person should look at
 */
public record PatchedSources(
        PatchSelection selection,
        String inputs,
        List<CheckedSeries.Patch> patches,
        List<PatchedSource> files,
        List<PatchedRule> rules,
        List<String> deleted,
        SortedMap<String, String> renamed,
        List<String> types,
        List<String> directives,
        List<Problem> warnings)
        implements StageResult {
    public PatchedSources {
        patches = List.copyOf(patches);
        files = List.copyOf(files);
        rules = List.copyOf(rules);
        deleted = List.copyOf(deleted);
        renamed = Collections.unmodifiableSortedMap(new TreeMap<>(renamed));
        types = List.copyOf(types);
        directives = List.copyOf(directives);
        warnings = List.copyOf(warnings);
    }

    /**
     * A file that says what the kernel is made of.
     *
     * @param path its path in the kernel tree
     * @param patched as it is after the last patch
     */
    public record PatchedRule(String path, KeptFile patched) {}

    static PatchedSources of(
            PatchSelection selection, PreparedKernel kernel, CheckedSeries series, Workspace workspace) {
        return new PatchedSources(
                selection.in(workspace
                        .root()
                        .relativize(selection.folder().toAbsolutePath().normalize())),
                Digests.of(CheckPatches.inputs(selection)),
                series.patches(),
                series.files().stream()
                        .map(file -> new PatchedSource(
                                kernel.inTree(file),
                                workspace.keep(series.patched().resolve(file)),
                                workspace.keep(series.corrected().resolve(file))))
                        .toList(),
                series.rules().stream()
                        .map(rule -> new PatchedRule(
                                kernel.inTree(rule),
                                workspace.keep(series.patched().resolve(rule))))
                        .toList(),
                series.deleted().stream().map(kernel::inTree).toList(),
                renamed(kernel, series.renamed()),
                series.types(),
                series.directives(),
                series.warnings());
    }

    private static SortedMap<String, String> renamed(PreparedKernel kernel, Map<String, String> inSeries) {
        SortedMap<String, String> renamed = new TreeMap<>();
        inSeries.forEach((path, before) -> renamed.put(kernel.inTree(path), kernel.inTree(before)));
        return renamed;
    }

    /** Whether the folder of the patches holds what it held. */
    boolean areOfNow(Workspace workspace) {
        Path folder = workspace.root().resolve(selection.folder()).normalize();
        return Digests.of(CheckPatches.inputs(selection.in(folder))).equals(inputs);
    }

    /** The paths of the changed and added source files in the kernel tree. */
    List<String> paths() {
        return files.stream().map(PatchedSource::path).toList();
    }

    /** Puts all that the patches change into a view of the kernel tree, and takes away what they delete. */
    void put(PrivateView view, Function<PatchedSource, KeptFile> form, Workspace workspace) {
        deleted.forEach(view::remove);
        files.forEach(file -> view.replace(file.path(), workspace.read(form.apply(file))));
        rules.forEach(rule -> view.replace(rule.path(), workspace.read(rule.patched())));
    }

    /** The paths of all that is not what it was. */
    List<String> places() {
        return Stream.of(paths().stream(), rules.stream().map(PatchedRule::path), deleted.stream())
                .flatMap(paths -> paths)
                .toList();
    }

    /** The files of kbuild, or those of kconfig, that are not what they were. */
    List<String> rules(boolean kconfig) {
        return Stream.concat(
                        rules.stream().map(PatchedRule::path),
                        deleted.stream().filter(path -> !path.endsWith(".c") && !path.endsWith(".h")))
                .filter(path -> isKconfig(path) == kconfig)
                .toList();
    }

    private static boolean isKconfig(String path) {
        return Path.of(path).getFileName().toString().startsWith("Kconfig");
    }

    /** The paths of all source files that are not what they were, those that are gone among them. */
    List<String> touched() {
        return Stream.concat(
                        paths().stream(), deleted.stream().filter(path -> path.endsWith(".c") || path.endsWith(".h")))
                .sorted()
                .toList();
    }

    /** Whether they touch what can change how a type lies in memory. */
    boolean touchDeclarations() {
        return !types.isEmpty() || !directives.isEmpty();
    }

    @Override
    public List<KeptFile> kept() {
        return Stream.concat(
                        files.stream().flatMap(file -> Stream.of(file.patched(), file.corrected())),
                        rules.stream().map(PatchedRule::patched))
                .toList();
    }

    String story() {
        long count = files.size()
                + rules.size()
                + deleted.stream().filter(path -> !renamed.containsValue(path)).count();
        return "Checked %d %s of %d source %s"
                .formatted(
                        patches.size(),
                        patches.size() == 1 ? "patch" : "patches",
                        count,
                        count == 1 ? "file" : "files");
    }
}
