package io.github.kpatch.host;

import java.time.Duration;
import java.util.Locale;

/** Times for people, as the console tells them. */
public final class WallTime {
    private WallTime() {}

    /**
     * The time since a moment, such as {@code 1.4 s}.
     *
     * @param start the moment, a value of {@link System#nanoTime()}
     */
    public static String since(long start) {
        return String.format(Locale.ROOT, "%.1f s", (System.nanoTime() - start) / 1e9);
    }

    /** A time to come, no closer than anybody can know it: {@code about 40 s}, {@code about 3 min}, {@code about 2 h}. */
    static String about(Duration time) {
        long seconds = time.toSeconds();
        if (seconds < 100) {
            return "about %d s".formatted(Math.max(10, Math.round(seconds / 10.0) * 10));
        }
        return seconds < 100 * 60
                ? "about %d min".formatted(Math.round(seconds / 60.0))
                : "about %d h".formatted(Math.round(seconds / 3600.0));
    }
}
