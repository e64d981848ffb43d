package io.github.kpatch.stages;

import io.github.kpatch.host.Digests;
import io.github.kpatch.host.KeptFile;
import io.github.kpatch.host.Workspace;
import io.github.kpatch.patch.CheckPatches;
import io.github.kpatch.patch.CheckedSeries;
import io.github.kpatch.problem.Problem;
import io.github.kpatch.source.PreparedKernel;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;

/**
 * What stage {@code check-patches} leaves.
 *
 * @param folder the folder of the patches, relative to the workspace's root
 * @param inputs digest of all that was read there
 * @param patches the patches in order
 * @param files the files they change, sorted by path; never empty
 * @param types types whose definition they touch, sorted
 * @param directives what else they touch that can shape a type: macros, conditionals and the like, sorted
 * @param warnings what a person should look at
 */
public record PatchedSources(
        Path folder,
        String inputs,
        List<CheckedSeries.Patch> patches,
        List<PatchedSource> files,
        List<String> types,
        List<String> directives,
        List<Problem> warnings)
        implements StageResult {
    public PatchedSources {
        patches = List.copyOf(patches);
        files = List.copyOf(files);
        types = List.copyOf(types);
        directives = List.copyOf(directives);
        warnings = List.copyOf(warnings);
    }

    static PatchedSources of(Path folder, PreparedKernel kernel, CheckedSeries series, Workspace workspace) {
        return new PatchedSources(
                workspace.root().relativize(folder.toAbsolutePath().normalize()),
                Digests.of(CheckPatches.inputs(folder)),
                series.patches(),
                series.files().stream()
                        .map(file -> new PatchedSource(
                                kernel.inTree(file),
                                workspace.keep(series.patched().resolve(file)),
                                workspace.keep(series.corrected().resolve(file))))
                        .toList(),
                series.types(),
                series.directives(),
                series.warnings());
    }

    /** Whether the folder of the patches holds what it held. */
    boolean areOfNow(Workspace workspace) {
        return Digests.of(CheckPatches.inputs(workspace.root().resolve(folder).normalize()))
                .equals(inputs);
    }

    /** The paths of the changed files in the kernel tree. */
    List<String> paths() {
        return files.stream().map(PatchedSource::path).toList();
    }

    /** Whether they touch what can change how a type lies in memory. */
    boolean touchDeclarations() {
        return !types.isEmpty() || !directives.isEmpty();
    }

    @Override
    public List<KeptFile> kept() {
        return files.stream()
                .flatMap(file -> Stream.of(file.patched(), file.corrected()))
                .toList();
    }

    String story() {
        return "Checked %d %s of %d source %s"
                .formatted(
                        patches.size(),
                        patches.size() == 1 ? "patch" : "patches",
                        files.size(),
                        files.size() == 1 ? "file" : "files");
    }
}
