package io.dms.control;

import io.dms.control.sim.Application;
import io.dms.control.sim.BoardModel;
import io.dms.control.sim.ControllerFactory;
import io.dms.control.sim.Disturbance;
import io.dms.control.sim.Late;
import io.dms.control.sim.Scenario;
import io.dms.control.sim.Simulation;
import io.dms.control.sim.Tally;
import io.dms.control.sim.Watcher;
import io.dms.model.Profile;
import java.util.ArrayList;
import java.util.List;

/** One controller on one simulated board under one script, frame by frame. */
final class Trial implements Watcher {
    /** After a disturbance has begun or ended it takes so long until the state counts as steady. */
    private static final double SETTLE_SECONDS = 1;

    private record Frame(long scheduled, long end, int level, boolean missed) {}

    private final List<Frame> frames = new ArrayList<>();
    private final double boundNanos;
    private final List<Disturbance> script;
    final Simulation simulation;
    final Tally tally;

    Trial(
            BoardModel board,
            Profile profile,
            Goal goal,
            double fps,
            List<Disturbance> script,
            double seconds,
            long seed,
            ControllerFactory controller) {
        this.script = script;
        Double bound = goal.latencyMillis();
        boundNanos = bound == null ? Double.POSITIVE_INFINITY : bound * 1e6;
        simulation = Scenario.on(board)
                .seed(seed)
                .seconds(seconds)
                .application(
                        Application.of("app", profile, goal, fps, controller).withQueue(2, Late.DROP_OLDEST))
                .disturb(script)
                .watch(this)
                .build()
                .run();
        tally = simulation.tally(0);
    }

    @Override
    public void served(int application, Outcome o) {
        frames.add(new Frame(o.scheduledNanos(), o.endNanos(), o.level(), o.failed() || o.latencyNanos() > boundNanos));
    }

    @Override
    public void dropped(int application, long scheduled, long now) {
        frames.add(new Frame(scheduled, now, -1, true));
    }

    private boolean steady(long at) {
        if (at < SETTLE_SECONDS * 1e9) {
            return false;
        }
        for (Disturbance d : script) {
            boolean wild = switch (d.kind()) {
                case BURSTS, WANDER, RAMP -> at >= d.fromNanos() && at < d.toNanos();
                default -> false;
            };
            if (wild || near(at, d.fromNanos()) || near(at, d.toNanos())) {
                return false;
            }
        }
        return true;
    }

    private static boolean near(long at, long edge) {
        return at >= edge - 1e8 && at < edge + SETTLE_SECONDS * 1e9;
    }

    /** Share of missed frames in steady state. */
    double steadyMisses() {
        long all = 0;
        long missed = 0;
        for (Frame f : frames) {
            if (steady(f.scheduled())) {
                all++;
                missed += f.missed() ? 1 : 0;
            }
        }
        return all == 0 ? Double.NaN : (double) missed / all;
    }

    /** Share of missed frames among those due between two seconds. */
    double missShare(double from, double to) {
        return frames.stream()
                .filter(f -> within(f, from, to))
                .mapToInt(f -> f.missed() ? 1 : 0)
                .average()
                .orElse(0);
    }

    /** Mean accuracy of those served that were due between two seconds. */
    double accuracy(double from, double to) {
        List<Profile.Level> levels = simulation.truth(0).profile().levels();
        return frames.stream()
                .filter(f -> within(f, from, to) && f.level() >= 0)
                .mapToDouble(f -> levels.get(f.level()).accuracy())
                .average()
                .orElse(0);
    }

    private static boolean within(Frame f, double from, double to) {
        return f.scheduled() >= from * 1e9 && f.scheduled() < to * 1e9;
    }

    /** The most frames that were missed after any step upwards, until five in a row were kept. */
    int recovery() {
        int worst = 0;
        for (Disturbance d : script) {
            worst = Math.max(worst, recovery(d.fromNanos()));
        }
        return worst;
    }

    private int recovery(long edge) {
        int n = 0;
        int back = 0;
        int inRow = 0;
        for (Frame f : frames) {
            if (f.end() < edge) {
                continue;
            }
            n++;
            inRow = f.missed() ? 0 : inRow + 1;
            if (f.missed()) {
                back = n;
            }
            if (inRow == 5) {
                return back;
            }
        }
        return n;
    }

    /** The most changes between the same two levels within 100 frames of steady state. */
    int longestCycle() {
        return longestCycle(0, Double.POSITIVE_INFINITY);
    }

    /** The same, of the frames due between two seconds alone. */
    int longestCycle(double from, double to) {
        int levels = simulation.truth(0).profile().levels().size();
        long[] frame = new long[1 + frames.size()];
        int[] pair = new int[1 + frames.size()];
        int changes = 0;
        int last = -1;
        int most = 0;
        long n = 0;
        int first = 0;
        for (Frame f : frames) {
            n++;
            if (f.level() < 0) {
                continue;
            }
            if (!steady(f.scheduled()) || !within(f, from, to)) {
                last = -1;
                first = changes;
                continue;
            }
            if (last >= 0 && last != f.level()) {
                frame[changes] = n;
                pair[changes] = Math.min(last, f.level()) * levels + Math.max(last, f.level());
                int same = 1;
                for (int i = changes - 1; i >= first && frame[i] > n - 100; i--) {
                    same += pair[i] == pair[changes] ? 1 : 0;
                }
                most = Math.max(most, same);
                changes++;
            }
            last = f.level();
        }
        return most;
    }
}
