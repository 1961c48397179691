package io.dms.cli.run;

import io.dms.cli.run.RunResult.Note;
import io.dms.control.GoalStatus;
import io.dms.robotics.Application;
import io.dms.robotics.FrameListener;
import io.dms.robotics.Served;
import io.dms.robotics.Trace;
import java.util.Arrays;
import java.util.Locale;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/** What a stream does now, written by its thread and read by the one that shows it. */
final class LiveStats implements FrameListener {
    private static final int WINDOW = 256;
    private static final long SECOND = 1_000_000_000;
    private static final int STATUS_FRAMES = 32;

    private final Application application;
    private final long startNanos;
    private final Consumer<Note> notes;
    private final long[] ends = new long[WINDOW];
    private final long[] latencies = new long[WINDOW];
    private final long[] sorted = new long[WINDOW];
    private long frames;
    private long missed;
    private long dropped;
    private String level = "";
    private GoalStatus.Kind status = GoalStatus.Kind.KEPT;

    LiveStats(Application application, long startNanos, Consumer<Note> notes) {
        this.application = application;
        this.startNanos = startNanos;
        this.notes = notes;
    }

    @Override
    public synchronized void frame(Trace trace, @Nullable Served served) {
        int last = trace.size() - 1;
        int slot = (int) (frames % WINDOW);
        frames++;
        ends[slot] = trace.endNanos(last);
        latencies[slot] = trace.latencyNanos(last);
        missed += trace.missed(last) ? 1 : 0;
        if (served == null) {
            dropped++;
        } else {
            level = served.level().name();
        }
        if (frames % STATUS_FRAMES == 0) {
            GoalStatus now = application.controller().status();
            if (now.kind() != status) {
                status = now.kind();
                note(now.sentence());
            }
        }
    }

    @Override
    public void stalled(double seconds) {
        note(String.format(Locale.ROOT, "%s: the source gives no frame for %.1f s", application.name(), seconds));
    }

    @Override
    public void resumed(double seconds) {
        note(String.format(Locale.ROOT, "%s: the source gives frames again after %.1f s", application.name(), seconds));
    }

    private void note(String text) {
        notes.accept(new Note((System.nanoTime() - startNanos) / 1e9, text));
    }

    /** One line about now. */
    synchronized String line(boolean named) {
        long now = System.nanoTime();
        int n = 0;
        for (int i = 0; i < Math.min(frames, WINDOW); i++) {
            if (now - ends[i] < SECOND) {
                sorted[n++] = latencies[i];
            }
        }
        Arrays.sort(sorted, 0, n);
        double percentile = application.goal().percentile();
        Double bound = application.goal().latencyMillis();
        String latency = n == 0
                ? "-"
                : String.format(
                        Locale.ROOT, "%.1f", sorted[Math.max(0, (int) Math.ceil(percentile / 100 * n) - 1)] / 1e6);
        String p = "p" + (Math.rint(percentile) == percentile ? "" + Math.round(percentile) : "" + percentile);
        return (named ? application.name() + " " : "")
                + String.format(
                        Locale.ROOT,
                        "level %s  %s %s%s ms  missed %.1f %%%s",
                        level.isEmpty() ? "-" : level,
                        p,
                        latency,
                        bound == null ? "" : String.format(Locale.ROOT, " of %.1f", bound),
                        frames == 0 ? 0 : 100.0 * missed / frames,
                        dropped == 0 ? "" : "  dropped " + dropped);
    }
}
