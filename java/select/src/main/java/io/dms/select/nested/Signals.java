package io.dms.select.nested;

/**
 * What the gates of a {@link State} read: how sure the blended answer is in several measures, which two classes it is
 * between, whether the candidates that ran agree, how hard the last inputs were, and the first candidate's penultimate
 * features where it alone ran.
 */
final class Signals {
    private static final int MEASURES = 8;
    /** With more classes than this the gates don't ask which class it is. */
    private static final int FEW_CLASSES = 32;

    private Signals() {}

    /** Number of features without an embedding. */
    static int count(int classes) {
        return MEASURES + (classes <= FEW_CLASSES ? 2 * classes : 0);
    }

    /** The class of the greatest probability; of equals the first. */
    static int top(double[] p) {
        int best = 0;
        for (int k = 1; k < p.length; k++) {
            best = p[k] > p[best] ? k : best;
        }
        return best;
    }

    /** The class of the greatest probability; of equals the first. */
    static int top(float[] p) {
        int best = 0;
        for (int k = 1; k < p.length; k++) {
            best = p[k] > p[best] ? k : best;
        }
        return best;
    }

    /**
     * Fills the features.
     *
     * @param p blended probabilities
     * @param agreeing share of the candidates that ran whose answer is the blend's
     * @param doubt of the last inputs, {@link Past#doubt()}
     * @param x filled from index 0
     * @return the class that the blend answers
     */
    static int fill(double[] p, double agreeing, double doubt, float[] x) {
        int classes = p.length;
        int first = top(p);
        double entropy = 0;
        for (int k = 0; k < classes; k++) {
            entropy -= p[k] > 1e-12 ? p[k] * Math.log(p[k]) : 0;
        }
        int second = -1;
        for (int k = 0; k < classes; k++) {
            second = k != first && (second < 0 || p[k] > p[second]) ? k : second;
        }
        double third = 0;
        for (int k = 0; k < classes; k++) {
            third = k != first && k != second ? Math.max(third, p[k]) : third;
        }
        double runnerUp = second < 0 ? 0 : p[second];
        double odds = Math.log(p[first] + 1e-9) - Math.log(1 - p[first] + 1e-6);
        x[0] = (float) odds;
        x[1] = (float) (odds * odds);
        x[2] = (float) Math.log(runnerUp + 1e-6);
        x[3] = (float) Math.log(third + 1e-6);
        x[4] = (float) (p[first] - runnerUp);
        x[5] = (float) entropy;
        x[6] = (float) agreeing;
        x[7] = (float) doubt;
        if (classes <= FEW_CLASSES) {
            for (int k = 0; k < 2 * classes; k++) {
                x[MEASURES + k] = 0;
            }
            x[MEASURES + first] = 1;
            if (second >= 0) {
                x[MEASURES + classes + second] = 1;
            }
        }
        return first;
    }
}
