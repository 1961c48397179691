package io.dms.control;

import io.dms.model.Profile;
import io.dms.monitor.MonitorEvent;

/**
 * Picks the level by prediction: one factor tells how much slower than in the profile everything is now, with a mean and
 * a variance ({@link FactorEstimator}), so that one frame at one level tells about all levels; of the levels whose
 * probability of keeping the bounds suffices, by the model's spread or by what the last frames took ({@link Evidence}),
 * {@link Choice} picks one. After ALERT (Wan et al., "ALERT: Accurate Learning
 * for Energy and Timeliness", USENIX ATC 2020, section 3), which selects networks and power settings that way.
 *
 * <p>A frame's latency counts from when it was due: what it has waited is gone from its time, and frames that wait behind
 * it need theirs. Changes of clocks are acted upon when the monitor tells of them ({@link ClockAnticipation}), and a level
 * that is merely better is taken with patience ({@link Dwell}). Measured energy moves a factor of its own.
 */
final class PredictiveController implements Controller {
    /** The share of the misses that a goal permits that is aimed at; estimates err, and the rest is for that. */
    private static final double MISSES_AIMED_AT = 0.4;

    private static final double LEAST_MISSES = 0.001;
    /** In place of the logarithm of no time at all: below all others, and still comparable. */
    private static final double NO_TIME = -1000;

    private static final double FITTING_DEVIATION = 0.05;
    private static final double UNKNOWN_DEVIATION = 0.5;
    /** A goal that can't be kept for fewer frames in a row is a late frame, and no news. */
    private static final int BROKEN_FRAMES = 10;

    private static final double ATTENTION = 0.15;
    private static final double ENERGY_VARIANCE = 0.03 * 0.03;
    private static final double MOST_ENERGY_APART = Math.log(3);

    private final LevelTable table;
    private Goal goal = Goal.NONE;
    private double boundMillis;
    private double misses;
    private final Availability availability;
    private final Sanity sanity;
    private final FactorEstimator slowdown;
    private final Evidence evidence = new Evidence();
    private final FactorEstimator energy;
    private final ClockAnticipation clocks;
    private final PowerEstimator power;
    private final ArrivalEstimator arrivals = new ArrivalEstimator();
    private Choice choice;
    private final Dwell dwell;
    private MeanBudget energyBudget = MeanBudget.atMost(null);
    private MeanBudget accuracyBudget = MeanBudget.atLeast(null);

    private int current = -1;
    private int observed = -1;
    private int lent = -1;
    private boolean lending;
    private boolean energySeen;
    private boolean throttled;
    private GoalStatus.Kind kind = GoalStatus.Kind.KEPT;
    private int broken;

    /**
     * @param profile of the model on this board
     * @param point the operating point whose figures come closest
     * @param fits false where the profile's figures have to be scaled
     * @param goal what to keep
     */
    PredictiveController(Profile profile, int point, boolean fits, Goal goal) {
        table = new LevelTable(profile, point);
        availability = new Availability(table.size);
        sanity = new Sanity(table);
        double deviation = fits ? FITTING_DEVIATION : UNKNOWN_DEVIATION;
        slowdown = new FactorEstimator(deviation * deviation);
        energy = new FactorEstimator(deviation * deviation);
        clocks = new ClockAnticipation(table);
        power = new PowerEstimator(table);
        dwell = new Dwell(table.size);
        choice = new Choice(table, goal);
        take(goal);
    }

    private void take(Goal next) {
        goal = next;
        Double bound = next.latencyMillis();
        boundMillis = bound == null ? Double.POSITIVE_INFINITY : bound;
        misses = Math.max(LEAST_MISSES, MISSES_AIMED_AT * (1 - next.percentile() / 100));
        slowdown.aim(1 - misses);
        choice = new Choice(table, next);
        energyBudget = MeanBudget.atMost(next.millijoules());
        accuracyBudget = MeanBudget.atLeast(table.knowsAccuracy ? next.accuracyFloor() : null);
    }

    @Override
    public boolean goal(Goal next) {
        take(next);
        return true;
    }

    @Override
    public String name() {
        return "predictive";
    }

    @Override
    public int choose(Moment moment) {
        availability.next();
        slowdown.predict();
        energy.predict();
        clocks.clock(moment.clockShare(), slowdown);
        if (moment.throttled() && !throttled) {
            doubt();
        }
        throttled = moment.throttled();
        long waited = Sanity.waited(moment);
        arrivals.frame(moment.scheduledNanos(), waited);
        Double rate = goal.framesPerSecond();
        double period = rate != null ? 1000 / rate : arrivals.periodMillis();
        double profiled = table.sigma[Math.max(0, current)];
        dwell.next(slowdown.mean(), slowdown.noise(profiled * profiled));
        predict(moment.powerWatts(), period);
        budget(waited * 1e-6, moment.waiting(), period);
        int best = choice.best(
                availability,
                rate != null || goal.latencyMillis() != null ? period : Double.NaN,
                energyBudget.bound(choice.leastMillijoules()),
                accuracyBudget.bound(choice.mostMerit()));
        broken = choice.kind() == GoalStatus.Kind.KEPT ? 0 : Math.min(broken + 1, BROKEN_FRAMES);
        kind = choice.kind();
        current = settle(best);
        return current;
    }

    /** Something happened of which no frame has told yet. */
    private void doubt() {
        slowdown.doubt(ATTENTION);
        evidence.forget();
    }

