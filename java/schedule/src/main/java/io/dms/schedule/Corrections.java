package io.dms.schedule;

/**
 * What measuring has taught of a catalog's costs: measured over cataloged, one factor for all that the device does and one
 * for each variant beside it, so that a slow board tells of every variant at once and a wrong entry only of its own. Kept
 * as logarithms, as the controllers' slow-down factor is; a single measurement moves them by a bounded step. Allocates
 * nothing.
 */
final class Corrections {
    private static final double COMMON_GAIN = 0.05;
    private static final double OWN_GAIN = 0.1;
    private static final double MOST_STEP = Math.log(4);
    private static final double MOST = Math.log(1000);

    private double common;
    private final double[] own;
    private final int[] seen;
    private final double[] factor;

    Corrections(int count) {
        own = new double[count];
        seen = new int[count];
        factor = new double[count];
        refresh();
    }

    /** Takes a measurement; one that can't be is left out. */
    void observe(int index, double catalog, double measured) {
        if (!(catalog > 0) || !(measured > 0) || Double.isInfinite(measured)) {
            return;
        }
        double innovation = Math.log(measured / catalog) - common - own[index];
        double step = Math.max(-MOST_STEP, Math.min(MOST_STEP, innovation));
        seen[index]++;
        common = bound(common + COMMON_GAIN * step);
        own[index] = bound(own[index] + Math.max(OWN_GAIN, 0.5 / seen[index]) * (1 - COMMON_GAIN) * step);
        refresh();
    }

    private void refresh() {
        for (int i = 0; i < factor.length; i++) {
            factor[i] = Math.exp(common + own[i]);
        }
    }

    private static double bound(double v) {
        return Math.max(-MOST, Math.min(MOST, v));
    }

    /** By what to multiply a catalog's figure. */
    double of(int index) {
        return factor[index];
    }
}
