package io.dms.control;

import io.dms.model.Profile;
import io.dms.model.UserException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Shares one board among several applications: who runs, how wide at most, and, where that is permitted, at which clock.
 * Each application's {@link Controller} goes on choosing the level of each call within the bounds that it is given; the
 * coordinator keeps it from taking what others need. It learns from what calls took how much applications slow each other
 * (see the decision page on contention), decides in the order that {@code Allocator} states, and holds on to an
 * allocation unless a goal asks for another or the gain is worth a change.
 *
 * <p>A step from what is known to a decision: it reads no clock and starts no thread. {@link #observe} may be called at
 * any time between decisions, from the same thread or under the caller's lock. Not thread-safe.
 */
public final class Coordinator {
    /** Latencies above the predicted percentile over those that the goal permits; the rest is for error. */
    private static final double AIMED_ABOVE = 0.9;

    /** Utility that differs by less is the same where power can be saved. */
    private static final double SAME_UTILITY = 1e-3;

    private static final double CALIBRATION_GAIN = 0.03;
    private static final double CALIBRATION_STEP = 0.05;
    private static final double CALIBRATION_LEAST = 0.85;
    private static final double CALIBRATION_MOST = 1.6;

    private static final double SMOOTH_NANOS = 400e6;

    private final List<Member> members;
    private final CoordinatorOptions options;
    private final CostTable costs;
    private final ContentionModel model;
    private final Forecast forecast;
    private final Allocator allocator;
    private final int n;

    private final double[] sum;
    private final double[] squares;
    private final int[] calls;
    private final double[] busyNanos;
    private final double[] busy;
    private final double[] rate;
    private final double[] work;
    private final double[] workBefore;
    private final int[] lastLevel;
    private final int[] expectedLevel;
    private final double[] expectedHigh;
    private final int[] expectedCalls;
    private final int[] above;
    private final boolean[] wasPresent;

    private long lastNanos = Long.MIN_VALUE;
    private int lastClock = -1;
    private Allocator.@Nullable Plan held;
    private int waiting;

    /**
     * An application.
     *
     * @param framesPerSecond the rate of its source; 0 for one that has the next frame when the last is done
     */
    public record Member(String name, Profile profile, Goal goal, double framesPerSecond) {}

    /** A coordinator of these applications; which of them are there is said with every decision. */
    public Coordinator(List<Member> members, CoordinatorOptions options) {
        if (members.isEmpty() || members.size() > 32) {
            throw new UserException("a coordinator has 1 to 32 applications, not " + members.size());
        }
        this.members = List.copyOf(members);
        this.options = options;
        n = members.size();
        costs = new CostTable(members.stream().map(Member::profile).toList());
        model = new ContentionModel(n);
        rate = members.stream().mapToDouble(Member::framesPerSecond).toArray();
        forecast = new Forecast(costs, members.stream().map(Member::goal).toList(), rate, model);
        allocator = new Allocator(forecast);
        sum = new double[n];
        squares = new double[n];
        calls = new int[n];
        busyNanos = new double[n];
        busy = new double[n];
        work = new double[n];
        workBefore = new double[n];
        lastLevel = new int[n];
        expectedLevel = new int[n];
        expectedHigh = new double[n];
        expectedCalls = new int[n];
        above = new int[n];
        Arrays.fill(expectedLevel, -1);
        wasPresent = new boolean[n];
        Arrays.fill(lastLevel, -1);
    }

    /**
     * Takes what came of a call. Calls that failed, that paid for a change of level, or whose times make no sense are
     * left out. Allocates nothing.
     */
    public void observe(int application, Outcome outcome) {
        long service = outcome.serviceNanos();
        int level = outcome.level();
        boolean switched = level != lastLevel[application];
        lastLevel[application] = level;
        if (outcome.failed() || service <= 0) {
            return;
        }
        int k = choiceOf(application, level);
        busyNanos[application] += service * costs.pressure[application][k];
        double alone = alone(application, Math.max(0, lastClock), level, k);
        double ratio = service * 1e-6 / alone;
        work[application] =
                (rate[application] > 0 ? rate[application] * alone * 1e-3 : 1) * costs.pressure[application][k];
        if (!switched && level == expectedLevel[application]) {
            expectedCalls[application]++;
            double millis = outcome.latencyNanos() * 1e-6;
            above[application] += millis > expectedHigh[application] ? 1 : 0;
        }
        if (!switched && ratio > 0.05 && ratio < 100) {
            sum[application] += ratio;
            squares[application] += ratio * ratio;
            calls[application]++;
        }
    }

    /** The profile's time; of a level that is not worth choosing, scaled from the first point. */
    private double alone(int i, int clock, int level, int k) {
        double table = costs.millis[i][clock][k];
        if (costs.level[i][k] == level) {
            return table;
        }
        List<Profile.Level> levels = members.get(i).profile().levels();
        return table
                * levels.get(level).latency().mean()
                / levels.get(costs.level[i][k]).latency().mean();
    }

    private int choiceOf(int i, int level) {
        int best = 0;
        for (int k = 0; k < costs.level[i].length; k++) {
            if (costs.level[i][k] <= level) {
                best = Math.max(best, k);
            }
        }
        return best;
    }

    /**
     * Decides. May allocate; meant to be called twice a second and at the monitor's events. The calls of much less than
     * half a second say too little; within a frame an application's own controller answers.
     */
    public Allocation decide(Situation now) {
        learn(now);
        int highest = costs.clockAt(limit(now));
        int lowest = options.clocks() ? 0 : highest;
        boolean least = options.aim() == CoordinatorOptions.Aim.ENERGY;
        forecast.guard(options.guard());
        Allocator.Plan plan = allocator.search(now.present(), lowest, highest, least);
        boolean changed = changes(now, plan, lowest, highest);
        Allocator.Plan keep = changed || held == null ? plan : held;
        held = keep;
        forecast.guard(1);
        forecast.of(keep.clock(), keep.choice());
        return allocation(keep, now, changed);
    }

    /** The highest clock that may be counted on. Where the clock is not ours to choose, what it is now. */
    private double limit(Situation now) {
        double limit = Double.isNaN(now.capHertz()) ? Double.POSITIVE_INFINITY : now.capHertz();
        boolean theirs = now.throttled() || !options.clocks();
        return theirs && !Double.isNaN(now.hertz()) ? Math.min(limit, now.hertz()) : limit;
    }

    private void learn(Situation now) {
        int clock = Double.isNaN(now.hertz()) ? costs.hertz.length - 1 : costs.clockAt(now.hertz());
        double period = now.nowNanos() - lastNanos;
        for (int i = 0; i < n; i++) {
            work[i] = now.present()[i] ? work[i] : 0;
        }
        boolean steady = clock == lastClock && lastNanos != Long.MIN_VALUE && period > 0 && period < 60e9;
        if (steady) {
            for (int i = 0; i < n; i++) {
                double share = Math.min(1, busyNanos[i] / period);
                busy[i] += (share - busy[i]) * Math.min(1, period / SMOOTH_NANOS);
            }
            for (int i = 0; i < n; i++) {
                if (calls[i] > 0) {
                    double mean = sum[i] / calls[i];
                    double variance = calls[i] < 2 ? 0 : Math.max(0, squares[i] - sum[i] * mean) / (calls[i] - 1);
                    model.learn(i, mean, variance, calls[i], busy, moved(i), costs.spread[i]);
                }
            }
        }
        for (int i = 0; i < n; i++) {
            calibrate(i);
        }
        System.arraycopy(work, 0, workBefore, 0, n);
        Arrays.fill(sum, 0);
        Arrays.fill(squares, 0);
        Arrays.fill(calls, 0);
        Arrays.fill(busyNanos, 0);
        lastNanos = now.nowNanos();
        lastClock = clock;
    }

    /**
     * Follows the percentile itself: the predicted one goes up with every latency above it and down with every one below,
     * so that in the long run as many are above as are aimed at, whatever the shape of the distribution. By small steps,
     * since a step of load makes all latencies of a period too long.
     */
    private void calibrate(int i) {
        double aimed = AIMED_ABOVE * (1 - Math.min(99.9, members.get(i).goal().percentile()) / 100);
        double push = above[i] * (1 - aimed) - (expectedCalls[i] - above[i]) * aimed;
        double step = Math.max(-CALIBRATION_STEP, Math.min(CALIBRATION_STEP, CALIBRATION_GAIN * push));
        double c = forecast.calibration[i] * (1 + step);
        forecast.calibration[i] = Math.max(CALIBRATION_LEAST, Math.min(CALIBRATION_MOST, c));
        above[i] = 0;
        expectedCalls[i] = 0;
    }

    /** By how much the work that others than {@code i} ask for, by their levels, changed since the decision before. */
    private double moved(int i) {
        double sum = 0;
        for (int j = 0; j < n; j++) {
            sum += j == i ? 0 : Math.abs(work[j] - workBefore[j]);
        }
        return sum;
    }

    /** Whether the new plan replaces the one that holds. */
    private boolean changes(Situation now, Allocator.Plan plan, int lowest, int highest) {
        Allocator.Plan old = held;
        boolean others = false;
        for (int i = 0; i < n; i++) {
            others |= wasPresent[i] != now.present()[i];
            wasPresent[i] = now.present()[i];
        }
        if (old == null) {
            return true;
        }
        if (old.clock() == plan.clock() && Arrays.equals(old.choice(), plan.choice())) {
            waiting = 0;
            return false;
        }
        if (others || old.clock() > highest || old.clock() < lowest) {
            waiting = 0;
            return true;
        }
        forecast.guard(1);
        forecast.of(old.clock(), old.choice());
        double oldUtility = 0;
        double newUtility = 0;
        boolean broken = false;
        boolean gained = false;
        for (int i = 0; i < n; i++) {
            double weight = members.get(i).goal().weight();
            broken |= old.met()[i] && !forecast.met[i];
            gained |= plan.met()[i] && !forecast.met[i];
            oldUtility += weight * forecast.worth(i, old.choice()[i]);
            newUtility += weight * plan.worth()[i];
        }
        boolean better = gained
                || newUtility > oldUtility * (1 + options.utilityMargin())
                || (newUtility > oldUtility * (1 - SAME_UTILITY)
                        && plan.watts() < forecast.watts * (1 - options.powerMargin()))
                || (options.aim() == CoordinatorOptions.Aim.ENERGY
                        && plan.watts() < forecast.watts * (1 - options.powerMargin()));
        if (broken || (better && ++waiting >= options.patience())) {
            waiting = 0;
            return true;
        }
        waiting = better ? waiting : 0;
        return false;
    }

    private Allocation allocation(Allocator.Plan plan, Situation now, boolean changed) {
        List<Allocation.Share> shares = new ArrayList<>();
        for (int i = 0; i < n; i++) {
            int k = plan.choice()[i];
            int narrowest = members.get(i).profile().levels().size() - 1;
            boolean runs = k >= 0;
            expectedLevel[i] = runs ? costs.level[i][k] : -1;
            expectedHigh[i] = forecast.high[i];
            shares.add(new Allocation.Share(
                    runs,
                    runs ? costs.level[i][k] : narrowest,
                    narrowest,
                    forecast.met[i],
                    runs ? forecast.mean[i] : Double.NaN,
                    runs ? forecast.high[i] : Double.NaN,
                    reason(i, k, now)));
        }
        boolean named = options.clocks() && costs.hertz[plan.clock()] > 0;
        return new Allocation(named ? costs.hertz[plan.clock()] : null, shares, forecast.watts, changed);
    }

    private String reason(int i, int k, Situation now) {
        if (!now.present()[i]) {
            return "not there";
        }
        if (k < 0) {
            return "paused: its goals can't be met, and serving it would break goals before it";
        }
        if (!forecast.met[i]) {
            return "its goals can't be met; served at its narrowest level";
        }
        return "goals met up to level "
                + members.get(i).profile().levels().get(costs.level[i][k]).name();
    }

    /** What slows an application whoever runs beside it, 1 as in its profile, as far as it has been learned. */
    public double slowdown(int application) {
        return model.slowdown(application);
    }

    /** How much a call of {@code other} that fills the accelerator adds to a call beside it, as a share of its time. */
    public double contention(int application, int other) {
        return model.coefficient(application, other);
    }
}
