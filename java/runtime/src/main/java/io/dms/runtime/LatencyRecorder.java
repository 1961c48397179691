package io.dms.runtime;

import org.HdrHistogram.Histogram;

/**
 * Records durations in nanoseconds with three significant digits, up to one hour. Recording allocates nothing.
 * Percentiles are by nearest rank. Not thread-safe.
 */
public final class LatencyRecorder {
    private static final long MAX_NANOS = 3_600_000_000_000L;

    private final Histogram histogram = new Histogram(1, MAX_NANOS, 3);
    private double mean;
    private double squares;
    private long count;

    /** Records one duration in nanoseconds; negative ones count as 0. */
    public void record(long nanos) {
        long n = Math.max(0, Math.min(nanos, MAX_NANOS));
        histogram.recordValue(n);
        count++;
        double delta = n - mean;
        mean += delta / count;
        squares += delta * (n - mean);
    }

    /** Number of durations recorded. */
    public long count() {
        return count;
    }

    /** Mean in milliseconds, NaN where nothing was recorded. */
    public double meanMillis() {
        return count == 0 ? Double.NaN : mean / 1e6;
    }

    /** Coefficient of variation (standard deviation over mean), NaN below two samples. */
    public double variation() {
        return count < 2 || mean == 0 ? Double.NaN : Math.sqrt(squares / (count - 1)) / mean;
    }

    /** A percentile in milliseconds, NaN where nothing was recorded. */
    public double percentileMillis(double percentile) {
        return count == 0 ? Double.NaN : histogram.getValueAtPercentile(percentile) / 1e6;
    }

    /** The histogram itself, in nanoseconds. */
    public Histogram histogram() {
        return histogram;
    }

    /** Forgets everything. */
    public void reset() {
        histogram.reset();
        mean = 0;
        squares = 0;
        count = 0;
    }
}
