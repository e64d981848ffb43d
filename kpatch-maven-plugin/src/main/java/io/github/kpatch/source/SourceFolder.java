package io.github.kpatch.source;

import io.github.kpatch.host.Digests;
import io.github.kpatch.host.Folders;
import io.github.kpatch.problem.Problem;
import io.github.kpatch.problem.ProblemCode;
import io.github.kpatch.problem.ProblemException;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.nio.file.attribute.BasicFileAttributes;
import java.nio.file.attribute.PosixFilePermission;
import java.security.MessageDigest;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.regex.Pattern;

/**
 * Kernel source given as a folder. It is copied and never written to: make writes into the tree it runs in, and objtool
 * and kbuild rewrite files in place, so links to the user's files would change them.
 *
 * <p>The folder may have been built in. Nothing that a build made is taken over, because it was made with another config
 * or other flags: objects and kbuild's notes are left out, and what else a build leaves is removed from the copy by
 * {@code make mrproper}. History ({@code .git}) is left out too.
 */
final class SourceFolder {
    private static final Pattern MADE_BY_NAME = Pattern.compile(
            "\\.git|\\.config(\\.old)?|\\..*\\.(cmd|d)|\\.tmp_.*|.*\\.(o|ko|a|mod|mod\\.c|symvers|order)|vmlinux|System\\.map");
    private static final Set<String> MADE_BY_PATH = Set.of("include/config", "include/generated");
    private static final Pattern MADE_FOR_ARCHITECTURE = Pattern.compile("arch/[^/]+/include/generated");

    private final Path folder;

    /** @param folder the folder, or a link to it */
    SourceFolder(Path folder) {
        this.folder = Folders.doing(folder, folder::toRealPath);
    }

    /** Changes whenever a source file is touched. */
    String listing() {
        return FolderDigest.listing(folder, this::isSource);
    }

    /** SHA-256 over names, executable bits and contents. */
    String digest() {
        Map<String, String> digests = new TreeMap<>();
        FolderDigest.walk(folder, this::isSource, (name, path, attributes) -> {
            if (attributes.isSymbolicLink()) {
                digests.put(name, "link " + Files.readSymbolicLink(path));
            } else {
                digests.put(name, mode(path) + Digests.of(path));
            }
        });
        return Digests.of(List.of(digests.toString()));
    }

    /** The source files, links aside, at a path or below it, sorted; none for a path that leaves the folder. */
    List<String> filesBelow(String path) {
        Path from = folder.resolve(path).normalize();
        if (!from.startsWith(folder) || !Files.exists(from, LinkOption.NOFOLLOW_LINKS)) {
            return List.of();
        }
        List<String> files = new ArrayList<>();
        FolderDigest.walk(
                folder,
                file -> isSource(file) && (file.startsWith(from) || from.startsWith(file)),
                (name, file, attributes) -> {
                    if (attributes.isRegularFile()) {
                        files.add(name);
                    }
                });
        return files.stream().sorted().toList();
    }

    /** Whether somebody has configured or built in the folder. */
    static boolean wasBuiltIn(Path folder) {
        return Files.exists(folder.resolve(".config"))
                || Files.exists(folder.resolve("include/config"))
                || Files.exists(folder.resolve("include/generated"));
    }

    /**
     * Copies the source.
     *
     * @param digest what {@link #digest} said; a folder that changed since is refused
     */
    void copy(Path tree, String digest) {
        Map<String, String> digests = new TreeMap<>();
        FolderDigest.walk(folder, this::isSource, (name, path, attributes) -> {
            Path copy = tree.resolve(name);
            Files.createDirectories(copy.getParent());
            if (attributes.isSymbolicLink()) {
                Path target = Files.readSymbolicLink(path);
                checkLink(name, path, target);
                Files.createSymbolicLink(copy, target);
                digests.put(name, "link " + target);
            } else {
                digests.put(name, mode(path) + copyFile(path, copy, attributes));
            }
        });
        if (!Digests.of(List.of(digests.toString())).equals(digest)) {
            throw ProblemException.input(new Problem(
                    ProblemCode.INPUT_MISSING,
                    folder.toString(),
                    "The source was changed while it was copied.",
                    "Run the build again when nobody changes it."));
        }
    }

    private static String copyFile(Path file, Path copy, BasicFileAttributes attributes) throws IOException {
        MessageDigest digest = Digests.sha256();
        byte[] buffer = new byte[1 << 16];
        try (InputStream in = Files.newInputStream(file);
                OutputStream out = Files.newOutputStream(copy)) {
            for (int count = in.read(buffer); count >= 0; count = in.read(buffer)) {
                digest.update(buffer, 0, count);
                out.write(buffer, 0, count);
            }
        }
        if (Files.isExecutable(file)) {
            Set<PosixFilePermission> permissions = Files.getPosixFilePermissions(copy);
            permissions.add(PosixFilePermission.OWNER_EXECUTE);
            Files.setPosixFilePermissions(copy, permissions);
        }
        Files.setLastModifiedTime(copy, attributes.lastModifiedTime());
        return Digests.hex(digest);
    }

    private static String mode(Path file) throws IOException {
        return Files.getPosixFilePermissions(file, LinkOption.NOFOLLOW_LINKS)
                        .contains(PosixFilePermission.OWNER_EXECUTE)
                ? "x "
                : "- ";
    }

    private void checkLink(String name, Path link, Path target) {
        Path resolved = link.resolveSibling(target).normalize();
        if (target.isAbsolute() || !resolved.startsWith(folder)) {
            throw ProblemException.input(new Problem(
                    ProblemCode.ARCHIVE_UNSAFE,
                    folder.resolve(name).toString(),
                    "The source holds a link that leaves it, to " + target + ".",
                    "Remove the link, or give the source as an archive."));
        }
    }

    private boolean isSource(Path path) {
        String name = folder.relativize(path).toString();
        return !MADE_BY_NAME.matcher(path.getFileName().toString()).matches()
                && !MADE_BY_PATH.contains(name)
                && !MADE_FOR_ARCHITECTURE.matcher(name).matches();
    }
}
