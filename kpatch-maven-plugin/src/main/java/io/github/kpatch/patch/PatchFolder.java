package io.github.kpatch.patch;

import io.github.kpatch.host.Digests;
import io.github.kpatch.host.Folders;
import io.github.kpatch.problem.Problem;
import io.github.kpatch.problem.ProblemCode;
import io.github.kpatch.problem.ProblemException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.InvalidPathException;
import java.nio.file.LinkOption;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.attribute.BasicFileAttributes;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.SortedMap;
import java.util.TreeMap;
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
 * <p>In a project for several kernels some of its folders hold what is for some kernels only; see {@link PatchSelection}.
 */
final class PatchFolder {
    /** The file that names the order of the patches. */
    static final String SERIES = "series";

    private static final Pattern PATCH = Pattern.compile("[^.].*\\.(patch|diff)", Pattern.DOTALL);
    private static final Pattern NO_PATCH =
            Pattern.compile("\\..*|series|README.*|.*~|#.*#|.*\\.(orig|rej|bak)", Pattern.DOTALL);

    private final PatchSelection selection;
    private final List<Path> folders;
    private final List<String> listed = new ArrayList<>();
    private final SortedMap<String, String> chosen = new TreeMap<>();

    private PatchFolder(PatchSelection selection) {
        this.selection = selection;
        this.folders = selection.folders();
        for (Path folder : folders) {
            for (String name : list(folder)) {
                String path = relative(folder.resolve(name));
                listed.add(path);
                if (!folder.equals(selection.folder()) || !isLimit(name)) {
                    chosen.putIfAbsent(name, path);
                }
            }
        }
        Collections.sort(listed);
    }

    /** Looks into a folder; one that does not exist holds nothing. */
    static PatchFolder open(PatchSelection selection) {
        return new PatchFolder(selection);
    }

    /** All names in a folder, sorted; none where it does not exist. */
    static List<String> list(Path folder) {
        if (!Files.isDirectory(folder)) {
            return List.of();
        }
        return Folders.doing(folder, () -> {
            try (Stream<Path> entries = Files.list(folder)) {
                return entries.map(entry -> entry.getFileName().toString())
                        .sorted()
                        .toList();
            }
        });
    }

    private boolean isLimit(String name) {
        return selection.isLimit(name) && Files.isDirectory(selection.folder().resolve(name));
    }

    private String relative(Path path) {
        return selection.folder().relativize(path).toString();
    }

    private Path path() {
        return selection.folder();
    }

    /** All that lies in the folders that are looked into, as paths below that of all patches, sorted. */
    List<String> names() {
        return List.copyOf(listed);
    }

    /**
     * Something in the folders.
     *
     * @param name what it is called in messages: its path below the folder of all patches, or what a series file says
     */
    record Entry(String name, Path file) {}

    /** What is meant as a patch, in the order of the files' own names. */
    List<Entry> patches() {
        return chosen.entrySet().stream()
                .filter(entry -> PATCH.matcher(entry.getKey()).matches())
                .map(entry -> new Entry(entry.getValue(), file(entry.getValue())))
                .toList();
    }

    /** {@code series}, of whatever kind it is; empty where there is none. */
    Optional<Entry> series() {
        return Optional.ofNullable(chosen.get(SERIES)).map(path -> new Entry(path, file(path)));
    }

    /**
     * What a series file names: in the folder that counts most of those that have it, else in that of all patches, where it
     * need not exist.
     *
     * @return empty where the name leads out of the folder; what a link in it leads to is the user's own choice
     */
    Optional<Entry> named(String name) {
        try {
            Path all = path().normalize();
            Path file = all.resolve(name).normalize();
            if (!file.startsWith(all)) {
                return Optional.empty();
            }
            return folders.stream()
                    .filter(folder -> !folder.equals(path()))
                    .map(folder -> folder.normalize().resolve(name).normalize())
                    .filter(PatchFolder::exists)
                    .findFirst()
                    .map(own -> new Entry(all.relativize(own).toString(), own))
                    .or(() -> Optional.of(new Entry(name, file)));
        } catch (InvalidPathException e) {
            return Optional.empty();
        }
    }

    /**
     * A warning for each entry of which nobody can say that it is no patch.
     *
     * @param series the names that make up the series
     */
    List<Problem> passedOver(Collection<String> series) {
        return chosen.entrySet().stream()
                .filter(entry -> !PATCH.matcher(entry.getKey()).matches()
                        && !NO_PATCH.matcher(entry.getKey()).matches())
                .map(Map.Entry::getValue)
                .filter(name -> series.stream().noneMatch(patch -> patch.equals(name) || patch.startsWith(name + "/")))
                .map(name -> Problem.of(
                        ProblemCode.PATCH_FOLDER_ENTRY_IGNORED,
                        Quoted.path(name),
                        Files.isDirectory(file(name))
                                ? "What lies in folders belongs to the series only where a series file names it."
                                : "The name ends neither in .patch nor in .diff: the file is not applied."))
                .toList();
    }

    private Path file(String path) {
        return path().resolve(path);
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
