package io.github.kpatch.source;

import io.github.kpatch.host.Digests;
import io.github.kpatch.host.Folders;
import java.io.IOException;
import java.nio.file.FileVisitResult;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.nio.file.SimpleFileVisitor;
import java.nio.file.attribute.BasicFileAttributes;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.function.Predicate;

/**
 * Digests of folders that a user gives. Reading every file on every build would cost more than the build; the listing
 * with sizes, times of modification and of the inode's change tells whether anything was touched since the content was
 * read.
 */
final class FolderDigest {
    private FolderDigest() {}

    /** Changes whenever a file below {@code folder} is added, removed or touched; says nothing of other folders. */
    static String listing(Path folder) {
        return listing(folder, path -> true);
    }

    /** The same for those files and folders only that are wanted. */
    static String listing(Path folder, Predicate<Path> wanted) {
        Map<String, String> stamps = new TreeMap<>();
        walk(folder, wanted, (name, path, attributes) -> {
            Map<String, Object> inode = Files.readAttributes(path, "unix:ctime,mode", LinkOption.NOFOLLOW_LINKS);
            stamps.put(
                    name,
                    attributes.size() + " " + attributes.lastModifiedTime() + " " + inode.get("ctime") + " "
                            + inode.get("mode"));
        });
        return Digests.of(List.of(folder.toAbsolutePath().toString(), stamps.toString()));
    }

    /** Is shown each file and link of a folder. */
    @FunctionalInterface
    interface FileTaker {
        /** Takes one file or link. */
        void take(String name, Path path, BasicFileAttributes attributes) throws IOException;
    }

    /** Shows the wanted files and links below a folder; follows no link. */
    static void walk(Path folder, Predicate<Path> wanted, FileTaker taker) {
        Folders.doing(
                folder,
                () -> Files.walkFileTree(folder, Set.of(), Integer.MAX_VALUE, new SimpleFileVisitor<>() {
                    @Override
                    public FileVisitResult preVisitDirectory(Path path, BasicFileAttributes attributes) {
                        return path.equals(folder) || wanted.test(path)
                                ? FileVisitResult.CONTINUE
                                : FileVisitResult.SKIP_SUBTREE;
                    }

                    @Override
                    public FileVisitResult visitFile(Path path, BasicFileAttributes attributes) throws IOException {
                        if (wanted.test(path)) {
                            taker.take(folder.relativize(path).toString(), path, attributes);
                        }
                        return FileVisitResult.CONTINUE;
                    }
                }));
    }
}
