package io.github.kpatch.kbuild;

import io.github.kpatch.elf.Bytes;
import io.github.kpatch.host.Folders;
import java.io.IOException;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.Collection;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Stream;

/**
 * A prepared kernel tree as one build sees it: the cached tree's files at the same relative paths, hence the same bytes
 * in what is compiled, but with files of its own wherever make or a patch writes.
 *
 * <p>A copy of the tree costs 16 seconds and a gigabyte, a copy of hard links 3.4 seconds and 84,000 inodes, and a tool
 * that rewrites a file in place (objtool does) writes through a hard link into the cache. So the view is made of
 * symbolic links: to whole folders wherever nothing is built, and to single files in the folders that lead to an object
 * and those below its own (a driver's Makefile may run a host program in a subfolder). What kbuild made in the cached
 * tree is left out of real folders, for a link to an output would be written through. For Debian's tree and one object
 * that is some 300 links.
 *
 * <p>make must be kept from re-making the tree's prerequisites, which lie behind links: see {@link Kbuild}.
 */
public final class PrivateView {
    /** kbuild's clean rules and git take such names for what they are. */
    private static final String TEMPORARY = ".tmp_tools";

    private final Path root;

    private PrivateView(Path root) {
        this.root = root;
    }

    /**
     * Makes a view.
     *
     * @param tree the prepared tree; only read
     * @param root where the view is to be; must not exist
     * @param symvers the target's {@code Module.symvers}, which takes the place of the tree's
     * @param files what will be built or replaced, relative to the tree; may hold {@code ..}
     */
    public static PrivateView of(Path tree, Path root, Path symvers, Collection<String> files) {
        Path source = tree.toAbsolutePath().normalize();
        return Folders.doing(root, () -> {
            Set<String> real = realFolders(source, files);
            for (String folder : real) {
                fill(source, folder, root, real);
            }
            Path own = root.resolve("Module.symvers");
            Files.deleteIfExists(own);
            Files.createSymbolicLink(own, symvers.toAbsolutePath());
            Files.createDirectory(root.resolve(TEMPORARY));
            return new PrivateView(root);
        });
    }

    /** The view's top folder, where make is to be run. */
    public Path root() {
        return root;
    }

    /** Where what runs in the view puts its temporary files: those of a compiler that was killed go with the view. */
    Path temporary() {
        return root.resolve(TEMPORARY);
    }

    /** Where a file of the tree is in this view. */
    public Path file(String relative) {
        return root.resolve(relative);
    }

    /** Puts a file of that content in the place of a file of the tree. */
    public void replace(String relative, byte[] content) {
        Folders.doing(root, () -> {
            // What is written to the link would be written through it.
            Files.deleteIfExists(file(relative));
            return Files.write(file(relative), content, StandardOpenOption.CREATE_NEW);
        });
    }

    /** Takes a file away that the tree has. */
    public void remove(String relative) {
        Folders.doing(root, () -> Files.deleteIfExists(file(relative)));
    }

    /** Adds a file that the tree does not have, in a folder that leads to an object. */
    public void add(String relative, Bytes content) {
        Folders.doing(root, () -> Files.write(file(relative), content.toArray(), StandardOpenOption.CREATE_NEW));
    }

    /** Folders that are real in the view, relative to the tree, each after its parent; the top is the empty text. */
    private static Set<String> realFolders(Path tree, Collection<String> files) throws IOException {
        Set<String> folders = new TreeSet<>();
        folders.add("");
        for (String file : files) {
            addWithParents(folders, Path.of(file).getParent());
            Path own = Path.of(file).normalize().getParent();
            addWithParents(folders, own);
            if (own != null && Files.isDirectory(tree.resolve(own))) {
                try (Stream<Path> below = Files.walk(tree.resolve(own))) {
                    below.filter(path -> Files.isDirectory(path, LinkOption.NOFOLLOW_LINKS))
                            .forEach(path -> folders.add(tree.relativize(path).toString()));
                }
            }
        }
        return folders;
    }

    /** A path such as {@code a/b/../c} needs {@code a/b} as well as {@code a/c}. */
    private static void addWithParents(Set<String> folders, Path folder) {
        for (Path part = folder; part != null; part = part.getParent()) {
            folders.add(part.normalize().toString());
        }
    }

    private static void fill(Path tree, String folder, Path root, Set<String> realFolders) throws IOException {
        Path from = tree.resolve(folder);
        Path to = Files.createDirectories(root.resolve(folder));
        if (!Files.isDirectory(from)) {
            // The patch brings it.
            return;
        }
        try (DirectoryStream<Path> entries = Files.newDirectoryStream(from)) {
            for (Path entry : entries) {
                String relative = tree.relativize(entry).toString();
                if (!realFolders.contains(relative) && !isOutput(entry)) {
                    Files.createSymbolicLink(to.resolve(entry.getFileName()), entry);
                }
            }
        }
    }

    /** kbuild keeps the command that made a file {@code x} beside it in {@code .x.cmd}. */
    private static boolean isOutput(Path file) {
        String name = file.getFileName().toString();
        return (name.startsWith(".") && name.endsWith(".cmd"))
                || Files.exists(file.resolveSibling("." + name + ".cmd"));
    }
}
