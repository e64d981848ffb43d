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
        Timer clock = new Timer("kpatch-heartbeat", true);
        TimerTask beat = new TimerTask() {
            @Override
            public void run() {
                console.accept(title + ": " + done.get() + (total < 0 ? "" : " of " + total) + " " + unit);
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
}
