package io.github.kpatch.host;

import io.github.kpatch.problem.Problem;
import io.github.kpatch.problem.ProblemCode;
import java.io.IOException;
import java.nio.file.FileStore;
import java.nio.file.FileSystemException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Comparator;
import java.util.Locale;
import java.util.Optional;
import java.util.regex.Pattern;
import java.util.stream.Stream;

/**
 * Tells a full disk from everything else that can be wrong with files. It comes to light anywhere, as an exception or as
 * a line of some program, and must not pass for an error of the compiler, of a patch or of ours.
 */
public final class FullDisk {
    /** strerror's words for ENOSPC and EDQUOT; programs are run with {@code LC_ALL=C}. */
    private static final Pattern WORDS = Pattern.compile("No space left on device|Disk quota exceeded");

    /** A line of source that a compiler quotes below its message. */
    private static final Pattern QUOTED_SOURCE = Pattern.compile("\\s*\\d*\\s*\\|.*");

    /** The JVM may say the same in another language; with less than this free, nothing else is to be suspected. */
    private static final long NOTHING = 64L << 10;

    private static final double MEBIBYTE = 1 << 20;

    private FullDisk() {}

    /**
     * The problem, where the lack of space is what made something fail.
     *
     * @param failure what was thrown; its causes are asked as well
     * @param needed how many bytes were to be written, or 0 where nobody knows
     * @param places files and folders that were written to
     */
    static Optional<Problem> of(IOException failure, long needed, Path... places) {
        Path fullest = fullest(places);
        boolean unexplained = failure.getClass() == IOException.class;
        boolean full = isSaidBy(failure) || (unexplained && usable(fullest) < Math.max(needed, NOTHING));
        return full ? Optional.of(problem(fullest, needed)) : Optional.empty();
    }

    /** The problem, where somewhere below an exception of any kind is the lack of space. */
    public static Optional<Problem> in(Throwable failure, Path place) {
        for (Throwable cause = failure; cause != null; cause = cause.getCause()) {
            if (cause instanceof IOException && isSaidBy(cause)) {
                return Optional.of(problem(place, 0));
            }
        }
        return Optional.empty();
    }

    private static boolean isSaidBy(Throwable failure) {
        String words = failure instanceof FileSystemException file ? file.getReason() : failure.getMessage();
        return words != null && WORDS.matcher(words).find();
    }

    /** Whether a program says in this line of its output that a disk is full. */
    static boolean isSaidIn(String line) {
        return WORDS.matcher(line).find() && !QUOTED_SOURCE.matcher(line).matches();
    }

    /** The problem of the disk that {@code place} is on. */
    static Problem problem(Path place, long needed) {
        String disk = "the disk of " + place;
        String free = "";
        try {
            FileStore store = Files.getFileStore(existing(place));
            disk = "the disk " + store;
            free = ", with %s of %s free".formatted(size(store.getUsableSpace()), size(store.getTotalSpace()));
        } catch (IOException unknown) {
            // Its name is a help, not the point.
        }
        return Problem.of(
                ProblemCode.DISK_FULL,
                place.toString(),
                "There is no room left on " + disk + free + (needed > 0 ? "; " + size(needed) + " were needed" : "")
                        + ".");
    }

    /** The one of {@code places} whose disk has the least room. */
    static Path fullest(Path... places) {
        return Stream.of(places).min(Comparator.comparingLong(FullDisk::usable)).orElseThrow();
    }

    private static long usable(Path place) {
        try {
            return Files.getFileStore(existing(place)).getUsableSpace();
        } catch (IOException unknown) {
            return Long.MAX_VALUE;
        }
    }

    private static Path existing(Path place) {
        Path path = place.toAbsolutePath();
        while (!Files.exists(path) && path.getParent() != null) {
            path = path.getParent();
        }
        return path;
    }

    private static String size(long bytes) {
        return String.format(Locale.ROOT, "%.1f MiB", bytes / MEBIBYTE);
    }
}
