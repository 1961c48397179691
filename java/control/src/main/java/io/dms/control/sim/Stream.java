package io.dms.control.sim;

import io.dms.control.Controller;
import io.dms.control.Moment;
import io.dms.control.Outcome;
import io.dms.model.Profile;

/** One application in a run: its source, its queue, and the frame in service. */
final class Stream implements Truth {
    private static final double FAILS_AFTER = 0.1;

    final int index;
    final Application app;
    final Work work;
    final Tally tally;
    final Controller controller;
    private final Noise noise;
    private final Weather weather;
    private final Machine machine;
    private final Shared shared;
    private final Moment moment = new Moment();
    final Outcome outcome = new Outcome();
    private final double boundNanos;

    private final long[] queue;
    private int head;
    private int waiting;
    private final double periodNanos;
    private final double phaseNanos;
    private long arrived;
    private long nextScheduled;
    long nextArrival;

    boolean paused;
    boolean active;
    private int level = -1;
    private long frames;
    private long scheduled;
    private long offsetAtArrival;
    private long startedShown;
    private boolean failing;
    /** What recorded frames make of the one in service, NaN without any. */
    private double replayed = Double.NaN;

    private double remaining;
    /** Share of a frame done per nanosecond. */
    private double rate;

    long finishAt = Long.MAX_VALUE;
    long sequence;
    private double joules;

    Stream(int index, Application app, Work work, Weather weather, Machine machine, Shared shared, long seed) {
        this.index = index;
        this.app = app;
        this.work = work;
        this.weather = weather;
        this.machine = machine;
        this.shared = shared;
        tally = new Tally(work.pressure.length);
        noise = new Noise(seed, index);
        queue = new long[app.queue() + 1];
        periodNanos = app.framesPerSecond() > 0 ? 1e9 / app.framesPerSecond() : 0;
        phaseNanos = noise.uniform(-1, 0) * periodNanos;
        Double bound = app.goal().latencyMillis();
        boundNanos = bound == null ? Double.POSITIVE_INFINITY : bound * 1e6;
        nextArrival = periodNanos > 0 ? schedule() : app.fromNanos();
        controller = app.controller().make(this);
    }

    private long schedule() {
        nextScheduled = app.fromNanos() + Math.round(phaseNanos + arrived * periodNanos);
        long delay = app.jitter() > 0 ? Math.round(Math.abs(noise.normal(arrived, 5)) * app.jitter() * periodNanos) : 0;
        long at = Math.max(nextArrival, nextScheduled + delay);
        return nextScheduled >= app.toNanos() ? Long.MAX_VALUE : at;
    }

    boolean present(long now) {
        return now >= app.fromNanos() && now < app.toNanos();
    }

    /** A frame arrives: it waits, or one is dropped. */
    void arrive(long now, Simulation simulation) {
        if (periodNanos == 0) {
            nextArrival = Long.MAX_VALUE;
            return;
        }
        long due = nextScheduled;
        arrived++;
        nextArrival = schedule();
        if (weather.stalled(index)) {
            return;
        }
        tally.arrived();
        if (paused || waiting == app.queue() + (active ? 0 : 1)) {
            if (!paused && app.late() != Late.SERVE && waiting > 0) {
                drop(pop(), now, simulation);
                push(due);
            } else {
                drop(due, now, simulation);
            }
            return;
        }
        push(due);
    }

    private void push(long due) {
        queue[(head + waiting++) % queue.length] = due;
    }

    private long pop() {
        long due = queue[head];
        head = (head + 1) % queue.length;
        waiting--;
        return due;
    }

    private void drop(long due, long now, Simulation simulation) {
        tally.drop();
        simulation.dropped(this, due, now);
    }

    /** Serves nothing more, and drops what waits, until it may go on. */
    void pause(boolean on, long now, Simulation simulation) {
        paused = on;
        while (on && waiting > 0) {
            drop(pop(), now, simulation);
        }
    }

