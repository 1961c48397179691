package io.dms.select.nested;

/**
 * Probability of an event as a logistic function of features. Fitted by Newton's method on the likelihood with a small
 * quadratic penalty of standardised weights, so that constant features and events that always happen do no harm.
 *
 * @param weight one per feature, for features as they are
 * @param bias added to them
 */
@SuppressWarnings("ArrayRecordComponent")
record Logistic(float[] weight, float bias) {
    private static final double PENALTY = 1e-3;
    private static final int STEPS = 12;
    private static final double FAR = 30;

    /** Probability for a vector of features that may be longer than this one reads. */
    double at(float[] x) {
        double z = bias;
        for (int i = 0; i < weight.length; i++) {
            z += weight[i] * x[i];
        }
        return 1 / (1 + Math.exp(-Math.max(-FAR, Math.min(FAR, z))));
    }

    /**
     * Fits one.
     *
     * @param x by sample, then by feature
     * @param event by sample
     */
    static Logistic fit(float[][] x, boolean[] event) {
        int n = x.length;
        int d = x[0].length;
        double[] mean = new double[d];
        double[] scale = new double[d];
        standardise(x, mean, scale);
        double[] w = new double[d + 1];
        double[] gradient = new double[d + 1];
        double[][] hessian = new double[d + 1][d + 1];
        double[] row = new double[d + 1];
        row[d] = 1;
        for (int step = 0; step < STEPS; step++) {
            for (int i = 0; i <= d; i++) {
                gradient[i] = PENALTY * w[i];
                java.util.Arrays.fill(hessian[i], 0);
                hessian[i][i] = PENALTY;
            }
            for (int s = 0; s < n; s++) {
                double z = w[d];
                for (int i = 0; i < d; i++) {
                    row[i] = (x[s][i] - mean[i]) * scale[i];
                    z += w[i] * row[i];
                }
                double p = 1 / (1 + Math.exp(-Math.max(-FAR, Math.min(FAR, z))));
                double error = (p - (event[s] ? 1 : 0)) / n;
                double curve = (p * (1 - p) + 1e-6) / n;
                for (int i = 0; i <= d; i++) {
                    gradient[i] += error * row[i];
                    double c = curve * row[i];
                    if (c != 0) {
                        double[] h = hessian[i];
                        for (int k = 0; k <= i; k++) {
                            h[k] += c * row[k];
                        }
                    }
                }
            }
            if (!Cholesky.solve(hessian, gradient)) {
                break;
            }
            double most = 0;
            for (int i = 0; i <= d; i++) {
                double move = Math.max(-4, Math.min(4, gradient[i]));
                w[i] -= move;
                most = Math.max(most, Math.abs(move));
            }
            if (most < 3e-3) {
                break;
            }
        }
        float[] weight = new float[d];
        double bias = w[d];
        for (int i = 0; i < d; i++) {
            weight[i] = (float) (w[i] * scale[i]);
            bias -= w[i] * scale[i] * mean[i];
        }
        return new Logistic(weight, (float) bias);
    }

    /** Means, and one over the standard deviations, 0 for a feature that is constant. */
    private static void standardise(float[][] x, double[] mean, double[] scale) {
        int n = x.length;
        for (int i = 0; i < mean.length; i++) {
            double sum = 0;
            for (float[] row : x) {
                sum += row[i];
            }
            mean[i] = sum / n;
            double square = 0;
            for (float[] row : x) {
                square += (row[i] - mean[i]) * (row[i] - mean[i]);
            }
            double deviation = Math.sqrt(square / n);
            scale[i] = deviation > 1e-6 * (1 + Math.abs(mean[i])) ? 1 / deviation : 0;
        }
    }
}
