package io.dms.control;

/** The standard normal distribution. */
final class Normal {
    private Normal() {}

    /** The quantile, by bisection of {@link #below}; exact to 1e-9. */
    static double quantile(double probability) {
        double low = -9;
        double high = 9;
        for (int i = 0; i < 80; i++) {
            double middle = (low + high) / 2;
            if (below(middle) < probability) {
                low = middle;
            } else {
                high = middle;
            }
        }
        return (low + high) / 2;
    }

    /** The probability below z: Marsaglia's series (Journal of Statistical Software 11(4), 2004). */
    static double below(double z) {
        if (z < -8) {
            return 0;
        }
        if (z > 8) {
            return 1;
        }
        double sum = z;
        double term = z;
        for (int i = 3; sum != sum + term; i += 2) {
            term *= z * z / i;
            sum += term;
        }
        return 0.5 + sum * Math.exp(-0.5 * z * z - 0.9189385332046727);
    }
}