    /** Begins the next frame where there is one and none is in service. True where one began. */
    boolean start(long now, long order, Simulation simulation) {
        if (active || paused) {
            return false;
        }
        boolean closed = periodNanos == 0;
        if (closed && (paused || !present(now) || weather.stalled(index))) {
            return false;
        }
        while (!closed && waiting > 0 && app.late() == Late.SKIP_LATE && now - queue[head] > boundNanos) {
            drop(pop(), now, simulation);
        }
        if (!closed && waiting == 0) {
            return false;
        }
        scheduled = closed ? now : pop();
        if (closed) {
            tally.arrived();
        }
        begin(now, order);
        return true;
    }

    private void begin(long now, long order) {
        offsetAtArrival = weather.timeOffset();
        startedShown = now + offsetAtArrival;
        moment.frame(startedShown, scheduled + offsetAtArrival, waiting)
                .board(machine.seenWatts(), machine.seenHertz() / work.profileHertz, machine.seenThrottled());
        replayed = weather.replayed(now);
        int chosen = controller.choose(moment);
        if (chosen < 0 || chosen >= work.pressure.length) {
            throw new IllegalStateException("controller " + controller.name() + " of " + app.name() + " chose level "
                    + chosen + " of " + work.pressure.length);
        }
        failing = weather.fails(index, chosen);
        double n = Double.isNaN(replayed) ? noise(chosen) : replayed;
        frames++;
        double cost = level >= 0 && chosen != level ? work.switchNanos / work.nanos[machine.clock()][chosen] : 0;
        remaining = failing ? FAILS_AFTER : n + cost;
        level = chosen;
        joules = 0;
        active = true;
        sequence = order;
    }

    private double noise(int chosen) {
        double n = StrictMath.exp(work.sigma[chosen] * noise.normal(frames, 0));
        boolean tail = app.tail() > 0 && noise.uniform(frames, 1) < app.tail();
        return tail ? n * Math.min(4, 1 / Math.sqrt(noise.uniform(frames, 2))) : n;
    }

    /** What it fills of the accelerator now. */
    double pressure() {
        return active ? work.pressure[level] : 0;
    }

    int threads() {
        return active ? work.threads : 0;
    }

    /** Takes the speed at which it advances, by how much it is slowed now; 0 for a frame that waits for others. */
    void speed(long now, double speed) {
        rate = speed / (work.nanos[machine.clock()][level] * weather.slow(index));
        finishAt = rate > 0 ? now + Math.max(1, (long) Math.ceil(remaining / rate)) : Long.MAX_VALUE;
    }

    /** Power above idle that its frame takes now. */
    double ownWatts() {
        return active ? work.watts[machine.clock()][level] * rate * work.nanos[machine.clock()][level] : 0;
    }

    void advance(double nanos, double idleShare) {
        if (active) {
            remaining = Math.max(0, remaining - rate * nanos);
            joules += (ownWatts() + idleShare) * nanos * 1e-9;
        }
    }

    /** The frame in service is done. */
    void finish(long now) {
        active = false;
        finishAt = Long.MAX_VALUE;
        long latency = now - scheduled;
        tally.serve(level, work.accuracy[level], latency, latency > boundNanos, joules, failing);
        boolean blind = Double.isNaN(machine.seenWatts());
        double read = blind ? Double.NaN : joules * weather.lie() * (1 + 0.02 * noise.normal(frames, 3));
        outcome.set(level, scheduled + offsetAtArrival, startedShown, now + weather.timeOffset(), read, failing);
        controller.observe(outcome);
    }

    int waiting() {
        return waiting;
    }

    int level() {
        return level;
    }

    @Override
    public Profile profile() {
        return app.profile();
    }

    @Override
    public double millis(int l) {
        double median = work.nanos[machine.clock()][l] * weather.slow(index) / shared.speed(this, l) * 1e-6;
        return median * (Double.isNaN(replayed) ? Math.exp(work.sigma[l] * work.sigma[l] / 2) : replayed);
    }

    @Override
    public double slowdown(int l) {
        return millis(l) / app.profile().levels().get(l).latency().mean();
    }

    @Override
    public double joules(int l) {
        double own = work.watts[machine.clock()][l] * work.nanos[machine.clock()][l] * 1e-9;
        return own + machine.idleWatts() * millis(l) * 1e-3;
    }

    @Override
    public int clock() {
        return machine.clock();
    }

    @Override
    public boolean fails(int l) {
        return weather.fails(index, l);
    }
}
