package io.dms.control.sim;

import io.dms.monitor.MonitorEvent;
import io.dms.monitor.MonitorEvent.Kind;
import java.util.function.Consumer;

/** The board of one run: its clock, heat and energy as they are, and its sensors as a monitor sees them. */
final class Machine {
    /** Heat, clocks and random load move in steps of this. */
    static final long TICK_NANOS = 10_000_000;

    private static final long THROTTLE_NANOS = 1_000_000_000;

    private final BoardModel board;
    private final Weather weather;
    private final Noise noise;
    private final Consumer<MonitorEvent> events;

    private int requested;
    private int clock;
    private int throttleCap;
    private long throttleNanos;
    private double celsius;

    private double joules;
    private double tickJoules;
    private double sampleJoules;

    private final double[] ringWatts;
    private final double[] ringHertz;
    private final double[] ringCap;
    private final boolean[] ringThrottled;
    private final int[] ringMode;
    private long samples;
    private final int delay;

    private double seenWatts = Double.NaN;
    private double seenHertz = Double.NaN;
    private double seenCap = Double.NaN;
    private boolean seenThrottled;
    private int seenMode;
    private boolean lost;
    private double trueWatts;

    Machine(BoardModel board, Weather weather, int firstClock, long seed, Consumer<MonitorEvent> events) {
        this.board = board;
        this.weather = weather;
        this.events = events;
        noise = new Noise(seed, 20_000);
        requested = firstClock;
        throttleCap = board.clocks().size() - 1;
        celsius = board.heat().ambientCelsius();
        delay = (int) Math.min(
                10_000,
                board.sensing().delayNanos() / Math.max(1, board.sensing().intervalNanos()));
        ringWatts = new double[delay + 1];
        ringHertz = new double[delay + 1];
        ringCap = new double[delay + 1];
        ringThrottled = new boolean[delay + 1];
        ringMode = new int[delay + 1];
        settleClock();
    }

    void request(int index) {
        requested = Math.max(0, Math.min(board.clocks().size() - 1, index));
    }

    /** The clock that all caps leave. */
    void settleClock() {
        clock = Math.min(requested, Math.min(board.clockAt(capHertz()), throttleCap));
    }

    private double capHertz() {
        return Math.min(
                weather.capHertz(), (double) board.modes().get(weather.mode()).capHertz());
    }

    /** Takes the energy of a stretch of time. */
    void take(double watts, double seconds) {
        double j = watts * seconds;
        joules += j;
        tickJoules += j;
        sampleJoules += j;
    }

    /** One step of heat and throttling. */
    void tick(long now) {
        double seconds = TICK_NANOS * 1e-9;
        BoardModel.Heat heat = board.heat();
        double target = heat.ambientCelsius() + tickJoules / seconds * heat.celsiusPerWatt();
        celsius += (target - celsius) * Math.min(1, seconds / heat.seconds());
        tickJoules = 0;
        if (now - throttleNanos >= THROTTLE_NANOS) {
            int top = board.clocks().size() - 1;
            if (celsius >= heat.throttleCelsius() && throttleCap > 0) {
                throttleCap = Math.min(throttleCap, clock) - 1;
                throttleCap = Math.max(0, throttleCap);
                throttleNanos = now;
            } else if (celsius < heat.releaseCelsius() && throttleCap < top) {
                throttleCap++;
                throttleNanos = now;
            }
        }
        settleClock();
    }

    /** One sample of the sensors, and what the monitor reports about it. */
    void sample(long now, double seconds) {
        trueWatts = sampleJoules / seconds;
        sampleJoules = 0;
        BoardModel.Sensing s = board.sensing();
        double noisy = trueWatts * (1 + s.noise() * noise.normal(samples, 0));
        int slot = (int) (samples % (delay + 1));
        ringWatts[slot] = Math.max(0, s.stepWatts() > 0 ? Math.rint(noisy / s.stepWatts()) * s.stepWatts() : noisy);
        ringHertz[slot] = hertz();
        ringCap[slot] = Math.min(capHertz(), (double)
                board.clocks().get(board.clocks().size() - 1).hertz());
        ringThrottled[slot] = throttled();
        ringMode[slot] = weather.mode();
        samples++;
        if (weather.silent() != lost) {
            lost = weather.silent();
            report(
                    lost ? Kind.SENSOR_LOST : Kind.SENSOR_BACK,
                    now,
                    "power",
                    Double.NaN,
                    Double.NaN,
                    lost ? "the board's sensors have no values" : "the board's sensors have values again");
        }
        if (weather.silent() || weather.stuck() || samples <= delay) {
            return;
        }
        look(now, (int) (samples % (delay + 1)));
    }

    private void look(long now, int slot) {
        boolean first = Double.isNaN(seenCap);
        seenWatts = ringWatts[slot];
        seenHertz = ringHertz[slot];
        double cap = ringCap[slot];
        boolean throttling = ringThrottled[slot];
        int mode = ringMode[slot];
        if (!first && mode != seenMode) {
            report(
                    Kind.POWER_MODE_CHANGED,
                    now,
                    board.modes().get(mode).name(),
                    board.modes().get(seenMode).id(),
                    board.modes().get(mode).id(),
                    "the power mode is now " + board.modes().get(mode).name());
        }
        if (!first && cap != seenCap) {
            report(
                    Kind.CLOCK_CAPPED,
                    now,
                    "gpu",
                    seenCap,
                    cap,
                    "the highest clock allowed is now " + Math.round(cap / 1e6) + " MHz");
        }
        if (throttling != seenThrottled) {
            report(
                    throttling ? Kind.THROTTLE_BEGAN : Kind.THROTTLE_ENDED,
                    now,
                    "gpu",
                    Double.NaN,
                    celsius,
                    throttling ? "the board slows itself down for heat" : "the board is free again");
        }
        seenCap = cap;
        seenThrottled = throttling;
        seenMode = mode;
    }

    void report(Kind kind, long now, String subject, double before, double after, String text) {
        events.accept(new MonitorEvent(kind, now + weather.timeOffset(), subject, before, after, text));
    }

    int clock() {
        return clock;
    }

    double hertz() {
        return board.clocks().get(clock).hertz();
    }

    boolean throttled() {
        return throttleCap < Math.min(requested, board.clockAt(capHertz()));
    }

    double celsius() {
        return celsius;
    }

    double joules() {
        return joules;
    }

    /** Power while nothing runs, at the temperature of now. */
    double idleWatts() {
        BoardModel.Heat heat = board.heat();
        double leak = 1 + heat.leakPerCelsius() * Math.max(0, celsius - heat.ambientCelsius());
        return board.idleWatts(clock) * leak;
    }

    double trueWatts() {
        return trueWatts;
    }

    double seenWatts() {
        return weather.silent() ? Double.NaN : seenWatts * weather.lie();
    }

    double seenHertz() {
        return weather.silent() ? Double.NaN : seenHertz * weather.lie();
    }

    double seenCapHertz() {
        return weather.silent() ? Double.NaN : seenCap;
    }

    boolean seenThrottled() {
        return !weather.silent() && seenThrottled;
    }
}
