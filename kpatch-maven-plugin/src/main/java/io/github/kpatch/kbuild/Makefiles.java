package io.github.kpatch.kbuild;

import io.github.kpatch.host.Folders;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.FileVisitResult;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.SimpleFileVisitor;
import java.nio.file.attribute.BasicFileAttributes;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.SortedSet;
import java.util.TreeSet;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * What can be told from the text of kbuild's Makefiles, which takes no time, so that kbuild itself need be asked in the
 * rare case only.
 */
final class Makefiles {
    private static final List<String> NAMES = List.of("Kbuild", "Makefile");
    private static final Pattern GOAL = Pattern.compile("(?m)^[ \\t]*obj-");
    private static final Pattern INCLUDE =
            Pattern.compile("(?m)^[ \\t]*include[ \\t]+\\$\\(srctree\\)/([\\w./-]+)[ \\t]*$");
    private static final String ELSEWHERE = "../";
    private static final Path ARCHITECTURES = Path.of("arch");
    private static final Set<Path> WITHOUT_KERNEL_CODE = Set.of(
            Path.of("Documentation"), Path.of("include"), Path.of("samples"), Path.of("scripts"), Path.of("tools"));

    private Makefiles() {}

    /**
     * Whether the nearest Makefile that names goals of kbuild spells out an object's name.
     *
     * @param object relative to the tree
     */
    static boolean nearestLists(Path tree, String object) {
        Pattern name = Pattern.compile(
                "(?<![\\w.-])" + Pattern.quote(Path.of(object).getFileName().toString()) + "(?![\\w.-])");
        return nearest(tree, object)
                .filter(folder -> name.matcher(text(tree, tree.resolve(folder))).find())
                .isPresent();
    }

    /** The nearest folder at or above an object's whose Makefile names goals of kbuild, relative to the tree. */
    static Optional<Path> nearest(Path tree, String object) {
        for (Path folder = Path.of(object).getParent(); folder != null; folder = folder.getParent()) {
            if (GOAL.matcher(text(tree, tree.resolve(folder))).find()) {
                return Optional.of(folder);
            }
        }
        return Optional.empty();
    }

    /** The folders whose Makefiles may list objects of other folders, relative to the tree, sorted. */
    static List<String> withObjectsElsewhere(Path tree) {
        SortedSet<String> folders = new TreeSet<>();
        Folders.doing(
                tree,
                () -> Files.walkFileTree(tree, new SimpleFileVisitor<>() {
                    @Override
                    public FileVisitResult preVisitDirectory(Path folder, BasicFileAttributes attributes) {
                        Path relative = tree.relativize(folder);
                        if (WITHOUT_KERNEL_CODE.contains(relative)
                                || (ARCHITECTURES.equals(relative.getParent()) && !isOfThisKernel(folder))) {
                            return FileVisitResult.SKIP_SUBTREE;
                        }
                        String text = text(tree, folder);
                        if (text.contains(ELSEWHERE) && GOAL.matcher(text).find()) {
                            folders.add(relative.toString());
                        }
                        return FileVisitResult.CONTINUE;
                    }
                }));
        folders.remove("");
        return List.copyOf(folders);
    }

    /** The name of the tree's architecture, kbuild's {@code SRCARCH}: the one that {@code prepare} made headers for. */
    static String architecture(Path tree) {
        return Folders.doing(tree, () -> {
            try (var architectures = Files.list(tree.resolve(ARCHITECTURES))) {
                return architectures
                        .filter(Makefiles::isOfThisKernel)
                        .map(folder -> folder.getFileName().toString())
                        .findFirst()
                        .orElseThrow(() -> new IllegalStateException("the tree is not prepared"));
            }
        });
    }

    static boolean isOfThisKernel(Path architecture) {
        return Files.isDirectory(architecture.resolve("include/generated"));
    }

    /** A folder's Makefile with those it includes, as they stand; empty where there is none. */
    static String text(Path tree, Path folder) {
        StringBuilder text = new StringBuilder();
        Folders.doing(folder, () -> {
            for (String name : NAMES) {
                read(folder.resolve(name), text);
            }
            Matcher include = INCLUDE.matcher(text.toString());
            while (include.find()) {
                read(tree.resolve(include.group(1)), text);
            }
            return folder;
        });
        return text.toString();
    }

    private static void read(Path file, StringBuilder text) throws IOException {
        if (Files.isRegularFile(file)) {
            text.append(Files.readString(file, StandardCharsets.ISO_8859_1));
        }
    }
}
