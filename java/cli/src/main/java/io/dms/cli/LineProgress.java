package io.dms.cli;

import java.io.PrintWriter;

/** Progress where no person watches: a line each quarter of the way, so that a log stays short. */
final class LineProgress implements Progress {
    private final PrintWriter err;
    private final String task;
    private final String unit;
    private final long total;
    private long quarters;

    LineProgress(PrintWriter err, String task, String unit, long total) {
        this.err = err;
        this.task = task;
        this.unit = unit;
        this.total = total;
    }

    @Override
    public void at(long done) {
        long now = total <= 0 ? 0 : Math.min(4, 4 * done / total);
        if (now > quarters) {
            quarters = now;
            err.println(task + ": " + 25 * now + " % of " + total + " " + unit);
        }
    }

    @Override
    public void close() {
        // every line is whole
    }
}
