package io.dms.control;

/**
 * How often frames come, from when they were due. Learned only once a frame has waited: a source that makes the next
 * frame when the last one is done has no rate of its own, and taking its pace for a demand would hold the level where it
 * is. Follows a shorter interval at once and a longer one slowly, since dropped frames look like longer intervals.
 */
final class ArrivalEstimator {
    private static final double WAIT_SHARE = 0.02;

    private double periodNanos = Double.NaN;
    private long last = Long.MIN_VALUE;

    /** A frame that was due then and has waited so long, while the one before it took so long. */
    void frame(long scheduled, long waitedNanos) {
        if (last != Long.MIN_VALUE && scheduled > last) {
            double interval = (double) scheduled - last;
            if (Double.isNaN(periodNanos)) {
                if (waitedNanos > WAIT_SHARE * interval) {
                    periodNanos = interval;
                }
            } else if (interval < periodNanos) {
                periodNanos += 0.5 * (interval - periodNanos);
            } else {
                periodNanos += 0.01 * (Math.min(interval, 2 * periodNanos) - periodNanos);
            }
        }
        last = scheduled;
    }

    /** Milliseconds between frames, NaN where that is not known. */
    double periodMillis() {
        return periodNanos * 1e-6;
    }
}
