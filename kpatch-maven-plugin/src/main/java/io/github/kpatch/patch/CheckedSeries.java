package io.github.kpatch.patch;

import io.github.kpatch.problem.Problem;
import java.nio.file.Path;
import java.util.List;

/**
 * A series that fits its kernel's source and that a live patch can carry.
 *
 * @param patches its patches in order
 * @param digest SHA-256 over their names, contents and order, hexadecimal
 * @param files the {@code .c} and {@code .h} files it changes, relative to the source tree, sorted; never empty
 * @param patched folder that holds those files, and nothing else, as they are after the last patch; for people and for
 *     messages of the compiler that make sense
 * @param corrected the same files with {@code #line} directives, by which all that the patches leave alone keeps its old
 *     line numbers; to be compiled in the place of the originals, under their paths
 * @param types types whose definition it touches, sorted
 * @param directives what else it touches that can shape a type: macros, conditionals and the like, sorted
 * @param warnings what the user should see: hunks with an offset or fuzz, changes that were ignored, unnamed patches
 */
public record CheckedSeries(
        List<Patch> patches,
        String digest,
        List<String> files,
        Path patched,
        Path corrected,
        List<String> types,
        List<String> directives,
        List<Problem> warnings) {
    public CheckedSeries {
        patches = List.copyOf(patches);
        files = List.copyOf(files);
        types = List.copyOf(types);
        directives = List.copyOf(directives);
        warnings = List.copyOf(warnings);
    }

    /**
     * One patch, as a module's reader may want to know it.
     *
     * @param name its name in the project's patches folder
     * @param sha256 SHA-256 of its bytes, hexadecimal
     */
    public record Patch(String name, String sha256) {}
}
