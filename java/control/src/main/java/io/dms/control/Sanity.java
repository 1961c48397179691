package io.dms.control;

/**
 * Tells outcomes from nonsense. Where the clock jumped, the machine slept, or a caller mixed up its clocks, durations are
 * negative or absurd; a controller must not learn from those.
 */
final class Sanity {
    private static final double MOST_NANOS = 3600e9;
    private static final double MOST_TIMES_PROFILE = 1000;

    private final double[] mostServiceNanos;
    private long ignored;

    Sanity(LevelTable table) {
        mostServiceNanos = new double[table.size];
        for (int i = 0; i < table.size; i++) {
            mostServiceNanos[i] = Math.min(MOST_NANOS, table.medianMillis[i] * 1e6 * MOST_TIMES_PROFILE);
        }
    }

    /** True where the durations can be; counts the others. */
    boolean accepts(Outcome o) {
        boolean sane = o.level() >= 0
                && o.level() < mostServiceNanos.length
                && o.serviceNanos() > 0
                && o.serviceNanos() < mostServiceNanos[o.level()]
                && o.latencyNanos() >= 0
                && o.latencyNanos() < MOST_NANOS;
        if (!sane) {
            ignored++;
        }
        return sane;
    }

    /** How long a frame has waited, 0 where that can't be. */
    static long waited(Moment m) {
        long wait = m.nowNanos() - m.scheduledNanos();
        return wait < 0 || wait > MOST_NANOS ? 0 : wait;
    }

    long ignored() {
        return ignored;
    }
}
