package io.dms.select.evaluate;

import java.util.Arrays;

/**
 * A figure and the interval in which it lies with 95 % confidence, by the percentiles of a bootstrap over samples (Efron and
 * Tibshirani, "An Introduction to the Bootstrap", 1993, section 13.3).
 *
 * @param value from all samples; NaN where it does not exist
 * @param low 2.5 %
 * @param high 97.5 %
 */
public record Interval(double value, double low, double high) {
    /** From the value and what the resamples gave; those that gave nothing are left out. */
    static Interval of(double value, double[] resampled) {
        double[] known =
                Arrays.stream(resampled).filter(v -> !Double.isNaN(v)).sorted().toArray();
        if (known.length < resampled.length / 2) {
            return new Interval(value, Double.NaN, Double.NaN);
        }
        return new Interval(
                value, known[(int) (0.025 * (known.length - 1))], known[(int) Math.ceil(0.975 * (known.length - 1))]);
    }
}
