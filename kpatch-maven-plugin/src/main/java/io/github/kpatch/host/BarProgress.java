package io.github.kpatch.host;

import me.tongfei.progressbar.ProgressBar;
import me.tongfei.progressbar.ProgressBarBuilder;
import me.tongfei.progressbar.ProgressBarStyle;

/** Progress for people who watch a terminal: a bar, redrawn in place, gone when the work has ended. */
public final class BarProgress implements Progress {
    private static final int REDRAW_MILLIS = 200;

    /** Makes bars on standard error. */
    public BarProgress() {}

    @Override
    public Task start(String title, long total, String unit) {
        ProgressBar bar = new ProgressBarBuilder()
                .setTaskName(title)
                .setInitialMax(total)
                .setUnit(" " + unit, 1)
                .setUpdateIntervalMillis(REDRAW_MILLIS)
                .setStyle(ProgressBarStyle.ASCII)
                .clearDisplayOnFinish()
                .build();
        return new Task() {
            @Override
            public void advance(long amount) {
                bar.stepBy(amount);
            }

            @Override
            public void close() {
                bar.close();
            }
        };
    }
}
