package io.dms.cli;

import java.io.PrintWriter;
import me.tongfei.progressbar.ProgressBar;
import me.tongfei.progressbar.ProgressBarBuilder;
import me.tongfei.progressbar.ProgressBarConsumer;
import me.tongfei.progressbar.ProgressBarStyle;

/** Progress on a terminal: a bar with time left, which leaves no trace when it is done. */
final class BarProgress implements Progress {
    private static final int COLUMNS = 78;

    private final ProgressBar bar;

    BarProgress(PrintWriter err, String task, String unit, long total) {
        bar = new ProgressBarBuilder()
                .setTaskName(task)
                .setInitialMax(total)
                .setUnit(" " + unit, 1)
                .setStyle(ProgressBarStyle.ASCII)
                .setUpdateIntervalMillis(200)
                .setMaxRenderedLength(COLUMNS)
                .setConsumer(new Line(err))
                .build();
    }

    @Override
    public void at(long done) {
        bar.stepTo(done);
    }

    @Override
    public void close() {
        bar.close();
    }

    private static final class Line implements ProgressBarConsumer {
        private final PrintWriter err;

        Line(PrintWriter err) {
            this.err = err;
        }

        @Override
        public int getMaxRenderedLength() {
            return COLUMNS;
        }

        @Override
        public void accept(String rendered) {
            err.print("\r" + rendered);
            err.flush();
        }

        @Override
        public void clear() {
            err.print("\r" + " ".repeat(COLUMNS) + "\r");
            err.flush();
        }

        @Override
        public void close() {
            clear();
        }
    }
}
