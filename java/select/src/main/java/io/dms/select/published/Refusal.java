package io.dms.select.published;

import io.dms.select.learn.Conformal;

/**
 * The refusal policy of conformal prediction: a choice is trusted where it fits the input, which is a p-value above the
 * significance, and where no other fits too well, which is a confidence, one less the greatest p-value of any other, of at
 * least a limit (TECS 2020, §7: 0.5). Allocates nothing; one thread at a time.
 */
final class Refusal {
    private final Conformal conformal;
    private final double significance;
    private final double confidence;
    private final double[] p;

    Refusal(Conformal conformal, double significance, double confidence) {
        this.conformal = conformal;
        this.significance = significance;
        this.confidence = confidence;
        this.p = new double[conformal.classes()];
    }

    /**
     * Whether a choice is trusted.
     *
     * @param x scaled features
     * @param choice what {@link Cascade#choose} gave
     */
    boolean trusts(float[] x, int choice) {
        conformal.pValues(x, p);
        double other = 0;
        for (int c = 0; c < p.length; c++) {
            if (c != choice) {
                other = Math.max(other, p[c]);
            }
        }
        return p[choice] > significance && 1 - other >= confidence;
    }

    Conformal conformal() {
        return conformal;
    }

    double significance() {
        return significance;
    }

    double confidence() {
        return confidence;
    }

    Refusal own() {
        return new Refusal(conformal.own(), significance, confidence);
    }
}
