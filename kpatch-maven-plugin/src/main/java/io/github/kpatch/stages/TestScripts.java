package io.github.kpatch.stages;

import io.github.kpatch.host.Digests;
import io.github.kpatch.host.Folders;
import io.github.kpatch.patch.PatchSelection;
import java.io.UncheckedIOException;
import java.nio.file.FileVisitOption;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.stream.Stream;

/**
 * The scripts of a project's boot test, as they are wanted for one of its kernels: those that are for some kernels only lie
 * in folders of their own, as patches do; see {@link PatchSelection}.
 *
 * @param folder the folder they lie in, which need not exist
 * @param release the kernel's, where the project is for several; else empty, and the folder is as it is
 * @param releases those of all the project's kernels
 */
public record TestScripts(Path folder, Optional<String> release, List<String> releases) {
    public TestScripts {
        releases = List.copyOf(releases);
    }

    /** Names and contents of the files, as an input of a step. */
    List<String> inputs() {
        if (release.isEmpty()) {
            return Steps.contents(folder);
        }
        return files().entrySet().stream()
                .map(file -> file.getKey() + " " + Digests.of(file.getValue()))
                .toList();
    }

    /**
     * The scripts as one folder: the project's own, or copies where some are for some kernels only.
     *
     * @param copies made where it is needed
     * @return empty where there is no folder of scripts
     */
    Optional<Path> in(Path copies) {
        if (release.isEmpty() || !Files.isDirectory(folder)) {
            return Optional.of(folder).filter(Files::isDirectory);
        }
        files().forEach((name, file) ->
                Folders.write(copies.resolve(name), Folders.doing(file, () -> Files.readAllBytes(file))));
        return Optional.of(Folders.make(copies));
    }

    /** The files by their paths in the folder that they are wanted in. */
    SortedMap<String, Path> files() {
        PatchSelection selection = new PatchSelection(folder, release, releases);
        SortedMap<String, Path> files = new TreeMap<>();
        selection.folders().stream()
                .filter(Files::isDirectory)
                .forEach(one -> filesBelow(one).forEach(file -> {
                    Path name = one.relativize(file);
                    boolean limited = one.equals(folder)
                            && name.getNameCount() > 1
                            && selection.isLimit(name.getName(0).toString());
                    if (!limited) {
                        files.putIfAbsent(name.toString(), file);
                    }
                }));
        return files;
    }

    private static List<Path> filesBelow(Path folder) {
        return Folders.doing(folder, () -> {
            try (Stream<Path> files = Files.walk(folder, FileVisitOption.FOLLOW_LINKS)) {
                return files.filter(Files::isRegularFile).toList();
            } catch (UncheckedIOException e) {
                throw e.getCause();
            }
        });
    }
}
