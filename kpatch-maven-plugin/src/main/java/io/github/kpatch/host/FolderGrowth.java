package io.github.kpatch.host;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Timer;
import java.util.TimerTask;
import java.util.stream.Stream;

/**
 * Shows the progress of a program that writes files into a folder and says nothing of how far it is, as package
 * managers do when nobody watches.
 */
public final class FolderGrowth implements AutoCloseable {
    private static final long LOOK_MILLIS = 500;
    private static final long MEBIBYTE = 1 << 20;

    private final Timer clock = new Timer("kpatch-folder-growth", true);

    /**
     * @param folder whose files grow
     * @param progress told of each MiB more
     */
    public FolderGrowth(Path folder, Progress.Task progress) {
        clock.schedule(
                new TimerTask() {
                    private long told;

                    @Override
                    public void run() {
                        long now = size(folder) / MEBIBYTE;
                        if (now > told) {
                            progress.advance(now - told);
                            told = now;
                        }
                    }
                },
                LOOK_MILLIS,
                LOOK_MILLIS);
    }

    private static long size(Path folder) {
        try (Stream<Path> files = Files.walk(folder)) {
            return files.mapToLong(file -> file.toFile().length()).sum();
        } catch (IOException | RuntimeException beingChanged) {
            return 0;
        }
    }

    /** Looks no more. */
    public void stop() {
        clock.cancel();
    }

    @Override
    public void close() {
        stop();
    }
}
