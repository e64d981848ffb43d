package io.github.kpatch.stages;

import io.github.kpatch.host.Folders;
import io.github.kpatch.problem.Problem;
import io.github.kpatch.problem.ProblemCode;
import io.github.kpatch.problem.ProblemException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * The patches that a user names on the command line, where there is no project whose folder holds them: a folder, or
 * files in the order in which they apply.
 */
public final class GivenPatches {
    private static final String PARAMETER = "kpatch.patches";
    private static final String SERIES = "series";

    /** The module's name for several patches that have no folder to be named after. */
    private static final String SEVERAL = "patch";

    private final String text;

    /**
     * @param text a folder, or files with commas between them; empty where the user named none
     */
    public GivenPatches(Optional<String> text) {
        this.text = text.map(String::strip).orElse("");
    }

    /** The module's name where none is given, after the one patch or the folder; says nothing about whether they are there. */
    public String moduleName() {
        List<String> names = names();
        String name = names.size() == 1 ? base(names.get(0)) : SEVERAL;
        return LinkRequest.defaultName(name.replaceFirst("\\.(patch|diff)$", ""));
    }

    private static String base(String path) {
        return path.replaceFirst("/+$", "").replaceFirst(".*/", "");
    }

    /** A path that exists may hold a comma. */
    private List<String> names() {
        return Files.exists(Path.of(text))
                ? List.of(text)
                : Arrays.stream(text.split(",", -1)).map(String::strip).toList();
    }

    /**
     * The patches as a folder: the one that was named, or {@code folder} with copies of the files and their order.
     *
     * @throws ProblemException KP106 naming all that is no patch
     */
    Path in(Path folder) {
        if (text.isEmpty()) {
            throw ProblemException.input(new Problem(
                    ProblemCode.PARAMETER_INVALID,
                    PARAMETER,
                    "No patch is named.",
                    "Name a patch, several with commas between them, or a folder: -D" + PARAMETER
                            + "=fix.patch. In a patch project, run mvn package."));
        }
        List<String> names = names();
        Path first = Path.of(names.get(0)).toAbsolutePath();
        if (names.size() == 1 && Files.isDirectory(first)) {
            return first;
        }
        Map<String, Path> files = files(names);
        Folders.delete(folder);
        files.forEach((name, file) ->
                Folders.write(folder.resolve(name), Folders.doing(file, () -> Files.readAllBytes(file))));
        Folders.write(folder.resolve(SERIES), String.join("\n", files.keySet()) + "\n");
        return folder;
    }

    private static Map<String, Path> files(List<String> names) {
        Map<String, Path> files = new LinkedHashMap<>();
        for (String name : names) {
            Path file = Path.of(name).toAbsolutePath();
            if (!Files.isRegularFile(file)) {
                throw unusable(
                        name.isEmpty() ? "an empty name" : name,
                        Files.isDirectory(file) ? "It is a folder among files." : "There is no such file.",
                        "Name files with commas between them, or one folder alone.");
            }
            // What separates names in a series file, or begins a comment there.
            String copy = base(name).replaceAll("[\\s#]", "_");
            if (copy.equals(SERIES) || files.put(copy, file) != null) {
                throw unusable(name, "Another file of the series has this name.", "Give the patch a name of its own.");
            }
        }
        return files;
    }

    private static ProblemException unusable(String name, String what, String cure) {
        return ProblemException.input(new Problem(ProblemCode.PARAMETER_INVALID, PARAMETER + ": " + name, what, cure));
    }
}
