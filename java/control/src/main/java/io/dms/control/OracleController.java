package io.dms.control;

import io.dms.control.sim.Truth;
import io.dms.monitor.MonitorEvent;

/**
 * What a controller could do at best: it asks the simulation how long each level takes now, so that it knows every
 * disturbance at the moment when a frame begins, but neither the noise of that frame nor what comes while it runs. It
 * takes the goal at its word, so that a p95 may be missed by 5 frames in 100, changes levels without patience, and picks
 * by the same {@link Choice} and pays back what a mean lost by the same {@link MeanBudget} as the predictive controller.
 */
final class OracleController implements Controller {
    private final Truth truth;
    private final Goal goal;
    private final LevelTable table;
    private final double boundMillis;
    private final double quantile;
    private final Availability availability;
    private final ArrivalEstimator arrivals = new ArrivalEstimator();
    private final PowerEstimator power;
    private final Choice choice;
    private final MeanBudget energyBudget;
    private final MeanBudget accuracyBudget;
    private int current = -1;

    OracleController(Truth truth, Goal goal) {
        this.truth = truth;
        this.goal = goal;
        table = new LevelTable(truth.profile(), 0);
        Double bound = goal.latencyMillis();
        boundMillis = bound == null ? Double.POSITIVE_INFINITY : bound;
        quantile = Normal.quantile(Math.min(goal.percentile() / 100, 0.9999));
        availability = new Availability(table.size);
        power = new PowerEstimator(table);
        choice = new Choice(table, goal);
        energyBudget = MeanBudget.atMost(goal.millijoules());
        accuracyBudget = MeanBudget.atLeast(table.knowsAccuracy ? goal.accuracyFloor() : null);
    }

    @Override
    public String name() {
        return "oracle";
    }

    @Override
    public int choose(Moment moment) {
        long waited = Sanity.waited(moment);
        arrivals.frame(moment.scheduledNanos(), waited);
        Double rate = goal.framesPerSecond();
        double period = rate != null ? 1000 / rate : arrivals.periodMillis();
        double left = Choice.left(boundMillis, waited * 1e-6, moment.waiting(), period);
        for (int i = 0; i < table.size; i++) {
            double mean = truth.millis(i);
            double sigma = table.sigma[i];
            double needed = Math.log(mean) + sigma * (quantile - sigma / 2);
            double time = left - (i == current || current < 0 ? 0 : table.switchMillis);
            choice.slack[i] = (time > 0 ? Math.log(time) : -1000) - needed;
            choice.serviceMillis[i] = mean;
            choice.millijoules[i] = truth.joules(i) * 1e3;
            choice.watts[i] = power.watts(choice.millijoules[i], mean, period);
            if (truth.fails(i)) {
                availability.failed(i);
            }
        }
        availability.next();
        current = choice.best(
                availability,
                rate != null || goal.latencyMillis() != null ? period : Double.NaN,
                energyBudget.bound(choice.leastMillijoules()),
                accuracyBudget.bound(choice.mostMerit()));
        accuracyBudget.spent(table.merit[current]);
        energyBudget.spent(choice.millijoules[current]);
        return current;
    }

    @Override
    public void observe(Outcome outcome) {}

    @Override
    public void bound(int widest, int narrowest) {
        availability.bound(widest, narrowest);
    }

    @Override
    public void on(MonitorEvent event) {}

    @Override
    public GoalStatus status() {
        return Feasibility.status(choice.kind(), goal, table, availability, truth.slowdown(table.size - 1));
    }
}
