package io.github.kpatch.stages;

import io.github.kpatch.host.Digests;
import io.github.kpatch.host.Folders;
import io.github.kpatch.host.Workspace;
import io.github.kpatch.livepatch.AuthorHeaders;
import io.github.kpatch.patch.CheckedSeries;
import io.github.kpatch.patch.PatchSelection;
import io.github.kpatch.problem.ProblemCode;
import io.github.kpatch.problem.ProblemException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Collections;
import java.util.SortedMap;
import java.util.TreeMap;

/**
 * What a module was made from, as the project holds it and by its places in a project: who gives a module away must give
 * this along, and who has it can build the module again. The kernel's own source is named in {@code kernel.lock}.
 */
final class ProjectSources {
    private static final String MAIN = "src/main/kpatch/";
    private static final String PATCHES = MAIN + "patches/";
    private static final String TESTS = "src/test/kpatch/";

    private final SortedMap<String, byte[]> files = new TreeMap<>();

    private ProjectSources() {}

    /**
     * All files, by their path in a project.
     *
     * @param sources the patches, which must be those of now
     * @param config the kernel's config as the project holds it, which must be the kernel's
     * @param scripts the test scripts
     * @throws ProblemException KP108 when a patch is not the one that was built from
     */
    static SortedMap<String, byte[]> of(
            PatchedSources sources, ProjectConfig config, TestScripts scripts, Workspace workspace) {
        ProjectSources project = new ProjectSources();
        project.addPatches(
                sources,
                sources.selection()
                        .in(workspace
                                .root()
                                .resolve(sources.selection().folder())
                                .normalize()));
        project.add(MAIN + "kernel.config", config.config());
        project.add(MAIN + "kernel.lock", config.lock());
        scripts.files().forEach((name, file) -> project.add(TESTS + name, file));
        project.files.put("COPYING", AuthorHeaders.licence().toArray());
        AuthorHeaders.all()
                .forEach(header -> project.files.put(
                        "include/" + header.name(), header.content().toArray()));
        return Collections.unmodifiableSortedMap(project.files);
    }

    private void addPatches(PatchedSources sources, PatchSelection selection) {
        Path folder = selection.folder();
        for (CheckedSeries.Patch patch : sources.patches()) {
            Path file = folder.resolve(patch.name());
            add(PATCHES + patch.name(), file);
            if (!Digests.of(files.get(PATCHES + patch.name())).equals(patch.sha256())) {
                throw ProblemException.input(
                        ProblemCode.KEPT_FILE_CHANGED, file.toString(), "It is not the patch that was built from.");
            }
        }
        selection
                .series()
                .filter(Files::isRegularFile)
                .ifPresent(series -> add(PATCHES + folder.relativize(series), series));
    }

    private void add(String name, Path file) {
        files.put(name, Folders.doing(file, () -> Files.readAllBytes(file)));
    }
}
