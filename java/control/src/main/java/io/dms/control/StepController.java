package io.dms.control;

import io.dms.model.Profile;
import io.dms.monitor.MonitorEvent;

/**
 * One level narrower when the mean latency of the last {@value #WINDOW} frames is above the bound, one wider when it is
 * below a share of the bound: a baseline after the run-time manager of Dynamic-OFA (Lou et al., CVPR workshops 2021), whose
 * published demonstration goes down by the mean of the last 20 latencies and stops where it would alternate between two
 * levels. So does this one: a level that was left because it was too slow is not tried again, until the mean moves by a
 * quarter. Going up is ours. Keeps the latency bound and nothing else.
 */
final class StepController implements Controller {
    private static final int WINDOW = 20;
    private static final double ROOM = 0.8;
    private static final double MOVED = 1.25;

    private final double boundNanos;
    private final Availability availability;
    private final Sanity sanity;
    private final double[] last = new double[WINDOW];
    private final boolean[] tooSlow;
    /** The highest mean one level narrower since then. */
    private final double[] meanBelow;

    private int count;
    private int next;
    private int current;

    StepController(Profile profile, int point, Goal goal) {
        LevelTable table = new LevelTable(profile, point);
        Double bound = goal.latencyMillis();
        boundNanos = bound == null ? Double.POSITIVE_INFINITY : bound * 1e6;
        availability = new Availability(table.size);
        sanity = new Sanity(table);
        tooSlow = new boolean[table.size];
        meanBelow = new double[table.size];
    }

    @Override
    public String name() {
        return "step";
    }

    @Override
    public int choose(Moment moment) {
        availability.next();
        if (count == WINDOW) {
            step();
        }
        if (!availability.may(current)) {
            take(availability.nearest(current));
        }
        return current;
    }

    private void step() {
        double sum = 0;
        for (double v : last) {
            sum += v;
        }
        double mean = sum / WINDOW;
        int wider = current - 1;
        if (mean > boundNanos && current < availability.narrowest()) {
            tooSlow[current] = true;
            meanBelow[current] = 0;
            take(current + 1);
        } else if (mean < ROOM * boundNanos && wider >= availability.widest() && availability.may(wider)) {
            if (!tooSlow[wider]) {
                take(wider);
            } else if (meanBelow[wider] == 0) {
                meanBelow[wider] = mean;
            } else if (mean * MOVED < meanBelow[wider]) {
                tooSlow[wider] = false;
                take(wider);
            } else if (mean > meanBelow[wider]) {
                meanBelow[wider] = mean;
            }
        }
    }

    private void take(int level) {
        current = level;
        count = 0;
        next = 0;
    }

    @Override
    public void observe(Outcome outcome) {
        if (outcome.failed()) {
            availability.failed(outcome.level());
            return;
        }
        availability.worked(outcome.level());
        if (sanity.accepts(outcome)) {
            last[next] = outcome.latencyNanos();
            next = (next + 1) % WINDOW;
            count = Math.min(count + 1, WINDOW);
        }
    }

    @Override
    public void bound(int widest, int narrowest) {
        availability.bound(widest, narrowest);
    }

    @Override
    public void on(MonitorEvent event) {}
}
