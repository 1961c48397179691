package io.dms.select.nested;

/**
 * One probability of each class out of what several candidates answered: softmax of a weighted sum of their log
 * probabilities, and of the log of how often each class occurred of late. With one candidate and no past this is
 * temperature scaling (Guo et al., "On Calibration of Modern Neural Networks", ICML 2017, section 4.2); with several it is a
 * product of experts whose weights are learned (Hinton, ICANN 1999). The weight of the past is near 0 where the stream has
 * none: nobody has to say whether it does.
 *
 * @param mask the candidates, one bit each
 * @param weight by candidate, in the order of the bits; last the weight of the past; each exact in single precision, so that
 *     a file gives back what was learned
 */
@SuppressWarnings("ArrayRecordComponent")
record Blend(int mask, double[] weight) {
    private static final int STEPS = 25;
    private static final double LEAST = 1e-30;
    private static final double PENALTY = 1e-4;
    /** Of the past's weight: what a stream without order seems to have by chance is not worth as much. */
    private static final double PAST_PENALTY = 0.02;

    /**
     * Mixes.
     *
     * @param answers softmax by candidate; only those of the mask are read
     * @param past how often each class occurred of late, above 0
     * @param out one probability per class
     */
    void mix(float[][] answers, float[] past, double[] out) {
        int classes = out.length;
        double most = Double.NEGATIVE_INFINITY;
        for (int k = 0; k < classes; k++) {
            double z = weight[weight.length - 1] * Math.log(past[k]);
            int w = 0;
            for (int c = 0; mask >> c != 0; c++) {
                if ((mask >> c & 1) != 0) {
                    z += weight[w++] * log(answers[c][k]);
                }
            }
            out[k] = z;
            most = Math.max(most, z);
        }
        double sum = 0;
        for (int k = 0; k < classes; k++) {
            out[k] = Math.exp(out[k] - most);
            sum += out[k];
        }
        for (int k = 0; k < classes; k++) {
            out[k] /= sum;
        }
    }

    private static double log(float p) {
        return Math.log(Math.max(p, LEAST));
    }

    /**
     * Fits the weights by the likelihood of the labels: convex, Newton's method with halved steps.
     *
     * @param answers softmax by sample, then by candidate
     * @param past by sample
     */
    static Blend fit(int mask, float[][][] answers, float[][] past, int[] label) {
        int members = Integer.bitCount(mask);
        int d = members + 1;
        double[] w = new double[d];
        java.util.Arrays.fill(w, 0, members, 0.5 / members);
        int n = label.length;
        int classes = past[0].length;
        float[][] a = new float[n][classes * d];
        for (int s = 0; s < n; s++) {
            for (int k = 0; k < classes; k++) {
                int i = k * d;
                for (int c = 0; mask >> c != 0; c++) {
                    if ((mask >> c & 1) != 0) {
                        a[s][i++] = (float) log(answers[s][c][k]);
                    }
                }
                a[s][i] = (float) Math.log(past[s][k]);
            }
        }
        double[] gradient = new double[d];
        double[][] hessian = new double[d][d];
        double[] p = new double[classes];
        double[] next = new double[d];
        double value = derive(a, label, w, p, gradient, hessian);
        for (int step = 0; step < STEPS; step++) {
            if (!Cholesky.solve(hessian, gradient)) {
                break;
            }
            double share = 1;
            double better = value;
            while (share > 1e-3) {
                for (int i = 0; i < d; i++) {
                    next[i] = w[i] - share * gradient[i];
                }
                better = derive(a, label, next, p, null, null);
                if (better < value) {
                    break;
                }
                share /= 2;
            }
            if (!(better < value)) {
                break;
            }
            double gain = value - better;
            System.arraycopy(next, 0, w, 0, d);
            value = derive(a, label, w, p, gradient, hessian);
            if (gain < 1e-6) {
                break;
            }
        }
        for (int i = 0; i < d; i++) {
            w[i] = (float) w[i];
        }
        return new Blend(mask, w);
    }

    /** Mean negative log likelihood; its gradient and Hessian where they are wanted. */
    private static double derive(
            float[][] a,
            int[] label,
            double[] w,
            double[] p,
            double @org.jspecify.annotations.Nullable [] gradient,
            double @org.jspecify.annotations.Nullable [][] hessian) {
        int d = w.length;
        int n = a.length;
        double loss = 0;
        double[] mean = new double[d];
        if (gradient != null && hessian != null) {
            for (int i = 0; i < d; i++) {
                gradient[i] = penalty(i, d) * w[i];
                java.util.Arrays.fill(hessian[i], 0);
                hessian[i][i] = penalty(i, d);
            }
        }
        for (int i = 0; i < d; i++) {
            loss += penalty(i, d) * w[i] * w[i] / 2;
        }
        for (int s = 0; s < n; s++) {
            float[] row = a[s];
            double sum = softmax(row, w, p);
            loss -= Math.log(Math.max(p[label[s]] / sum, LEAST)) / n;
            if (gradient == null || hessian == null) {
                continue;
            }
            java.util.Arrays.fill(mean, 0);
            for (int k = 0; k < p.length; k++) {
                double q = p[k] / sum;
                for (int i = 0; i < d; i++) {
                    double v = row[k * d + i];
                    mean[i] += q * v;
                    for (int j = 0; j <= i; j++) {
                        hessian[i][j] += q * v * row[k * d + j] / n;
                    }
                }
            }
            for (int i = 0; i < d; i++) {
                gradient[i] += (mean[i] - row[label[s] * d + i]) / n;
                for (int j = 0; j <= i; j++) {
                    hessian[i][j] -= mean[i] * mean[j] / n;
                }
            }
        }
        return loss;
    }

    private static double penalty(int i, int d) {
        return i == d - 1 ? PAST_PENALTY : PENALTY;
    }

    private static double softmax(float[] row, double[] w, double[] p) {
        int d = w.length;
        double most = Double.NEGATIVE_INFINITY;
        for (int k = 0; k < p.length; k++) {
            double z = 0;
            for (int i = 0; i < d; i++) {
                z += w[i] * row[k * d + i];
            }
            p[k] = z;
            most = Math.max(most, z);
        }
        double sum = 0;
        for (int k = 0; k < p.length; k++) {
            p[k] = Math.exp(p[k] - most);
            sum += p[k];
        }
        return sum;
    }
}
