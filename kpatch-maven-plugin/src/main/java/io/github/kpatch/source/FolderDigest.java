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
import java.nio.file.attribute.FileTime;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import java.util.function.Predicate;
import java.util.stream.Stream;

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
        StringBuilder stamps = new StringBuilder();
        Folders.doing(folder, () -> {
            list(folder, folder, wanted, stamps);
            return stamps;
        });
        return Digests.of(List.of(folder.toAbsolutePath().toString(), stamps.toString()));
    }

    /** The system is asked once for each file: a kernel tree has 85,000, and every build asks. */
    private static void list(Path root, Path folder, Predicate<Path> wanted, StringBuilder stamps) throws IOException {
        List<Path> entries;
        try (Stream<Path> all = Files.list(folder)) {
            entries = all.filter(wanted).sorted().toList();
        }
        for (Path entry : entries) {
            Map<String, Object> inode = Files.readAttributes(
                    entry, "unix:isDirectory,mode,size,lastModifiedTime,ctime", LinkOption.NOFOLLOW_LINKS);
            if (Boolean.TRUE.equals(inode.get("isDirectory"))) {
                list(root, entry, wanted, stamps);
            } else {
                stamps.append(root.relativize(entry))
                        .append(' ')
                        .append(inode.get("mode"))
                        .append(' ')
                        .append(inode.get("size"))
                        .append(' ')
                        .append(nanos(inode.get("lastModifiedTime")))
                        .append(' ')
                        .append(nanos(inode.get("ctime")))
                        .append('\n');
            }
        }
    }

    private static long nanos(Object time) {
        return ((FileTime) time).to(TimeUnit.NANOSECONDS);
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
