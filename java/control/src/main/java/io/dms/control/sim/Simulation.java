package io.dms.control.sim;

import io.dms.monitor.MonitorEvent;

/**
 * A run of a {@link Scenario}, in steps. Not thread-safe. Frames cost no allocation; events of the monitor and of
 * disturbances do.
 */
public final class Simulation {
    private final Scenario scenario;
    private final BoardModel board;
    private final Weather weather;
    private final Machine machine;
    private final Shared shared;
    private final Stream[] streams;
    private final Watcher[] watchers;

    private long now;
    private long nextTick;
    private long nextSample;
    private long lastSample;
    private long nextStep;
    private long order;

    Simulation(Scenario scenario) {
        this.scenario = scenario;
        board = scenario.board();
        watchers = scenario.watchers().toArray(new Watcher[0]);
        int n = scenario.applications().size();
        weather = new Weather(scenario.disturbances(), n, scenario.seed());
        machine = new Machine(board, weather, scenario.firstClock(), scenario.seed(), this::tell);
        shared = new Shared(board, weather);
        streams = new Stream[n];
        for (int i = 0; i < n; i++) {
            Application app = scenario.applications().get(i);
            streams[i] = new Stream(i, app, new Work(board, app.profile()), weather, machine, shared, scenario.seed());
        }
        shared.streams(streams);
        nextTick = Machine.TICK_NANOS;
        nextSample = board.sensing().intervalNanos();
        nextStep = scenario.supervisor() == null ? Long.MAX_VALUE : scenario.periodNanos();
    }

    /** Lets time pass until a moment of the simulation, in nanoseconds from its start. */
    public void advance(long untilNanos) {
        while (true) {
            long next = Math.min(Math.min(nextTick, nextSample), Math.min(nextStep, weather.nextNanos()));
            for (Stream s : streams) {
                next = Math.min(next, Math.min(s.nextArrival, s.finishAt));
            }
            if (next > untilNanos) {
                pass(untilNanos);
                return;
            }
            pass(next);
            happen();
        }
    }

    /** Runs to the scenario's end. */
    public void run() {
        advance(scenario.durationNanos());
    }

    private void pass(long until) {
        long nanos = until - now;
        if (nanos <= 0) {
            return;
        }
        double own = 0;
        int active = 0;
        for (Stream s : streams) {
            if (s.active) {
                own += s.ownWatts();
                active++;
            }
        }
        double idle = machine.idleWatts();
        double other = Math.min(1, weather.coRunner()) * board.dynamicWatts() * board.scale(machine.clock());
        machine.take(idle + own + other, nanos * 1e-9);
        for (Stream s : streams) {
            s.advance((double) nanos, active == 0 ? 0 : idle / active);
        }
        now = until;
    }

    private void happen() {
        for (Stream s : streams) {
            if (s.finishAt <= now) {
                s.finish(now);
                for (Watcher w : watchers) {
                    w.served(s.index, s.outcome);
                }
            }
        }
        while (weather.nextNanos() <= now) {
            edge(weather.pass());
        }
        if (nextTick <= now) {
            nextTick += Machine.TICK_NANOS;
            weather.tick(now, Machine.TICK_NANOS * 1e-9);
            machine.tick(now);
        }
        if (nextSample <= now) {
            sample();
        }
        for (Stream s : streams) {
            if (s.nextArrival <= now) {
                s.arrive(now, this);
            }
        }
        if (nextStep <= now) {
            nextStep = now + scenario.periodNanos();
            Supervisor supervisor = scenario.supervisor();
            if (supervisor != null) {
                supervisor.step(this);
            }
        }
        for (Stream s : streams) {
            if (s.start(now, order, this)) {
                order++;
            }
        }
        shared.settle(now);
    }

    private void sample() {
        machine.sample(now, (now - lastSample) * 1e-9);
        lastSample = now;
        nextSample += board.sensing().intervalNanos();
        for (Watcher w : watchers) {
            w.board(
                    now,
                    machine.trueWatts(),
                    machine.celsius(),
                    (long) machine.hertz(),
                    machine.throttled(),
                    weather.slow());
        }
    }

    private void edge(int code) {
        int i = code >= 0 ? code : -1 - code;
        Disturbance d = weather.disturbance(i);
        machine.settleClock();
        for (Watcher w : watchers) {
            w.disturbance(d, code >= 0, now);
        }
        if (d.kind() == Disturbance.Kind.TIME_JUMP && code >= 0) {
            machine.report(
                    MonitorEvent.Kind.TIME_JUMPED, now, "clock", Double.NaN, d.amount() * 1e-9, "the clock jumped");
        }
    }

    private void tell(MonitorEvent event) {
        for (Stream s : streams) {
            s.controller.on(event);
        }
        for (Watcher w : watchers) {
            w.event(event);
        }
    }

    void dropped(Stream s, long scheduled, long at) {
        for (Watcher w : watchers) {
            w.dropped(s.index, scheduled, at);
        }
    }

    /** The scenario. */
    public Scenario scenario() {
        return scenario;
    }

    /** Now, in nanoseconds from the start. */
    public long nowNanos() {
        return now;
    }

    /** How many applications there are, those that have not come or have left included. */
    public int applications() {
        return streams.length;
    }

    /** True while an application is there. */
    public boolean present(int application) {
        return streams[application].present(now);
    }

    /** What came of an application's frames so far. */
    public Tally tally(int application) {
        return streams[application].tally;
    }

    /** What only the simulation knows. */
    public Truth truth(int application) {
        return streams[application];
    }

    /** Frames of an application that wait. */
    public int waiting(int application) {
        return streams[application].waiting();
    }

    /** The level of an application's last frame, -1 before the first. */
    public int level(int application) {
        return streams[application].level();
    }

    /** Energy of the whole board since the start. */
    public double boardJoules() {
        return machine.joules();
    }

    /** True temperature. */
    public double celsius() {
        return machine.celsius();
    }

    /** Power as the monitor has it, NaN where it has none. */
    public double seenWatts() {
        return machine.seenWatts();
    }

    /** The accelerator's clock as the monitor has it, NaN where it has none. */
    public double seenHertz() {
        return machine.seenHertz();
    }

    /** The highest clock allowed as the monitor has it, throttling apart; NaN where it has none. */
    public double seenCapHertz() {
        return machine.seenCapHertz();
    }

    /** Whether the board throttles as the monitor has it. */
    public boolean seenThrottled() {
        return machine.seenThrottled();
    }

    /** The accelerator's clock, an index into the board's clocks. */
    public int clock() {
        return machine.clock();
    }

    /** Asks for a clock; caps and throttling hold it down. It comes with the board's next step of 10 ms. */
    public void requestClock(int index) {
        machine.request(index);
    }

    /** Calls the scenario's supervisor at once and not only at its next period. */
    public void superviseNow() {
        nextStep = Math.min(nextStep, now);
    }

    /** Bounds what an application's controller may choose. */
    public void bound(int application, int widest, int narrowest) {
        streams[application].controller.bound(widest, narrowest);
    }

    /** Refuses an application's frames until it is let on again; those that wait are dropped. */
    public void pause(int application, boolean on) {
        streams[application].pause(on, now, this);
    }
}
