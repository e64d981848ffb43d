package io.github.kpatch.host;

/**
 * Tells the user that long work is alive. Implementations redraw a bar on a real terminal and print a heartbeat line
 * with counts elsewhere.
 */
public interface Progress {
    /** Reports to nobody. */
    Progress NONE = (title, total, unit) -> new Task() {
        @Override
        public void advance(long amount) {}

        @Override
        public void close() {}
    };

    /**
     * Starts telling about one piece of work.
     *
     * @param title what is being done, such as {@code "Unpacking linux-source-6.1.tar.xz"}
     * @param total how much there is to do, or -1 where nobody knows
     * @param unit what is counted, such as {@code "MiB"} or {@code "files"}
     */
    Task start(String title, long total, String unit);

    /** One piece of work; closed when it has ended, well or not. */
    interface Task extends AutoCloseable {
        /** Adds {@code amount} to what is done. May be called from several threads, and often: it must be cheap. */
        void advance(long amount);

        @Override
        void close();
    }
}
