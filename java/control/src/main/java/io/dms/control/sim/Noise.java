package io.dms.control.sim;

/**
 * Random numbers that depend only on a seed, a stream and a count: the n-th frame of an application has the same noise
 * whatever its controller did before, so that controllers are compared on the same luck. The mixing function is
 * SplitMix64 (Steele, Lea and Flood 2014, "Fast splittable pseudorandom number generators").
 */
final class Noise {
    private static final long GOLDEN = 0x9E3779B97F4A7C15L;
    private static final int CELLS = 4096;
    private static final double[] QUANTILES = quantiles();

    private final long base;

    Noise(long seed, long stream) {
        base = mix(seed + mix(stream * GOLDEN + 1));
    }

    /** 64 random bits of draw {@code n}. */
    long bits(long n, int draw) {
        return mix(base + n * GOLDEN + draw * 0xD1B54A32D192ED03L);
    }

    /** Above 0 and below 1. */
    double uniform(long n, int draw) {
        return ((bits(n, draw) >>> 12) + 0.5) * 0x1.0p-52;
    }

    /** Standard normal, cut at about 3.6 deviations, from a table of quantiles. */
    double normal(long n, int draw) {
        double x = uniform(n, draw) * CELLS;
        int cell = (int) x;
        double f = x - cell;
        return QUANTILES[cell] * (1 - f) + QUANTILES[cell + 1] * f;
    }

    private static long mix(long z) {
        z = (z ^ (z >>> 30)) * 0xBF58476D1CE4E5B9L;
        z = (z ^ (z >>> 27)) * 0x94D049BB133111EBL;
        return z ^ (z >>> 31);
    }

    private static double[] quantiles() {
        double[] q = new double[CELLS + 1];
        for (int i = 1; i < CELLS; i++) {
            q[i] = quantile((double) i / CELLS);
        }
        q[0] = quantile(0.15 / CELLS);
        q[CELLS] = -q[0];
        return q;
    }

    /** By bisection of the distribution function; only done once for the table. */
    private static double quantile(double p) {
        if (p > 0.5) {
            return -quantile(1 - p);
        }
        double low = -10;
        double high = 0;
        for (int i = 0; i < 60; i++) {
            double mid = (low + high) / 2;
            if (below(mid) < p) {
                low = mid;
            } else {
                high = mid;
            }
        }
        return (low + high) / 2;
    }

    /** P(Z < z) for z below 0, by the continued fraction of Mill's ratio where it converges, else by the series. */
    private static double below(double z) {
        double x = -z;
        double density = StrictMath.exp(-x * x / 2) / StrictMath.sqrt(2 * Math.PI);
        if (x > 2.5) {
            double f = x;
            for (int k = 60; k >= 1; k--) {
                f = x + k / f;
            }
            return density / f;
        }
        double term = x;
        double sum = x;
        for (int k = 1; k < 80; k++) {
            term *= x * x / (2 * k + 1);
            sum += term;
        }
        return 0.5 - density * sum;
    }
}
