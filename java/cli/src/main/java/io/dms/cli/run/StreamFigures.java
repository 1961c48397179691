package io.dms.cli.run;

import io.dms.cli.run.RunResult.Pass;
import io.dms.cli.run.RunResult.Span;
import io.dms.cli.run.RunResult.StreamRun;
import io.dms.model.Profile;
import io.dms.robotics.Trace;
import io.dms.runtime.LatencyRecorder;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * What a stream's trace amounts to.
 *
 * @param frames that were taken, served or not
 * @param missed over the bound or not served
 * @param steadyFrames frames outside of the aftermath of steps
 * @param latency of the frames that were served, in nanoseconds
 * @param boundPercentileMillis latency at the goal's percentile over all frames, those that were not served counting as
 *     the slowest; NaN where the goal has no percentile or frames are too few for it
 * @param meanAccuracy of the frames that were served, by the profile; null where the profile has none
 * @param levelFrames frames of each level
 * @param switches changes of level from one frame to the next
 * @param mostSwitches most changes of level in any 100 frames
 * @param longestCycle most changes back and forth between the same two levels in any 100 frames, frames from a second in
 *     which a disturbance began or ended left out, and bursts; the start of the stream counts
 * @param recoveries what each step did
 */
public record StreamFigures(
        int frames,
        int served,
        int dropped,
        int missed,
        int steadyFrames,
        int steadyMissed,
        LatencyRecorder latency,
        double maxMillis,
        double boundPercentileMillis,
        @Nullable Double meanAccuracy,
        double meanWidth,
        double meanLevel,
        int[] levelFrames,
        int switches,
        int mostSwitches,
        int longestCycle,
        List<Recovery> recoveries) {
    /** Frames in a row that keep the bound, after which a stream counts as back. */
    public static final int BACK = 5;

    /** Frames after a step's first miss that do not count as steady. */
    public static final int AFTERMATH = 5;

    private static final double REACTION_SECONDS = 1;
    private static final int CYCLE_FRAMES = 100;

    /**
     * What one step did.
     *
     * @param second when it came
     * @param frames from the first frame that missed up to the last one before {@value #BACK} in a row that did not, 0
     *     where none missed, null where that never came before the next step or the end
     */
    public record Recovery(
            double second, String label, @Nullable Integer frames) {}

    /** Least samples behind a percentile, by the arithmetic of MLPerf's early stopping at 99 % confidence. */
    public static int leastSamples(double percentile) {
        return percentile <= 50
                ? 11
                : percentile <= 90
                        ? 64
                        : percentile <= 95 ? 130 : percentile <= 97 ? 219 : percentile <= 99 ? 662 : 6636;
    }

    /** Percentile of the served frames in milliseconds, null where they are too few for it. */
    public @Nullable Double percentile(double percentile) {
        return latency.count() < leastSamples(percentile) ? null : latency.percentileMillis(percentile);
    }

    /** Share of frames that missed, NaN where there was none. */
    public double missShare() {
        return frames == 0 ? Double.NaN : (double) missed / frames;
    }

    /** Share of steady frames that missed, NaN where there was none. */
    public double steadyMissShare() {
        return steadyFrames == 0 ? Double.NaN : (double) steadyMissed / steadyFrames;
    }

    /** Counts. */
    public static StreamFigures of(Pass pass, StreamRun run) {
        return new Counter(pass, run).count();
    }

    private static final class Counter {
        private final Pass pass;
        private final StreamRun run;
        private final Trace trace;
        private final int size;
        private final boolean[] aftermath;
        private final List<Recovery> recoveries = new ArrayList<>();

        Counter(Pass pass, StreamRun run) {
            this.pass = pass;
            this.run = run;
            this.trace = run.trace();
            this.size = trace.size();
            this.aftermath = new boolean[size];
        }

        StreamFigures count() {
            recover();
            List<Profile.Level> levels = run.levels();
            int[] byLevel = new int[levels.size()];
            LatencyRecorder latency = new LatencyRecorder();
            double accuracy = 0;
            double width = 0;
            double index = 0;
            double max = 0;
            int served = 0;
            int missed = 0;
            int steady = 0;
            int steadyMissed = 0;
            for (int i = 0; i < size; i++) {
                int level = trace.level(i);
                if (level >= 0) {
                    served++;
                    byLevel[level]++;
                    latency.record(trace.latencyNanos(i));
                    max = Math.max(max, trace.latencyNanos(i) / 1e6);
                    Double a = levels.get(level).accuracy();
                    accuracy += a == null ? Double.NaN : a;
                    width += levels.get(level).width();
                    index += level;
                }
                missed += trace.missed(i) ? 1 : 0;
                if (!aftermath[i]) {
                    steady++;
                    steadyMissed += trace.missed(i) ? 1 : 0;
                }
            }
            int[] cycles = cycles();
            return new StreamFigures(
                    size,
                    served,
                    size - served,
                    missed,
                    steady,
                    steadyMissed,
                    latency,
                    served == 0 ? Double.NaN : max,
                    atGoal(latency, size - served),
                    served == 0 || Double.isNaN(accuracy) ? null : accuracy / served,
                    served == 0 ? Double.NaN : width / served,
                    served == 0 ? Double.NaN : index / served,
                    byLevel,
                    cycles[0],
                    cycles[1],
                    cycles[2],
                    recoveries);
        }

        private double atGoal(LatencyRecorder latency, int dropped) {
            double percentile = run.goal().percentile();
            long all = latency.count() + dropped;
            if (run.goal().latencyMillis() == null || all < leastSamples(percentile)) {
                return Double.NaN;
            }
            double within = percentile / 100 * all / latency.count() * 100;
            return within > 100 ? Double.POSITIVE_INFINITY : latency.percentileMillis(within);
        }

        private void recover() {
            List<Span> steps = pass.spans().stream().filter(Span::step).toList();
            for (Span s : steps) {
                double next = steps.stream()
                        .mapToDouble(Span::from)
                        .filter(f -> f > s.from())
                        .min()
                        .orElse(Double.POSITIVE_INFINITY);
                int first = 0;
                while (first < size && second(first) < s.from()) {
                    first++;
                }
                int miss = first;
                while (miss < size && second(miss) < s.from() + REACTION_SECONDS && !trace.missed(miss)) {
                    miss++;
                }
                boolean none = miss == size || !trace.missed(miss);
                if (first == size) {
                    continue;
                }
                for (int i = miss; !none && i < Math.min(size, miss + AFTERMATH); i++) {
                    aftermath[i] = true;
                }
                recoveries.add(new Recovery(s.from(), s.label(), none ? Integer.valueOf(0) : back(miss, next)));
            }
        }

        /** When the frame's output was there or it was dropped: that is when a disturbance shows. */
        private double second(int i) {
            return (trace.endNanos(i) - run.startNanos()) / 1e9;
        }

        private @Nullable Integer back(int miss, double next) {
            int last = miss;
            for (int i = miss; i < size && second(i) < next; i++) {
                if (trace.missed(i)) {
                    last = i;
                } else if (i - last >= BACK) {
                    return last - miss + 1;
                }
            }
            return null;
        }

        /** All switches, the most in a window, and the most back and forth between two levels while nothing changes. */
        private int[] cycles() {
            int[] at = new int[size];
            int[] pair = new int[size];
            int[] stretch = new int[size];
            int n = 0;
            int stretches = 0;
            int previous = Trace.DROPPED;
            for (int i = 0; i < size; i++) {
                boolean calm = calm(second(i));
                stretches += calm ? 0 : 1;
                int level = trace.level(i);
                if (level >= 0) {
                    if (previous >= 0 && level != previous) {
                        at[n] = i;
                        pair[n] = Math.min(level, previous) * 256 + Math.max(level, previous);
                        stretch[n++] = calm ? stretches : -1;
                    }
                    previous = level;
                }
            }
            int most = 0;
            int longest = 0;
            for (int from = 0; from < n; from++) {
                int to = from;
                int same = 0;
                while (to < n && at[to] < at[from] + CYCLE_FRAMES) {
                    same += pair[to] == pair[from] && stretch[to] == stretch[from] && stretch[from] >= 0 ? 1 : 0;
                    to++;
                }
                most = Math.max(most, to - from);
                longest = Math.max(longest, same);
            }
            return new int[] {n, most, longest};
        }

        /** True where no disturbance has just begun or ended and none comes and goes by itself. */
        private boolean calm(double second) {
            return pass.spans().stream()
                    .noneMatch(s -> (second >= s.from() && second < s.from() + REACTION_SECONDS)
                            || (second >= s.to() && second < s.to() + REACTION_SECONDS)
                            || (!s.step() && second >= s.from() && second < s.to()));
        }
    }
}
