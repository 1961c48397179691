package io.dms.monitor;

/** Differences of counters that only go up, until they wrap. */
final class Counters {
    private static final double RANGE_32 = 1L << 32;

    private Counters() {}

    /**
     * Events between two readings. A counter that fell from the upper half of 32 bits went over its end; one that fell
     * from elsewhere was set back, and then counted what it shows.
     */
    static double events(double before, double now) {
        if (now >= before) {
            return now - before;
        }
        return before < RANGE_32 && before >= RANGE_32 / 2 ? now - before + RANGE_32 : now;
    }
}
