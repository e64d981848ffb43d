package io.github.kpatch.host;

import java.time.Duration;
import java.util.Timer;
import java.util.TimerTask;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.Consumer;

/**
 * Progress for logs: one line with counts now and then. A redrawn bar would fill a log file and fight with the lines of
 * other threads; silence for minutes looks like a hang, and makes CI systems end the build.
 */
public final class HeartbeatProgress implements Progress {
    /** How often a line comes. */
    public static final Duration INTERVAL = Duration.ofSeconds(20);

    private final Consumer<String> console;
    private final Duration interval;

    /** A line every {@link #INTERVAL} to {@code console}. */
    public HeartbeatProgress(Consumer<String> console) {
        this(console, INTERVAL);
    }

    HeartbeatProgress(Consumer<String> console, Duration interval) {
        this.console = console;
        this.interval = interval;
    }

    @Override
    public Task start(String title, long total, String unit) {
        AtomicLong done = new AtomicLong();
        long began = System.nanoTime();
        Timer clock = new Timer("kpatch-heartbeat", true);
        TimerTask beat = new TimerTask() {
            @Override
            public void run() {
                console.accept(line(title, done.get(), total, unit, Duration.ofNanos(System.nanoTime() - began)));
            }
        };
        clock.schedule(beat, interval.toMillis(), interval.toMillis());
        return new Task() {
            @Override
            public void advance(long amount) {
                done.addAndGet(amount);
            }

            @Override
            public void close() {
                clock.cancel();
            }
        };
    }

    /** With the time that the rest takes, if it goes on as it went. */
    static String line(String title, long done, long total, String unit, Duration elapsed) {
        if (total < 0) {
            return "%s: %d %s".formatted(title, done, unit);
        }
        // What depends on something else makes that, too.
        long counted = Math.min(done, total);
        String counts = "%s: %d of %d %s".formatted(title, counted, total, unit);
        return counted == 0 || counted == total
                ? counts
                : counts + ", "
                        + WallTime.about(elapsed.multipliedBy(total - counted).dividedBy(counted)) + " left";
    }
}
