package io.github.kpatch.host;

import io.github.kpatch.problem.Problem;
import io.github.kpatch.problem.ProblemCode;
import io.github.kpatch.problem.ProblemException;
import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.AtomicMoveNotSupportedException;
import java.nio.file.FileVisitResult;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.SimpleFileVisitor;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.BasicFileAttributes;
import java.util.List;
import java.util.UUID;
import java.util.stream.Stream;

/**
 * Writing that neither a kill nor a power failure at any moment can turn into something a later run would trust: files and
 * folders appear under their names complete or not at all. A rename within one file system is the only atomic step there
 * is, and a file system may write it to the disk before the content it gives a name to; so the content is forced there
 * first.
 */
public final class Folders {
    private Folders() {}

    /** Something done with files; only for {@link #doing}. */
    @FunctionalInterface
    public interface Work<T> {
        /** Does it. */
        T run() throws IOException;
    }

    /**
     * Does something in a folder of ours and turns a failure into one coded problem: KP110 where the disk is full, else
     * KP105.
     *
     * @param folder named in the message
     */
    public static <T> T doing(Path folder, Work<T> work) {
        try {
            return work.run();
        } catch (IOException e) {
            throw unusable(folder, e);
        }
    }

    /** The problem of a folder that could not be written, read or locked. */
    public static ProblemException unusable(Path folder, IOException cause) {
        return unusable(folder, 0, cause);
    }

    /**
     * The problem of a folder that could not be written, read or locked.
     *
     * @param needed how many bytes were to be written, or 0 where nobody knows
     */
    static ProblemException unusable(Path folder, long needed, IOException cause) {
        return ProblemException.input(
                FullDisk.of(cause, needed, folder)
                        .orElseGet(() -> Problem.of(
                                ProblemCode.WORK_FOLDER_UNUSABLE,
                                folder.toString(),
                                "The folder could not be used (" + cause + ").")),
                cause);
    }

    /** Makes a folder and its parents where they are missing; returns it. */
    public static Path make(Path folder) {
        return doing(folder, () -> Files.createDirectories(folder));
    }

    /** Writes a whole file under a temporary name and moves it into place. */
    public static void write(Path file, byte[] content) {
        Path temporary = sibling(file);
        try {
            Files.createDirectories(file.toAbsolutePath().getParent());
            try {
                Files.write(temporary, content);
                move(temporary, file);
            } finally {
                Files.deleteIfExists(temporary);
            }
        } catch (IOException e) {
            throw unusable(file, content.length, e);
        }
    }

    /** Writes a whole text file, in UTF-8, under a temporary name and moves it into place. */
    public static void write(Path file, String content) {
        write(file, content.getBytes(StandardCharsets.UTF_8));
    }

    /** A name beside {@code file} that no other process uses. */
    public static Path sibling(Path file) {
        return file.resolveSibling("." + file.getFileName() + "." + UUID.randomUUID() + ".partial");
    }

    /**
     * Gives a complete file or folder its final name, once its content is on the disk; an existing file is replaced, an
     * existing folder is not.
     */
    public static void move(Path from, Path to) throws IOException {
        force(from);
        try {
            Files.move(from, to, StandardCopyOption.ATOMIC_MOVE);
        } catch (AtomicMoveNotSupportedException e) {
            throw new IllegalStateException(from + " and " + to + " are not on one file system", e);
        }
        forceOne(to.toAbsolutePath().getParent());
    }

    private static void force(Path path) throws IOException {
        if (!Files.isDirectory(path, LinkOption.NOFOLLOW_LINKS)) {
            forceOne(path);
        } else if (!forceFileSystem(path)) {
            try (Stream<Path> files = Files.walk(path)) {
                for (Path file : (Iterable<Path>) files::iterator) {
                    if (!Files.isSymbolicLink(file)) {
                        forceOne(file);
                    }
                }
            }
        }
    }

    private static void forceOne(Path path) throws IOException {
        try (FileChannel channel = FileChannel.open(path, StandardOpenOption.READ)) {
            channel.force(true);
        }
    }

    /**
     * Forces all that a file system holds back to the disk, which for a kernel tree takes a tenth of the time that its
     * 85,000 files take one by one. Java has no such call; coreutils' {@code sync} has.
     *
     * @return whether that worked
     */
    private static boolean forceFileSystem(Path folder) {
        try {
            return new CommandRunner(line -> {})
                    .run(Command.of(folder, "sync", "--file-system", "."))
                    .succeeded();
        } catch (ProblemException noSuchProgram) {
            return false;
        }
    }

    /** What lies in a folder itself, sorted; nothing where there is no folder. */
    public static List<Path> list(Path folder) {
        if (!Files.isDirectory(folder)) {
            return List.of();
        }
        return doing(folder, () -> {
            try (Stream<Path> files = Files.list(folder)) {
                return files.sorted().toList();
            }
        });
    }

    /** Deletes a file, or a folder with all it holds; follows no link; does nothing where there is nothing. */
    public static void delete(Path path) {
        if (!Files.exists(path, LinkOption.NOFOLLOW_LINKS)) {
            return;
        }
        doing(
                path,
                () -> Files.walkFileTree(path, new SimpleFileVisitor<>() {
                    @Override
                    public FileVisitResult visitFile(Path file, BasicFileAttributes attributes) throws IOException {
                        Files.deleteIfExists(file);
                        return FileVisitResult.CONTINUE;
                    }

                    @Override
                    public FileVisitResult visitFileFailed(Path file, IOException e) throws IOException {
                        if (e instanceof NoSuchFileException) {
                            return FileVisitResult.CONTINUE;
                        }
                        throw e;
                    }

                    @Override
                    public FileVisitResult postVisitDirectory(Path folder, IOException e) throws IOException {
                        if (e != null) {
                            throw e;
                        }
                        Files.deleteIfExists(folder);
                        return FileVisitResult.CONTINUE;
                    }
                }));
    }
}
