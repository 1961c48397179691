package io.dms.control;

import java.util.Locale;

/**
 * How much slower (or dearer) everything is than the profile says: one factor for all levels, as in ALERT (Wan et al.,
 * USENIX ATC 2020), here as a logarithm, so that it stays positive and a doubling weighs as much as a halving.
 *
 * <p>A scalar Kalman filter over a random walk gives mean and variance. What is added to the textbook:
 *
 * <ul>
 *   <li><em>Noise.</em> The variance of a measurement is the profile's, times a factor that follows the squared
 *       innovations, since contention makes frames noisier, and the variance of the walk the correlation of
 *       successive innovations (adaptive estimation after Mehra, IEEE Transactions on Automatic Control 15(2), 1970).
 *   <li><em>Steps.</em> An innovation beyond {@link #GATE} deviations is held for an outlier, and moves the mean only as
 *       far as the gate; a second one of the same sign in a row is a step, and the mean jumps there.
 *   <li><em>Tail.</em> The quantile that a prediction needs is tracked among the standardised innovations themselves
 *       (stochastic approximation, Robbins and Monro 1951) and not read from a normal table.
 * </ul>
 *
 * <p>Allocates nothing. Not thread-safe.
 */
final class FactorEstimator {
    private static final double GATE = 3.5;
    private static final double LEAST_WALK = 0.003 * 0.003;
    private static final double MOST_WALK = 0.1 * 0.1;
    private static final double WALK_GAIN = 0.04;
    private static final double MOST_VARIANCE = 1;
    private static final double NOISE_GAIN = 0.02;
    private static final double LEAST_NOISE = 0.25;
    private static final double MOST_NOISE = 400;
    private static final double QUANTILE_GAIN = 0.3;
    private static final double MOST_QUANTILE = 6;
    private static final double PERSISTENCE_GAIN = 0.2;
    /** Beyond e to this power in either direction nothing is believed. */
    private static final double MOST_LOG = Math.log(1000);

    private double exceedance;
    private double leastQuantile;
    private double mean;
    private double variance;
    private double walk = LEAST_WALK;
    private double lastInnovation;
    private double noise = 1;
    private double quantile;
    private int run;
    private double held;
    private double heldSquare;
    private double heldDeviations;
    private double persistence = 0.5;
    private double moved;
    private boolean stepped;

    /** @param variance of the factor's logarithm before anything is measured */
    FactorEstimator(double variance) {
        this.variance = variance;
        aim(0.5);
    }

    /** From now on measurements shall stay below {@link #upper} with this probability. */
    void aim(double probability) {
        exceedance = 1 - probability;
        quantile = Normal.quantile(probability);
        leastQuantile = Math.max(0, 0.6 * quantile);
    }

    /** Time passes: one frame. */
    void predict() {
        variance = Math.min(MOST_VARIANCE, variance + walk);
    }

    /**
     * A measurement.
     *
     * @param z logarithm of measured over profiled
     * @param profiled variance of that logarithm in the profile
     */
    void observe(double z, double profiled) {
        double before = mean;
        double r = noise * profiled;
        double s = variance + r;
        double deviation = Math.sqrt(s);
        double innovation = z - mean;
        double u = innovation / deviation;
        stepped = false;
        if (Math.abs(u) <= GATE) {
            settle(profiled);
            if (variance < 4 * r) {
                // Before the mean is known, an innovation tells of the mean and not of the noise.
                learnNoise(innovation * innovation - variance, profiled);
                learnQuantile(u);
                learnWalk(innovation, s);
            }
            correct(innovation, s);
        } else if (run != 0 && (run > 0) == (u > 0)) {
            persistence += PERSISTENCE_GAIN * (1 - persistence);
            double spread = z - held;
            mean = z;
            variance = Math.min(MOST_VARIANCE, r + 0.25 * spread * spread);
            lastInnovation = 0;
            run = 0;
            stepped = true;
        } else {
            settle(profiled);
            run = u > 0 ? 1 : -1;
            held = z;
            heldSquare = innovation * innovation;
            heldDeviations = u;
            lastInnovation = 0;
            correct(Math.copySign(GATE * deviation, innovation), s);
        }
        mean = clamp(mean, -MOST_LOG, MOST_LOG);
        moved = mean - before;
    }

    /** What was held for an outlier was one: it is noise, and no step. */
    private void settle(double profiled) {
        if (run != 0) {
            persistence -= PERSISTENCE_GAIN * persistence;
            learnNoise(heldSquare, profiled);
            learnQuantile(heldDeviations);
            run = 0;
        }
    }

    /** Innovations of a filter that is neither too slow nor too quick are not correlated (Mehra 1970). */
    private void learnWalk(double innovation, double s) {
        walk = clamp(walk * Math.exp(WALK_GAIN * clamp(innovation * lastInnovation / s, -2, 2)), LEAST_WALK, MOST_WALK);
        lastInnovation = innovation;
    }

    private void learnQuantile(double u) {
        quantile =
                clamp(quantile + QUANTILE_GAIN * ((u > quantile ? 1 : 0) - exceedance), leastQuantile, MOST_QUANTILE);
    }

    private void learnNoise(double square, double profiled) {
        noise += NOISE_GAIN * (clamp(square / profiled, 0, 9 * noise) - noise);
        noise = clamp(noise, LEAST_NOISE, MOST_NOISE);
    }

    private void correct(double innovation, double s) {
        double gain = variance / s;
        mean += gain * innovation;
        variance *= 1 - gain;
    }

    /** Moves the mean by what is known from elsewhere, with a deviation of its own. */
    void shift(double by, double deviation) {
        mean = clamp(mean + by, -MOST_LOG, MOST_LOG);
        doubt(deviation);
    }

    /** Adds uncertainty. */
    void doubt(double deviation) {
        variance = Math.min(MOST_VARIANCE, variance + deviation * deviation);
    }

    /** The logarithm of the factor, expected. */
    double mean() {
        return mean;
    }

    /** Deviation of the logarithm of the factor. */
    double deviation() {
        return Math.sqrt(variance);
    }

    /**
     * Below which the next measurement stays with the asked probability, as a logarithm.
     *
     * @param wary to take what is held for an outlier for the truth
     */
    double upper(double profiled, boolean wary) {
        double r = noise * profiled;
        double normal = mean + quantile * Math.sqrt(variance + r);
        return wary ? Math.max(normal, held + quantile * Math.sqrt(r)) : normal;
    }

    /** True while the last measurement was far above and may be the first of a step; outliers that were alone teach. */
    boolean isAlarmed() {
        return run > 0 && persistence > 0.15;
    }

    /** True where the last measurement bore out the one before it, so that both are held for a step. */
    boolean stepped() {
        return stepped;
    }

    /** Deviation of the next measurement, as a logarithm. */
    double spread(double profiled) {
        return Math.sqrt(variance + noise * profiled);
    }

    /** Deviation of the noise alone, as a logarithm. */
    double noise(double profiled) {
        return Math.sqrt(noise * profiled);
    }

    /** How far the last measurement moved the mean. */
    double moved() {
        return moved;
    }

    private static double clamp(double v, double low, double high) {
        return Math.min(Math.max(v, low), high);
    }

    @Override
    public String toString() {
        return String.format(
                Locale.ROOT,
                "factor %.3f deviation %.3f walk %.4f noise %.2f quantile %.2f",
                Math.exp(mean),
                deviation(),
                Math.sqrt(walk),
                noise,
                quantile);
    }
}
