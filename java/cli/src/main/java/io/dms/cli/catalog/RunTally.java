package io.dms.cli.catalog;

import io.dms.schedule.Reason;
import io.dms.schedule.catalog.Catalog;
import io.dms.schedule.catalog.Variant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/** Counts requests as they end, each once. Not thread-safe. */
final class RunTally {
    private static final int MOST_SAMPLES = 20_000;

    private final Catalog catalog;
    private final long startNanos;
    private final int[] chosen;
    private final int[] itself;
    private final int[] stoodIn;
    private final int[] failed;
    private final Map<String, Integer> refused = new TreeMap<>();
    private final List<RunAccount.Sample> samples = new ArrayList<>();
    private int ended;
    private int answered;
    private int late;
    private int right;
    private int judged;
    private double millis;

    RunTally(Catalog catalog, long startNanos) {
        this.catalog = catalog;
        this.startNanos = startNanos;
        int n = catalog.variants().size();
        chosen = new int[n];
        itself = new int[n];
        stoodIn = new int[n];
        failed = new int[n];
    }

    /** A variant was given a request. */
    void chosen(int variant) {
        chosen[variant]++;
    }

    /** A request was refused before any variant was given it. */
    void refused(Reason why, long arrivalNanos, long nowNanos) {
        refused.merge(why.word(), 1, Integer::sum);
        sample(arrivalNanos, nowNanos, RunAccount.End.REFUSED, false);
    }

    /** A request that a variant was given was refused. */
    void failed(int variant, Reason why, long arrivalNanos, long nowNanos) {
        failed[variant]++;
        refused(why, arrivalNanos, nowNanos);
    }

    /**
     * A request was answered.
     *
     * @param answer class that was named
     * @param label class of the image, or -1 where that can't be judged
     */
    void answered(
            int variant,
            RunAccount.End by,
            long arrivalNanos,
            long endNanos,
            long deadlineNanos,
            int answer,
            int label) {
        if (by == RunAccount.End.STOOD_IN) {
            stoodIn[variant]++;
        } else {
            itself[variant]++;
        }
        boolean over = endNanos > deadlineNanos;
        sample(arrivalNanos, endNanos, by, over);
        millis += (endNanos - arrivalNanos) / 1e6;
        if (over) {
            late++;
            return;
        }
        answered++;
        if (label >= 0) {
            judged++;
            right += answer == label ? 1 : 0;
        }
    }

    private void sample(long arrivalNanos, long endNanos, RunAccount.End by, boolean over) {
        ended++;
        if (samples.size() < MOST_SAMPLES) {
            samples.add(new RunAccount.Sample(
                    (arrivalNanos - startNanos) / 1e9, (endNanos - arrivalNanos) / 1e6, by, over));
        }
    }

    /** Requests that have ended. */
    int ended() {
        return ended;
    }

    /** Everything. */
    RunAccount account(
            String scheduler,
            List<RunAccount.Server> servers,
            List<RunAccount.Stream> streams,
            int loads,
            long mostBytes,
            List<String> notes) {
        List<RunAccount.Line> lines = new ArrayList<>();
        for (int i = 0; i < chosen.length; i++) {
            if (chosen[i] > 0) {
                Variant v = catalog.variants().get(i);
                lines.add(new RunAccount.Line(v.id(), v.place().word(), chosen[i], itself[i], stoodIn[i], failed[i]));
            }
        }
        int got = answered + late;
        return new RunAccount(
                scheduler,
                ended,
                answered,
                late,
                refused,
                right,
                judged,
                lines,
                servers,
                streams,
                loads,
                got == 0 ? Double.NaN : millis / got,
                mostBytes,
                notes,
                samples);
    }
}
