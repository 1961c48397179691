package io.dms.cli.bench;

import io.dms.runtime.LatencyRecorder;
import java.util.ArrayList;
import java.util.List;
import org.HdrHistogram.Histogram;
import org.HdrHistogram.HistogramIterationValue;

/**
 * A distribution of durations, in milliseconds; percentiles by nearest rank.
 *
 * @param variation standard deviation over mean; NaN below two samples
 * @param samples how many calls were counted
 * @param steps the distribution itself, ascending
 */
public record Latency(
        double mean, double p50, double p90, double p95, double p99, double variation, long samples, List<Step> steps) {
    /**
     * One step of a cumulative distribution.
     *
     * @param millis a duration
     * @param share share of calls that took at most so long, in (0, 1]
     */
    public record Step(double millis, double share) {}

    private static final int MOST_STEPS = 200;

    static Latency of(LatencyRecorder r) {
        return new Latency(
                r.meanMillis(),
                r.percentileMillis(50),
                r.percentileMillis(90),
                r.percentileMillis(95),
                r.percentileMillis(99),
                r.variation(),
                r.count(),
                steps(r.histogram()));
    }

    /** At most some hundred steps, evenly spread over the shares; the last is the slowest call. */
    private static List<Step> steps(Histogram histogram) {
        List<Step> out = new ArrayList<>();
        double total = histogram.getTotalCount();
        double last = 0;
        for (HistogramIterationValue v : histogram.recordedValues()) {
            double share = v.getTotalCountToThisValue() / total;
            if (share - last >= 1.0 / MOST_STEPS || share == 1) {
                out.add(new Step(v.getValueIteratedTo() / 1e6, share));
                last = share;
            }
        }
        return out;
    }
}
