package io.github.kpatch.stages;

import io.github.kpatch.host.Digests;
import io.github.kpatch.host.Folders;
import io.github.kpatch.host.Workspace;
import io.github.kpatch.livepatch.AuthorHeaders;
import io.github.kpatch.patch.CheckedSeries;
import io.github.kpatch.problem.ProblemCode;
import io.github.kpatch.problem.ProblemException;
import java.io.UncheckedIOException;
import java.nio.file.FileVisitOption;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Collections;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.stream.Stream;

/**
 * What a module was made from, as the project holds it and by its places in a project: who gives a module away must give
 * this along, and who has it can build the module again. The kernel's own source is named in {@code kernel.lock}.
 */
final class ProjectSources {
    private static final String MAIN = "src/main/kpatch/";
    private static final String PATCHES = MAIN + "patches/";
    private static final String TESTS = "src/test/kpatch/";
    private static final String SERIES = "series";

    private final SortedMap<String, byte[]> files = new TreeMap<>();

    private ProjectSources() {}

    /**
     * All files, by their path in a project.
     *
     * @param sources the patches, which must be those of now
     * @param config the kernel's config as the project holds it, which must be the kernel's
     * @param scripts folder of the test scripts; may be missing
     * @throws ProblemException KP108 when a patch is not the one that was built from
     */
    static SortedMap<String, byte[]> of(
            PatchedSources sources, ProjectConfig config, Path scripts, Workspace workspace) {
        ProjectSources project = new ProjectSources();
        project.addPatches(sources, workspace.root().resolve(sources.folder()).normalize());
        project.add(MAIN + "kernel.config", config.config());
        project.add(MAIN + "kernel.lock", config.lock());
        project.addAll(TESTS, scripts);
        project.files.put("COPYING", AuthorHeaders.licence().toArray());
        AuthorHeaders.all()
                .forEach(header -> project.files.put(
                        "include/" + header.name(), header.content().toArray()));
        return Collections.unmodifiableSortedMap(project.files);
    }

    private void addPatches(PatchedSources sources, Path folder) {
        for (CheckedSeries.Patch patch : sources.patches()) {
            Path file = folder.resolve(patch.name());
            add(PATCHES + patch.name(), file);
            if (!Digests.of(files.get(PATCHES + patch.name())).equals(patch.sha256())) {
                throw ProblemException.input(
                        ProblemCode.KEPT_FILE_CHANGED, file.toString(), "It is not the patch that was built from.");
            }
        }
        if (Files.isRegularFile(folder.resolve(SERIES))) {
            add(PATCHES + SERIES, folder.resolve(SERIES));
        }
    }

    private void add(String name, Path file) {
        files.put(name, Folders.doing(file, () -> Files.readAllBytes(file)));
    }

    private void addAll(String below, Path folder) {
        if (!Files.isDirectory(folder)) {
            return;
        }
        Folders.doing(folder, () -> {
            try (Stream<Path> found = Files.walk(folder, FileVisitOption.FOLLOW_LINKS)) {
                found.filter(Files::isRegularFile).forEach(file -> add(below + folder.relativize(file), file));
                return folder;
            } catch (UncheckedIOException e) {
                throw e.getCause();
            }
        });
    }
}
