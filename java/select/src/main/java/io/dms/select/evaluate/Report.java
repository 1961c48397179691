package io.dms.select.evaluate;

import io.dms.select.sample.Candidate;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * What came of an evaluation. Times are milliseconds, accuracies shares of all samples, where a refusal counts as wrong.
 *
 * @param data what the samples are
 * @param samples how many
 * @param folds of the cross-validation
 * @param resamples of the bootstrap
 * @param candidates as in the table
 * @param singles each candidate alone, in their order
 * @param anyRight share of samples that at least one candidate answers rightly
 * @param baselines random mixes and the oracle
 * @param methods in the order they were given
 */
public record Report(
        String data,
        int samples,
        int folds,
        int resamples,
        List<Candidate> candidates,
        List<Interval> singles,
        double anyRight,
        Baselines baselines,
        List<OfMethod> methods) {
    /** Copies the lists. */
    public Report {
        candidates = List.copyOf(candidates);
        singles = List.copyOf(singles);
        methods = List.copyOf(methods);
    }

    /**
     * One method.
     *
     * @param name of the method
     * @param problem why it can't learn from these samples; null where it can
     * @param learningSeconds mean time to learn one fold
     * @param settings from cheapest to best
     * @param usual the setting that each fold would have taken by its training samples alone; null where there is a problem
     * @param speedupAtBest how many times less than the best candidate the method takes where its curve reaches that
     *     candidate's accuracy; the setting is found on the samples that are judged
     */
    public record OfMethod(
            String name,
            @Nullable String problem,
            double learningSeconds,
            List<Point> settings,
            @Nullable Point usual,
            Interval speedupAtBest) {
        /** Copies the list. */
        public OfMethod {
            settings = List.copyOf(settings);
        }

        static OfMethod impossible(String name, String problem) {
            Interval none = new Interval(Double.NaN, Double.NaN, Double.NaN);
            return new OfMethod(name, problem, Double.NaN, List.of(), null, none);
        }
    }

    /**
     * One setting.
     *
     * @param setting its name
     * @param accuracy share of right answers
     * @param millis mean time, the selector's own included
     * @param refused share of refusals
     * @param ownMillis mean time of the selector's decisions
     * @param runs by candidate: mean number of runs for one sample
     * @param lead accuracy above the best candidate's
     * @param speedup time of the best candidate over this mean time
     * @param ofMix share of the accuracy between a random mix of the cheapest and the best candidate and the oracle, all three
     *     at this mean time
     * @param ofBestMix the same above the best random mix of any candidates
     * @param ofTime share of the time between the best random mix and the oracle, both at this accuracy
     */
    public record Point(
            String setting,
            Interval accuracy,
            Interval millis,
            double refused,
            double ownMillis,
            List<Double> runs,
            Interval lead,
            Interval speedup,
            Interval ofMix,
            Interval ofBestMix,
            Interval ofTime) {}
}
