package io.github.kpatch.host;

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
}
