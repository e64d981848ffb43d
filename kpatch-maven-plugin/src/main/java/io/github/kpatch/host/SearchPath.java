package io.github.kpatch.host;

import java.io.File;
import java.nio.file.Files;
import java.nio.file.InvalidPathException;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;

/**
 * The folders in which programs are looked for, as the variable {@code PATH} lists them. An empty entry, which a shell
 * takes for the current folder, counts for nothing here, nor does one that is no path.
 *
 * @param folders in the order of the search
 */
public record SearchPath(List<Path> folders) {
    public SearchPath {
        folders = List.copyOf(folders);
    }

    /**
     * The folders of a variable like {@code PATH}.
     *
     * @param variable its value, maybe empty
     */
    public static SearchPath of(String variable) {
        return new SearchPath(Stream.of(variable.split(File.pathSeparator))
                .filter(folder -> !folder.isEmpty())
                .flatMap(SearchPath::path)
                .toList());
    }

    private static Stream<Path> path(String folder) {
        try {
            return Stream.of(Path.of(folder));
        } catch (InvalidPathException e) {
            return Stream.empty();
        }
    }

    /** All programs of that name, in the order of the search. */
    public Stream<Path> programs(String name) {
        return folders.stream().map(folder -> folder.resolve(name)).filter(SearchPath::isProgram);
    }

    /** Whether a file is there that may be run. */
    static boolean isProgram(Path file) {
        return Files.isRegularFile(file) && Files.isExecutable(file);
    }
}
