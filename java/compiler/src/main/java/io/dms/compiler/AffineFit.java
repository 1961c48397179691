package io.dms.compiler;

import io.dms.model.Affine;

/**
 * Fits a level's scale and shift to the full width's.
 *
 * <p>The mean is matched exactly: what the removed channels contributed on average moves into the shift. The scale lies
 * midway between the one that matches the standard deviation, {@code sd(y) / sd(x)}, and the one of least squared error,
 * {@code r * sd(y) / sd(x)} with the correlation {@code r}: the first keeps the signal alive where little correlates, the
 * second does not amplify what is mostly error. A level that differs from the full width by a scale and a shift alone
 * ({@code r} = 1) is put right exactly.
 */
final class AffineFit {
    /** A channel whose variance at a level is below this share of the full width's is dead: no scale revives it. */
    private static final double DEAD = 1e-6;

    private static final double TINY = 1e-20;
    private static final double UNCHANGED = 1e-4;

    private AffineFit() {}

    /**
     * @param own what the site does at full width, for the level's channels
     * @param m moments of the site's raw activation at the level (x) and of its result at full width (y)
     */
    static Affine fit(Affine own, Moments m) {
        float[] scale = new float[own.channels()];
        float[] shift = new float[own.channels()];
        for (int c = 0; c < scale.length; c++) {
            double varOwn = own.scale()[c] * own.scale()[c] * m.varX()[c];
            double gain = 1;
            if (varOwn > DEAD * m.varY()[c] && varOwn > TINY) {
                double ratio = Math.sqrt(m.varY()[c] / varOwn);
                double covOwn = own.scale()[c] * m.cov()[c];
                double r = m.varY()[c] > TINY ? covOwn / Math.sqrt(varOwn * m.varY()[c]) : 1;
                gain = ratio * (1 + Math.max(0, Math.min(1, r))) / 2;
            }
            double s = gain * own.scale()[c];
            scale[c] = (float) s;
            shift[c] = (float) (m.meanY()[c] - s * m.meanX()[c]);
        }
        return new Affine(scale, shift);
    }

    /** True where a fit is what the site does anyway, within rounding. */
    static boolean unchanged(Affine own, Affine fit, Moments m) {
        for (int c = 0; c < own.channels(); c++) {
            double s = own.scale()[c];
            double deviation = Math.sqrt(m.varY()[c]) + Math.abs(m.meanY()[c]);
            if (Math.abs(fit.scale()[c] - s) > UNCHANGED * Math.abs(s)
                    || Math.abs(fit.shift()[c] - own.shift()[c]) > UNCHANGED * deviation) {
                return false;
            }
        }
        return true;
    }
}
