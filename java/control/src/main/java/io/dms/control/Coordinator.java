package io.dms.control;

import io.dms.model.Profile;
import io.dms.model.UserException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.List;
import java.util.stream.IntStream;
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
    /** Utility that differs by less is the same where power can be saved. */
    private static final double SAME_UTILITY = 1e-3;

    /** Decisions after which a paused application gets a chance; doubled by each in vain, forgotten when it runs on. */
    private static final int CHANCE_FIRST = 10;

    private static final int CHANCE_LAST = 320;
    private static final int CHANCE_KEPT = 60;

    private final List<Member> members;
    private final CoordinatorOptions options;
    private final CostTable costs;
    private final ContentionModel model;
    private final Forecast forecast;
    private final Allocator allocator;
    private final Observations observations;
    private final int n;
    private final int[] byPriority;

    private final boolean[] wasPresent;

    private Allocator.@Nullable Plan held;
    private int waiting;

    /** Decisions since it was paused; negative, since it runs. */
    private final int[] sincePause;

    private final int[] chanceAfter;

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
        byPriority = IntStream.range(0, n)
                .boxed()
                .sorted(Comparator.comparingInt(i -> -members.get(i).goal().priority()))
                .mapToInt(i -> i)
                .toArray();
        costs = new CostTable(members.stream().map(Member::profile).toList());
        model = new ContentionModel(n);
        double[] rate = members.stream().mapToDouble(Member::framesPerSecond).toArray();
        forecast = new Forecast(costs, members.stream().map(Member::goal).toList(), rate, model);
        allocator = new Allocator(forecast);
        observations = new Observations(this.members, costs, model, forecast);
        sincePause = new int[n];
        chanceAfter = new int[n];
        Arrays.fill(chanceAfter, CHANCE_FIRST);
        wasPresent = new boolean[n];
    }

    /**
     * Takes what came of a call. Calls that failed, that paid for a change of level, or whose times make no sense are
     * left out. Allocates nothing.
     */
    public void observe(int application, Outcome outcome) {
        observations.observe(application, outcome);
    }

    /**
     * Decides. May allocate; meant to be called twice a second and at the monitor's events. The calls of much less than
     * half a second say too little; within a frame an application's own controller answers.
     */
    public Allocation decide(Situation now) {
        observations.learn(now);
        giveChances(now.present());
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

    /**
     * Nothing is learned of an application that is paused, so that it would stay so for ever after a disturbance. After a
     * while it is taken to be slowed like those that run; after each such chance in vain the next takes twice as long.
     */
    private void giveChances(boolean[] present) {
        Allocator.Plan plan = held;
        double others = 0;
        int running = 0;
        for (int i = 0; i < n; i++) {
            if (plan != null && plan.choice()[i] >= 0) {
                others += model.slowdown(i);
                running++;
                sincePause[i] = Math.min(0, sincePause[i]) - 1;
                chanceAfter[i] = sincePause[i] < -CHANCE_KEPT ? CHANCE_FIRST : chanceAfter[i];
            }
        }
        for (int i = 0; i < n; i++) {
            if (!present[i]) {
                sincePause[i] = 0;
                chanceAfter[i] = CHANCE_FIRST;
            } else if (plan != null && plan.choice()[i] < 0) {
                sincePause[i] = Math.max(0, sincePause[i]) + 1;
                if (sincePause[i] >= chanceAfter[i]) {
                    model.relax(i, running > 0 ? others / running : 1);
                    sincePause[i] = 0;
                    chanceAfter[i] = Math.min(CHANCE_LAST, 2 * chanceAfter[i]);
                }
            }
        }
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
        boolean broken = false;
        boolean gained = false;
        for (int i = 0; i < n; i++) {
            broken |= old.met()[i] && !forecast.met[i];
            gained |= plan.met()[i] && !forecast.met[i];
        }
        int utility = compareUtility(old, plan);
        boolean spares = plan.watts() < forecast.watts * (1 - options.powerMargin());
        boolean better =
                gained || utility > 0 || (spares && (utility == 0 || options.aim() == CoordinatorOptions.Aim.ENERGY));
        if (broken || (better && ++waiting >= options.patience())) {
            waiting = 0;
            return true;
        }
        waiting = better ? waiting : 0;
        return false;
    }

    /**
     * Whether the new plan serves better (1) than the old one does by the last forecast, alike (0) or worse (-1): priority
     * by priority from the highest, as the allocator does, so that what a lower one would lose keeps nothing from a higher.
     */
    private int compareUtility(Allocator.Plan old, Allocator.Plan plan) {
        double all = 0;
        for (int i = 0; i < n; i++) {
            all += members.get(i).goal().weight() * forecast.worth(i, old.choice()[i]);
        }
        for (int start = 0, end; start < n; start = end) {
            end = start;
            double before = 0;
            double after = 0;
            int priority = members.get(byPriority[start]).goal().priority();
            for (; end < n && members.get(byPriority[end]).goal().priority() == priority; end++) {
                int i = byPriority[end];
                double weight = members.get(i).goal().weight();
                before += weight * forecast.worth(i, old.choice()[i]);
                after += weight * plan.worth()[i];
            }
            if (after - before > options.utilityMargin() * all) {
                return 1;
            }
            if (before - after > SAME_UTILITY * all) {
                return -1;
            }
        }
        return 0;
    }

    private Allocation allocation(Allocator.Plan plan, Situation now, boolean changed) {
        List<Allocation.Share> shares = new ArrayList<>();
        for (int i = 0; i < n; i++) {
            int k = plan.choice()[i];
            int narrowest = members.get(i).profile().levels().size() - 1;
            boolean runs = k >= 0;
            observations.expect(i, runs ? costs.level[i][k] : -1, forecast.high[i]);
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