    /** Fills in what each level would cost now. */
    private void predict(double measuredWatts, double period) {
        double slow = Math.exp(slowdown.mean());
        double apart = energySeen ? energy.mean() - slowdown.mean() : 0;
        double dear = slow * Math.exp(Math.min(Math.max(apart, -MOST_ENERGY_APART), MOST_ENERGY_APART));
        for (int i = 0; i < table.size; i++) {
            choice.serviceMillis[i] = table.meanMillis[i] * slow;
            choice.millijoules[i] = table.millijoules[i] * dear;
        }
        if (current >= 0) {
            power.observe(measuredWatts, choice.millijoules[current], choice.serviceMillis[current], period);
        }
        for (int i = 0; i < table.size; i++) {
            choice.watts[i] = power.watts(choice.millijoules[i], choice.serviceMillis[i], period);
        }
    }

    /** Fills in how far below its time each level's needed quantile is. */
    private void budget(double waitedMillis, int waiting, double period) {
        double left = Choice.left(boundMillis, waitedMillis, waiting, period);
        // A first frame far too long may be the first of many: the next one is served with care, if that is not done
        // often.
        lending = slowdown.isAlarmed() && (lent >= 0 || dwell.mayLend());
        double seen = lending ? Double.POSITIVE_INFINITY : evidence.upper(misses, slowdown.mean());
        boolean fits = false;
        for (int i = 0; i < table.size; i++) {
            double slack = slack(i, left, seen);
            if (current >= 0 && i != current) {
                // The cost of a switch is paid once, so that it must fit most of the time and no more.
                double once = table.logMedian[i] + slowdown.mean() + slowdown.spread(table.sigma[i] * table.sigma[i]);
                slack = Math.min(slack, log(left - table.switchMillis) - once);
            }
            choice.slack[i] = slack;
            fits |= availability.may(i) && slack >= 0;
        }
        if (!fits && current >= 0 && slack(current, boundMillis, seen) < 0) {
            // At this level every frame would be late: what leaving it costs, one late frame, is held against no level.
            for (int i = 0; i < table.size; i++) {
                choice.slack[i] = slack(i, left, seen);
            }
        }
    }

    /** How far below a time a level's needed quantile is, as logarithms, whatever level was before. */
    private double slack(int level, double millis, double seen) {
        double needed = Math.min(seen, slowdown.upper(table.sigma[level] * table.sigma[level], lending));
        return log(millis) - table.logMedian[level] - needed;
    }

    private static double log(double millis) {
        return millis > 0 ? Math.log(millis) : NO_TIME;
    }

    private int settle(int best) {
        int level = current < 0 ? best : settled(best);
        if (current >= 0 && level != current) {
            dwell.changed(current, level);
        }
        return level;
    }

    private int settled(int best) {
        if (slowdown.stepped()) {
            // What was feared has come: the level that was lent is left as any other is.
            lent = -1;
        }
        if (!choice.keeps(current)) {
            if (lending) {
                lent = lent < 0 ? current : lent;
            } else {
                lent = -1;
                dwell.forced();
            }
            return best;
        }
        if (best == current || !choice.better(best, current)) {
            dwell.same();
            return current;
        }
        if (best == lent && !lending && dwell.mayChange(current, best)) {
            lent = -1;
            return best;
        }
        return dwell.better(current, best) ? best : current;
    }

    @Override
    public void observe(Outcome outcome) {
        int level = outcome.level();
        if (level < 0 || level >= table.size) {
            return;
        }
        if (outcome.failed()) {
            availability.failed(level);
            return;
        }
        availability.worked(level);
        if (!sanity.accepts(outcome)) {
            return;
        }
        double millis = outcome.serviceNanos() * 1e-6;
        if (observed >= 0 && observed != level) {
            millis = Math.max(millis - table.switchMillis, 0.1 * millis);
        }
        observed = level;
        double z = Math.log(millis) - table.logMedian[level];
        evidence.add(z);
        slowdown.observe(z, table.sigma[level] * table.sigma[level]);
        if (clocks.observe(z, slowdown.moved())) {
            dwell.forget();
        }
        double millijoules = outcome.joules() * 1e3;
        if (millijoules > 0 && millijoules < Double.POSITIVE_INFINITY && table.knowsEnergy) {
            energySeen = true;
            energy.observe(Math.log(millijoules / table.millijoules[level]), ENERGY_VARIANCE);
            energyBudget.spent(millijoules);
        } else {
            energyBudget.spent(choice.millijoules[level]);
        }
        accuracyBudget.spent(table.merit[level]);
    }

    @Override
    public void bound(int widest, int narrowest) {
        availability.bound(widest, narrowest);
    }

    @Override
    public void on(MonitorEvent event) {
        switch (event.kind()) {
            case CLOCK_CAPPED, POWER_MODE_CHANGED -> {
                if (!clocks.on(event, slowdown)) {
                    doubt();
                }
            }
            case THROTTLE_BEGAN -> doubt();
            case THROTTLE_ENDED, SENSOR_LOST, SENSOR_BACK, TIME_JUMPED -> {}
        }
    }

    @Override
    public GoalStatus status() {
        if (broken < BROKEN_FRAMES) {
            return GoalStatus.KEPT;
        }
        return Feasibility.status(kind, goal, table, availability, Math.exp(slowdown.mean()));
    }

    /** How many times longer than in the profile a frame takes now, as estimated. */
    double slowdown() {
        return Math.exp(slowdown.mean());
    }

    /** Outcomes that were not believed. */
    long ignored() {
        return sanity.ignored();
    }

    @Override
    public String toString() {
        return slowdown + ", " + dwell + (lent < 0 ? "" : ", lent " + lent);
    }
}
