package io.github.kpatch.boot;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.function.Consumer;

/**
 * Tells the guest's steps while the machine runs, so that a slow script does not look like a hang. The report itself is
 * read from the file when the machine has ended: a pipe that fills up makes QEMU drop what the guest writes.
 */
final class GuestFollower implements AutoCloseable {
    private static final long POLL_MILLIS = 100;
    private static final String STEP = GuestTranscript.PREFIX + "step ";

    private final Path report;
    private final Consumer<String> steps;
    private final ByteArrayOutputStream line = new ByteArrayOutputStream();
    private final Thread thread = new Thread(this::follow, "kpatch-boot-test-follower");
    private long offset;

    /**
     * @param report the file that the guest's second serial port goes to; need not exist yet
     * @param steps told each step's title, from another thread, until {@link #close}
     */
    GuestFollower(Path report, Consumer<String> steps) {
        this.report = report;
        this.steps = steps;
    }

    /** Begins to follow. */
    void start() {
        thread.setDaemon(true);
        thread.start();
    }

    private void follow() {
        try {
            while (!Thread.currentThread().isInterrupted()) {
                readOn();
                Thread.sleep(POLL_MILLIS);
            }
        } catch (InterruptedException closed) {
            Thread.currentThread().interrupt();
        }
    }

    private void readOn() {
        if (!Files.exists(report)) {
            return;
        }
        try (FileChannel channel = FileChannel.open(report, StandardOpenOption.READ)) {
            ByteBuffer buffer = ByteBuffer.allocate(1 << 13);
            int count;
            while ((count = channel.read(buffer.clear(), offset)) > 0) {
                offset += count;
                for (int i = 0; i < count; i++) {
                    accept(buffer.get(i));
                }
            }
        } catch (IOException unreadable) {
            // Only the live view is poorer for it; the report is read again, and judged, when the machine has ended.
            return;
        }
    }

    private void accept(byte next) {
        if (next != '\n') {
            line.write(next);
            return;
        }
        String text = line.toString(StandardCharsets.UTF_8);
        line.reset();
        if (text.startsWith(STEP)) {
            String title = text.substring(STEP.length()).replaceFirst("^\\S* ", "");
            if (!title.equals(KernelLog.END)) {
                steps.accept(title);
            }
        }
    }

    /** Tells what is left and ends. */
    @Override
    public void close() {
        thread.interrupt();
        try {
            thread.join();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            return;
        }
        readOn();
    }
}
