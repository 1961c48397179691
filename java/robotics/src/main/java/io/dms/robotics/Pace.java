package io.dms.robotics;

/**
 * How much slower than usual calls are now: the 95th percentile of their ratio to the usual time, followed by steps of a
 * bounded size (Robbins and Monro 1951), up by a tenth at a call that was slower, down by a two-hundredth at one that was
 * not. A load that lasts is followed within some frames; one call during which the process did not get a core says little
 * about the next and moves little. Reads no clock, allocates nothing. Not thread-safe.
 */
final class Pace {
    private static final double UP = 1.1;
    private static final double DOWN = 0.995;
    private static final double MOST = 1000;

    private final double[] usualMillis;
    private double factor = 1.1;

    /** @param usualMillis of one call by candidate, on this machine while nothing else runs */
    Pace(double[] usualMillis) {
        this.usualMillis = usualMillis.clone();
    }

    /** A call ended. */
    void observe(int candidate, double millis) {
        factor *= millis > factor * usualMillis[candidate] ? UP : DOWN;
        factor = Math.max(1 / MOST, Math.min(MOST, factor));
    }

    /** What 19 of 20 calls would keep now. */
    double millis(int candidate) {
        return factor * usualMillis[candidate];
    }
}
