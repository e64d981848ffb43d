package io.github.kpatch.patch;

import io.github.kpatch.problem.Problem;
import java.nio.file.Path;
import java.util.Collections;
import java.util.List;
import java.util.SortedMap;
import java.util.TreeMap;

/**
 * A series that fits its kernel's source and that a live patch can carry.
 *
 * @param patches its patches in order
 * @param digest SHA-256 over their names, contents and order, hexadecimal
 * @param files the {@code .c} and {@code .h} files it changes or adds, relative to the source tree, sorted
 * @param rules the files of kbuild and kconfig that it changes or adds, relative to the source tree, sorted
 * @param deleted files of the source tree that are gone after it, by whatever name they go on, sorted
 * @param renamed for each of {@code files} that the source tree has by another name, and that is gone, that name
 * @param patched folder that holds files and rules as they are after the last patch, and nothing else; for people and for
 *     messages of the compiler that make sense
 * @param corrected the same {@code .c} and {@code .h} files with {@code #line} directives, by which all that the patches leave alone keeps its old
 *     line numbers; to be compiled in the place of the originals, under their paths
 * @param types types whose definition it touches, sorted
 * @param directives what else it touches that can shape a type: macros, conditionals and the like, sorted
 * @param warnings what the user should see: hunks with an offset or fuzz, changes that were ignored, unnamed patches
 */
public record CheckedSeries(
        List<Patch> patches,
        String digest,
        List<String> files,
        List<String> rules,
        List<String> deleted,
        SortedMap<String, String> renamed,
        Path patched,
        Path corrected,
        List<String> types,
        List<String> directives,
        List<Problem> warnings) {
    public CheckedSeries {
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
     * One patch, as a module's reader may want to know it.
     *
     * @param name its name in the project's patches folder
     * @param sha256 SHA-256 of its bytes, hexadecimal
     * @param header what its author wrote above the first difference
     */
    public record Patch(String name, String sha256, PatchHeader header) {}
}
