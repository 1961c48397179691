package io.dms.control.sim;

import io.dms.control.Outcome;
import io.dms.monitor.MonitorEvent;
import java.util.ArrayList;
import java.util.List;

/** Keeps everything that it sees, for plots and tests. Grows with the run. */
public final class Recorder implements Watcher {
    private final List<Frame> frames = new ArrayList<>();
    private final List<Sample> samples = new ArrayList<>();
    private final List<MonitorEvent> events = new ArrayList<>();
    private final List<Edge> edges = new ArrayList<>();

    /**
     * A frame.
     *
     * @param level the level that ran, -1 where it was dropped
     * @param startNanos when its call began; when it was dropped
     * @param endNanos when its call ended; when it was dropped
     * @param joules energy as it was measured, NaN where it was not
     */
    public record Frame(
            int application,
            int level,
            long scheduledNanos,
            long startNanos,
            long endNanos,
            double joules,
            boolean failed) {
        /** True where it was never served. */
        public boolean dropped() {
            return level < 0;
        }

        /** From when it was due to when its output was there. */
        public long latencyNanos() {
            return endNanos - scheduledNanos;
        }
    }

    /** The board at one sample of its sensors. */
    public record Sample(long nanos, double watts, double celsius, long hertz, boolean throttled, double slowdown) {}

    /** Where a disturbance began or ended. */
    public record Edge(long nanos, Disturbance disturbance, boolean began) {}

    @Override
    public void served(int application, Outcome o) {
        frames.add(new Frame(
                application, o.level(), o.scheduledNanos(), o.startNanos(), o.endNanos(), o.joules(), o.failed()));
    }

    @Override
    public void dropped(int application, long scheduledNanos, long nowNanos) {
        frames.add(new Frame(application, -1, scheduledNanos, nowNanos, nowNanos, Double.NaN, false));
    }

    @Override
    public void board(long now, double watts, double celsius, long hertz, boolean throttled, double slowdown) {
        samples.add(new Sample(now, watts, celsius, hertz, throttled, slowdown));
    }

    @Override
    public void event(MonitorEvent event) {
        events.add(event);
    }

    @Override
    public void disturbance(Disturbance disturbance, boolean began, long nowNanos) {
        edges.add(new Edge(nowNanos, disturbance, began));
    }

    /** Frames in the order in which they ended. */
    public List<Frame> frames() {
        return frames;
    }

    /** Samples in the order of time. */
    public List<Sample> samples() {
        return samples;
    }

    /** What the monitor reported. */
    public List<MonitorEvent> events() {
        return events;
    }

    /** Where disturbances began and ended. */
    public List<Edge> edges() {
        return edges;
    }
}
