package io.dms.control.sim;

import java.util.Arrays;
import java.util.Comparator;
import java.util.List;

/** The disturbances of one run: what holds now, and when it changes next. */
final class Weather {
    private final Disturbance[] all;
    private final Noise[] noise;
    private final boolean[] on;
    /** Edges in time: index of the disturbance, negative minus one where it ends. */
    private final int[] edges;

    private final long[] edgeNanos;
    private int next;

    private final boolean[] high;
    private final long[] toggleNanos;
    private final double[] wander;
    private final long[] draws;

    private double slow = 1;
    private final double[] slowOf;
    private double capHertz = Double.POSITIVE_INFINITY;
    private int mode;
    private double cpuThreads;
    private double coRunner;
    private final boolean[] stalled;
    private boolean stuck;
    private boolean silent;
    private double lie = 1;
    private long timeOffset;

    Weather(List<Disturbance> script, int applications, long seed) {
        all = script.toArray(new Disturbance[0]);
        on = new boolean[all.length];
        noise = new Noise[all.length];
        high = new boolean[all.length];
        toggleNanos = new long[all.length];
        wander = new double[all.length];
        draws = new long[all.length];
        slowOf = new double[applications];
        stalled = new boolean[applications];
        record Edge(long at, int code) {}
        Edge[] sorted = new Edge[2 * all.length];
        for (int i = 0; i < all.length; i++) {
            noise[i] = new Noise(seed, 10_000L + i);
            sorted[2 * i] = new Edge(all[i].fromNanos(), i);
            sorted[2 * i + 1] = new Edge(all[i].toNanos(), -1 - i);
        }
        // Ends come before beginnings of the same moment, except that nothing ends before it began.
        Arrays.sort(sorted, Comparator.comparingLong(Edge::at).thenComparing(e -> e.code() >= 0 ? 1 : ends(e.code())));
        edges = new int[sorted.length];
        edgeNanos = new long[sorted.length];
        for (int i = 0; i < sorted.length; i++) {
            edges[i] = sorted[i].code();
            edgeNanos[i] = sorted[i].at();
        }
        refresh();
    }

    private int ends(int code) {
        Disturbance d = all[-1 - code];
        return d.fromNanos() == d.toNanos() ? 2 : 0;
    }

    /** When something begins or ends next, {@link Long#MAX_VALUE} where nothing does. */
    long nextNanos() {
        return next < edges.length ? edgeNanos[next] : Long.MAX_VALUE;
    }

    /** Lets the next edge happen and tells which: the index, or minus one minus the index where it ended. */
    int pass() {
        int code = edges[next++];
        int i = code >= 0 ? code : -1 - code;
        on[i] = code >= 0;
        if (on[i]) {
            high[i] = true;
            toggleNanos[i] = all[i].fromNanos() + burst(i);
            wander[i] = 0;
            if (all[i].kind() == Disturbance.Kind.TIME_JUMP) {
                timeOffset += (long) all[i].amount();
            }
        }
        refresh();
        return code;
    }

    private long burst(int i) {
        double u = noise[i].uniform(draws[i]++, 0);
        return (long) (-StrictMath.log(u) * Math.max(1e-3, all[i].detail()) * 1e9);
    }

    /** Lets what changes by itself change. */
    void tick(long now, double seconds) {
        boolean moved = false;
        for (int i = 0; i < all.length; i++) {
            if (!on[i]) {
                continue;
            }
            switch (all[i].kind()) {
                case RAMP -> {
                    double span = Math.max(1, (double) all[i].toNanos() - all[i].fromNanos());
                    wander[i] = Math.min(1, (now - all[i].fromNanos()) / span);
                    moved = true;
                }
                case BURSTS -> {
                    while (now >= toggleNanos[i]) {
                        high[i] = !high[i];
                        toggleNanos[i] += burst(i);
                        moved = true;
                    }
                }
                case WANDER -> {
                    double keep = StrictMath.exp(-seconds / Math.max(1e-3, all[i].detail()));
                    wander[i] = wander[i] * keep
                            + all[i].amount() * Math.sqrt(1 - keep * keep) * noise[i].normal(draws[i]++, 1);
                    moved = true;
                }
                default -> {}
            }
        }
        if (moved) {
            refresh();
        }
    }

    private void refresh() {
        slow = 1;
        Arrays.fill(slowOf, 1);
        Arrays.fill(stalled, false);
        capHertz = Double.POSITIVE_INFINITY;
        mode = 0;
        cpuThreads = 0;
        coRunner = 0;
        stuck = false;
        silent = false;
        lie = 1;
        for (int i = 0; i < all.length; i++) {
            if (on[i]) {
                apply(i);
            }
        }
    }

    private void apply(int i) {
        Disturbance d = all[i];
        switch (d.kind()) {
            case SLOW -> {
                if (d.application() < 0) {
                    slow *= d.amount();
                } else {
                    slowOf[d.application()] *= d.amount();
                }
            }
            case REPLAY -> {}
            case RAMP -> slow *= 1 + (d.amount() - 1) * wander[i];
            case BURSTS -> slow *= high[i] ? d.amount() : 1;
            case WANDER -> slow *= StrictMath.exp(wander[i]);
            case CLOCK_CAP -> capHertz = Math.min(capHertz, d.amount());
            case POWER_MODE -> mode = (int) d.amount();
            case CPU_LOAD -> cpuThreads += d.amount();
            case CO_RUNNER -> coRunner += d.amount();
            case SOURCE_STALL -> stalled[d.application()] = true;
            case MONITOR_STUCK -> stuck = true;
            case MONITOR_LIES -> lie *= d.amount();
            case MONITOR_SILENT -> silent = true;
            case BACKEND_FAILS, TIME_JUMP -> {}
        }
    }

    Disturbance disturbance(int i) {
        return all[i];
    }

    boolean fails(int application, int level) {
        for (int i = 0; i < all.length; i++) {
            if (on[i]
                    && all[i].kind() == Disturbance.Kind.BACKEND_FAILS
                    && all[i].application() == application
                    && (int) all[i].amount() == level) {
                return true;
            }
        }
        return false;
    }

    /** What recorded frames make of one that begins now, NaN where none are replayed. */
    double replayed(long now) {
        double factor = Double.NaN;
        for (int i = 0; i < all.length; i++) {
            SlowdownTrace trace = all[i].trace();
            if (on[i] && trace != null) {
                double f = trace.at(now - all[i].fromNanos() + (long) (all[i].amount() * 1e9));
                factor = Double.isNaN(factor) ? f : factor * f;
            }
        }
        return factor;
    }

    double slow() {
        return slow;
    }

    double slow(int application) {
        return slow * slowOf[application];
    }

    double capHertz() {
        return capHertz;
    }

    int mode() {
        return mode;
    }

    double cpuThreads() {
        return cpuThreads;
    }

    double coRunner() {
        return coRunner;
    }

    boolean stalled(int application) {
        return stalled[application];
    }

    boolean stuck() {
        return stuck;
    }

    boolean silent() {
        return silent;
    }

    double lie() {
        return lie;
    }

    long timeOffset() {
        return timeOffset;
    }
}
