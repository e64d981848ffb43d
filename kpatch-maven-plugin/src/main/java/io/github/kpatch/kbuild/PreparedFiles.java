package io.github.kpatch.kbuild;

import io.github.kpatch.host.Folders;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.FileVisitResult;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.SimpleFileVisitor;
import java.nio.file.attribute.BasicFileAttributes;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.stream.Stream;

/**
 * What {@code prepare} made from source that a patch can change: the offsets that assembly is given ({@code bounds.s},
 * {@code asm-offsets.s}), and programs that write source themselves. Every object of the kernel was built with them, and
 * a live patch builds only some again; so a patch may change none of them.
 *
 * @param sources for each made file the files it was made from, all relative to the tree
 */
public record PreparedFiles(SortedMap<String, Set<String>> sources) {
    /**
     * What makes modules out of objects reads tables for their aliases, which say what a driver is for: nothing of the
     * code, and nothing that a loaded module has use for.
     */
    private static final String WITHOUT_EFFECT = "scripts/mod/";

    private static final String RECORD_ENDING = ".cmd";

    /** Nothing. */
    public static final PreparedFiles NONE = new PreparedFiles(new TreeMap<>());

    /** Puts the files in order. */
    public PreparedFiles {
        sources = new TreeMap<>(sources);
    }

    /** Reads kbuild's records of what is made in a prepared tree. */
    static PreparedFiles scan(Path tree) {
        SortedMap<String, Set<String>> sources = new TreeMap<>();
        Folders.doing(
                tree,
                () -> Files.walkFileTree(tree, new SimpleFileVisitor<>() {
                    @Override
                    public FileVisitResult visitFile(Path file, BasicFileAttributes attributes) throws IOException {
                        String name = file.getFileName().toString();
                        if (name.startsWith(".") && name.endsWith(RECORD_ENDING)) {
                            Set<String> from =
                                    KbuildRecord.compiledFrom(Files.readString(file, StandardCharsets.ISO_8859_1));
                            if (!from.isEmpty()) {
                                String made = name.substring(1, name.length() - RECORD_ENDING.length());
                                sources.put(
                                        tree.relativize(file.resolveSibling(made))
                                                .toString(),
                                        new TreeSet<>(from));
                            }
                        }
                        return FileVisitResult.CONTINUE;
                    }
                }));
        sources.keySet().removeIf(made -> made.startsWith(WITHOUT_EFFECT));
        return new PreparedFiles(sources);
    }

    /** The lists of offsets that were made from any of {@code changed}. */
    public List<String> offsets(Collection<String> changed) {
        return madeFrom(changed).filter(PreparedFiles::isOffsets).toList();
    }

    /** The other files that were made from any of {@code changed}. */
    List<String> others(Collection<String> changed) {
        return madeFrom(changed).filter(made -> !isOffsets(made)).toList();
    }

    private Stream<String> madeFrom(Collection<String> changed) {
        return sources.entrySet().stream()
                .filter(made -> !Collections.disjoint(made.getValue(), changed))
                .map(Map.Entry::getKey);
    }

    private static boolean isOffsets(String made) {
        return made.endsWith(".s");
    }

    /** The values in a list of offsets, as the script that makes a header of it finds them. */
    static List<String> values(Path offsets) {
        List<String> values = new ArrayList<>();
        for (String line : Folders.doing(offsets, () -> Files.readString(offsets, StandardCharsets.ISO_8859_1))
                .lines()
                .toList()) {
            int value = line.indexOf("->");
            if (value >= 0) {
                values.add(line.substring(value));
            }
        }
        return values;
    }
}
