package io.github.kpatch.source;

import io.github.kpatch.host.Digests;
import io.github.kpatch.host.Folders;
import io.github.kpatch.host.SealedText;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.concurrent.ConcurrentHashMap;
import java.util.stream.Stream;

/**
 * What a folder of the cache holds, file by file, noted in the folder itself when it was made. A cache lies on a disk for
 * months, among other programs and people; what is not any more what was put there must not get into a module.
 *
 * @param files digests by path: SHA-256 and whether it may be executed of a file, the target of a link
 */
public record FolderContents(SortedMap<String, String> files) {
    private static final String FILE = ".contents";
    private static final String UNREADABLE = "cannot be read";

    public FolderContents {
        files = Collections.unmodifiableSortedMap(new TreeMap<>(files));
    }

    /** What {@code folder} holds now. */
    public static FolderContents of(Path folder) {
        List<Path> all = Folders.doing(folder, () -> {
            try (Stream<Path> walk = Files.walk(folder)) {
                return walk.filter(path -> !Files.isDirectory(path, LinkOption.NOFOLLOW_LINKS))
                        .filter(path -> !path.equals(folder.resolve(FILE)))
                        .toList();
            }
        });
        Map<String, String> files = new ConcurrentHashMap<>();
        // Where the locale cannot tell two names apart, both files count under one.
        all.parallelStream()
                .forEach(path -> files.merge(
                        name(folder.relativize(path)),
                        digest(path),
                        (one, other) -> one.compareTo(other) < 0 ? one + other : other + one));
        return new FolderContents(new TreeMap<>(files));
    }

    /** What was noted of {@code folder} when it was made; empty where the note is missing or damaged. */
    public static Optional<FolderContents> noted(Path folder) {
        return SealedText.read(folder.resolve(FILE)).map(text -> {
            SortedMap<String, String> files = new TreeMap<>();
            text.lines().forEach(line -> {
                int tab = line.indexOf('\t');
                files.put(line.substring(tab + 1), line.substring(0, tab));
            });
            return new FolderContents(files);
        });
    }

    /** Notes it in the folder. */
    public void note(Path folder) {
        StringBuilder text = new StringBuilder();
        files.forEach(
                (name, digest) -> text.append(digest).append('\t').append(name).append('\n'));
        SealedText.write(folder.resolve(FILE), text.toString());
    }

    /** Identifies the whole. */
    public String digest() {
        return Digests.of(List.of(files.toString()));
    }

    /** Whether {@code content} is what the file of that name held. */
    public boolean holds(String name, byte[] content) {
        return files.getOrDefault(name, "").startsWith(Digests.of(content));
    }

    /** The paths that are not as noted in {@code folder}, sorted; none where all is as it was. */
    public static List<String> damage(Path folder) {
        Optional<FolderContents> noted = noted(folder);
        if (noted.isEmpty()) {
            return List.of(FILE);
        }
        Map<String, String> before = noted.get().files;
        Map<String, String> now = of(folder).files;
        TreeSet<String> names = new TreeSet<>(before.keySet());
        names.addAll(now.keySet());
        List<String> damaged = new ArrayList<>(names);
        damaged.removeIf(name -> before.getOrDefault(name, "missing").equals(now.get(name)));
        return damaged;
    }

    private static String digest(Path path) {
        try {
            if (Files.isSymbolicLink(path)) {
                return "link " + name(Files.readSymbolicLink(path));
            }
            // A pipe would be waited for until somebody writes to it.
            if (!Files.isRegularFile(path, LinkOption.NOFOLLOW_LINKS)) {
                return "no file";
            }
            return Digests.of(Files.readAllBytes(path)) + (Files.isExecutable(path) ? " x" : "");
        } catch (IOException e) {
            return UNREADABLE;
        }
    }

    private static String name(Path path) {
        return path.toString().replace("\\", "\\\\").replace("\n", "\\n").replace("\t", "\\t");
    }
}
