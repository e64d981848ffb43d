package io.github.kpatch.host;

import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.channels.FileLock;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.Optional;
import java.util.function.Consumer;
import java.util.function.Supplier;

/**
 * One builder at a time for one thing in a shared folder, among threads and processes; a killed process lets go.
 *
 * <p>Two facts shape it. The system's file locks belong to the process, and closing <em>any</em> channel on the file
 * drops them, so a second thread may not even open the file while the first holds the lock. And Maven loads a plugin
 * several times into one JVM, so a lock in a static field is not seen by all threads; the table of system properties
 * is, and adding to it is atomic.
 */
public final class ExclusiveLock {
    private static final long RETRY_MILLIS = 100;

    private final Path file;
    private final String mark;
    private final Consumer<String> console;

    /**
     * @param file the lock file; made where missing, never deleted, its content means nothing
     * @param console told once when another build must be waited for
     */
    public ExclusiveLock(Path file, Consumer<String> console) {
        this.file = file.toAbsolutePath().normalize();
        this.mark = "io.github.kpatch.lock:" + this.file;
        this.console = console;
    }

    /**
     * Waits for the lock and does {@code work} under it. Not reentrant; callers that hold one lock may wait for another
     * only in an order that all keep.
     *
     * @param what what the lock guards, for the message to who waits
     */
    public <T> T during(String what, Supplier<T> work) {
        boolean told = false;
        while (true) {
            Optional<T> result = ifFree(work);
            if (result.isPresent()) {
                return result.get();
            }
            if (!told) {
                console.accept("Waiting for another build: " + what);
                told = true;
            }
            pause();
        }
    }

    /**
     * Does {@code work} under the lock if nobody has it.
     *
     * @param work gives something that is not null
     * @return what {@code work} gave; empty, and nothing done, when another thread or process has the lock
     */
    public <T> Optional<T> ifFree(Supplier<T> work) {
        Folders.make(file.getParent());
        if (System.getProperties().putIfAbsent(mark, "held") != null) {
            return Optional.empty();
        }
        try (FileChannel channel = FileChannel.open(file, StandardOpenOption.CREATE, StandardOpenOption.WRITE)) {
            FileLock lock = channel.tryLock();
            return lock == null ? Optional.empty() : Optional.of(work.get());
        } catch (IOException e) {
            throw Folders.unusable(file, e);
        } finally {
            System.getProperties().remove(mark);
        }
    }

    private static void pause() {
        try {
            Thread.sleep(RETRY_MILLIS);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IllegalStateException("interrupted while waiting for another build", e);
        }
    }
}
