package io.github.kpatch.host;

import io.github.kpatch.problem.ProblemException;
import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.channels.OverlappingFileLockException;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.FileAttribute;
import java.nio.file.attribute.PosixFilePermissions;
import java.nio.file.attribute.UserPrincipal;
import java.util.List;
import java.util.UUID;
import java.util.stream.Stream;

/**
 * A folder for work that cannot be done in place, which goes when the work is over. Whoever is killed cannot tidy up, so
 * each maker first sweeps what dead ones left.
 *
 * <p>Beside each folder lies a file that its maker holds locked, and the system lets go of a lock when its process ends:
 * a lock that can be had says that the maker is dead, whatever process has its number now. Folders of this JVM are told
 * by a system property, for the reasons that {@link ExclusiveLock} gives. Another user's folders are left alone.
 */
public final class TemporaryFolder implements AutoCloseable {
    private static final String PREFIX = "kpatch-";
    private static final String LOCK = ".lock";
    private static final String MARK = "io.github.kpatch.temporary:";
    private static final FileAttribute<?> PRIVATE =
            PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rwx------"));

    private final Path path;
    private final Path lockFile;
    private final FileChannel lock;

    private TemporaryFolder(Path path, Path lockFile, FileChannel lock) {
        this.path = path;
        this.lockFile = lockFile;
        this.lock = lock;
    }

    /**
     * A new, empty folder below the system's temporary folder, which nobody else can read.
     *
     * @throws ProblemException KP105 when it cannot be made
     */
    public static TemporaryFolder make() {
        return makeIn(Path.of(System.getProperty("java.io.tmpdir")));
    }

    /** A new, empty folder below {@code parent}. */
    static TemporaryFolder makeIn(Path parent) {
        return Folders.doing(parent, () -> {
            TemporaryFolder made = makeLocked(parent.toAbsolutePath());
            sweep(made.lockFile.getParent(), Files.getOwner(made.lockFile));
            return made;
        });
    }

    private static TemporaryFolder makeLocked(Path parent) throws IOException {
        while (true) {
            Path path = parent.resolve(PREFIX + UUID.randomUUID());
            Path lockFile = parent.resolve(path.getFileName() + LOCK);
            System.setProperty(MARK + lockFile, "held");
            FileChannel channel = FileChannel.open(lockFile, StandardOpenOption.CREATE_NEW, StandardOpenOption.WRITE);
            // Until the lock is held another sweeper may take the file for a dead maker's and delete it.
            if (channel.tryLock() != null && Files.exists(lockFile)) {
                return new TemporaryFolder(Files.createDirectory(path, PRIVATE), lockFile, channel);
            }
            channel.close();
            System.clearProperty(MARK + lockFile);
        }
    }

    /** Deletes the folders of {@code user} below {@code parent} whose makers are dead. */
    private static void sweep(Path parent, UserPrincipal user) throws IOException {
        List<Path> locks;
        try (Stream<Path> files = Files.list(parent)) {
            locks = files.filter(TemporaryFolder::isLock).toList();
        }
        for (Path file : locks) {
            try {
                sweepIfDead(file, user);
            } catch (IOException | OverlappingFileLockException | ProblemException inTheWay) {
                // Another build sweeps it at this moment, or it cannot be deleted: no reason to stop this build.
            }
        }
    }

    private static boolean isLock(Path file) {
        String name = file.getFileName().toString();
        return name.startsWith(PREFIX) && name.endsWith(LOCK) && System.getProperty(MARK + file) == null;
    }

    private static void sweepIfDead(Path file, UserPrincipal user) throws IOException {
        String name = file.getFileName().toString();
        Path folder = file.resolveSibling(name.substring(0, name.length() - LOCK.length()));
        if (!isOf(user, file) || !Files.isRegularFile(file, LinkOption.NOFOLLOW_LINKS)) {
            return;
        }
        try (FileChannel channel = FileChannel.open(file, StandardOpenOption.WRITE, LinkOption.NOFOLLOW_LINKS)) {
            if (channel.tryLock() == null) {
                return;
            }
            if (Files.exists(folder, LinkOption.NOFOLLOW_LINKS) && isOf(user, folder)) {
                Folders.delete(folder);
            }
            Files.deleteIfExists(file);
        }
    }

    private static boolean isOf(UserPrincipal user, Path file) throws IOException {
        return Files.getOwner(file, LinkOption.NOFOLLOW_LINKS).equals(user);
    }

    /** The folder. */
    public Path path() {
        return path;
    }

    /** Deletes the folder with all it holds. */
    @Override
    public void close() {
        Folders.doing(path, () -> {
            try (lock) {
                Folders.delete(path);
                Files.deleteIfExists(lockFile);
            }
            return System.clearProperty(MARK + lockFile);
        });
    }
}
