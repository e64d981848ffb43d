package io.github.kpatch.patch;

import io.github.kpatch.host.Digests;
import io.github.kpatch.host.Folders;
import io.github.kpatch.problem.Problem;
import io.github.kpatch.problem.ProblemCode;
import io.github.kpatch.problem.ProblemException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.attribute.BasicFileAttributes;
import java.util.Collection;
import java.util.List;
import java.util.Optional;
import java.util.regex.Pattern;
import java.util.stream.Stream;

/**
 * What lies among a project's patches. A patch that is passed over is worse than one that is refused, so every entry of
 * the folder is one of these:
 *
 * <ul>
 *   <li>{@code *.patch} and {@code *.diff}, not hidden: meant as a patch, and refused where it is no file that can be read;
 *   <li>{@code series}, the order of the patches;
 *   <li>hidden, a document ({@code README*}) or what editors and patch leave behind ({@code *~}, {@code #*#},
 *       {@code *.orig}, {@code *.rej}, {@code *.bak}): nobody's patch;
 *   <li>anything else: passed over with a warning.
 * </ul>
 *
 * <p>Links are followed, by whoever reads patches and whoever asks whether they changed.
 *
 * @param path the folder
 * @param names all names in it, sorted
 */
record PatchFolder(Path path, List<String> names) {
    /** The file that names the order of the patches. */
    static final String SERIES = "series";

    private static final Pattern PATCH = Pattern.compile("[^.].*\\.(patch|diff)", Pattern.DOTALL);
    private static final Pattern NO_PATCH =
            Pattern.compile("\\..*|series|README.*|.*~|#.*#|.*\\.(orig|rej|bak)", Pattern.DOTALL);

    PatchFolder {
        names = List.copyOf(names);
    }

    /** Looks into a folder; one that does not exist holds nothing. */
    static PatchFolder open(Path path) {
        if (!Files.isDirectory(path)) {
            return new PatchFolder(path, List.of());
        }
        return Folders.doing(path, () -> {
            try (Stream<Path> entries = Files.list(path)) {
                return new PatchFolder(
                        path,
                        entries.map(entry -> entry.getFileName().toString())
                                .sorted()
                                .toList());
            }
        });
    }

    /** The names that say that a patch is meant. */
    List<String> patches() {
        return names.stream().filter(name -> PATCH.matcher(name).matches()).toList();
    }

    /** Whether there is a {@code series}, of whatever kind. */
    boolean hasSeries() {
        return names.contains(SERIES);
    }

    /**
     * A warning for each entry of which nobody can say that it is no patch.
     *
     * @param series the names that make up the series
     */
    List<Problem> passedOver(Collection<String> series) {
        return names.stream()
                .filter(name -> !PATCH.matcher(name).matches()
                        && !NO_PATCH.matcher(name).matches()
                        && series.stream().noneMatch(patch -> patch.equals(name) || patch.startsWith(name + "/")))
                .map(name -> Problem.of(
                        ProblemCode.PATCH_FOLDER_ENTRY_IGNORED,
                        Quoted.path(name),
                        Files.isDirectory(path.resolve(name))
                                ? "What lies in folders belongs to the series only where a series file names it."
                                : "The name ends neither in .patch nor in .diff: the file is not applied."))
                .toList();
    }

    /** The file of that name in this folder or below it, which need not exist. */
    Path file(String name) {
        return path.resolve(name);
    }

    /** Why {@code file} cannot be read as a file; empty where it seems it can. */
    static Optional<String> obstacle(Path file) {
        try {
            BasicFileAttributes attributes = Files.readAttributes(file, BasicFileAttributes.class);
            if (attributes.isDirectory()) {
                return Optional.of("It is a folder.");
            }
            if (!attributes.isRegularFile()) {
                return Optional.of("It is no file, but a pipe, a socket or a device.");
            }
            return Files.isReadable(file) ? Optional.empty() : Optional.of("It cannot be read.");
        } catch (NoSuchFileException e) {
            return Optional.of(
                    Files.isSymbolicLink(file) ? "It is a link to a file that is not there." : "It is not there.");
        } catch (IOException e) {
            return Optional.of("It cannot be looked at (" + e + ").");
        }
    }

    /** Whether there is anything of that name, be it a link to nothing. */
    static boolean exists(Path file) {
        return Files.exists(file, LinkOption.NOFOLLOW_LINKS);
    }

    /** What tells the state of {@code file} from any other: its digest, or why it has none. */
    static String state(Path file) {
        try {
            return obstacle(file).orElseGet(() -> Digests.of(file));
        } catch (ProblemException unreadable) {
            return unreadable.getMessage();
        }
    }
}
