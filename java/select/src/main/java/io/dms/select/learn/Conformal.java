package io.dms.select.learn;

import io.dms.model.UserException;
import java.util.Arrays;

/**
 * How well each class fits an input, as a p-value with a promise: whatever the classifier behind it is worth, an input's
 * true class gets a p-value of at most e on a share e of the inputs, as long as inputs are exchangeable with those that it
 * was calibrated on. So the set of all classes with a p-value above e misses the true one in a share e of cases.
 *
 * <p>Inductive conformal prediction (Papadopoulos, Proedrou, Vovk, Gammerman: Inductive Confidence Machines for Regression,
 * 2002), for each class by itself (Vovk, Gammerman, Shafer: Algorithmic Learning in a Random World, 2005, §4.5), since a
 * promise on average would be kept at the cost of the rare classes. Nonconformity is by how much another class's score is
 * above the class's own. Allocates nothing per input; one thread at a time.
 */
public final class Conformal {
    private final Classifier scorer;
    private final float[][] calibration;
    private final float[] scores;

    /**
     * @param scorer gives the scores
     * @param calibration nonconformity of the calibrating rows of each class; not copied, will be sorted
     */
    public Conformal(Classifier scorer, float[][] calibration) {
        if (calibration.length != scorer.classes()) {
            throw new IllegalArgumentException(
                    calibration.length + " calibrations of " + scorer.classes() + " classes");
        }
        for (float[] c : calibration) {
            Arrays.sort(c);
        }
        this.scorer = scorer;
        this.calibration = calibration;
        this.scores = new float[scorer.classes()];
    }

    /**
     * Teaches a classifier on some rows and calibrates on others. Nothing else that depends on the calibrating rows, no choice
     * of features either, may go into the classifier, or the promise does not hold.
     *
     * @param proper rows that teach
     * @param calibrating other rows
     * @param k neighbours, for a learner that has any
     * @throws UserException if there are no rows to teach or to calibrate
     */
    public static Conformal fit(Dataset proper, Dataset calibrating, Learner learner, int k, long seed) {
        if (calibrating.size() == 0) {
            throw new UserException("conformal prediction needs samples to calibrate on, there are none; give more");
        }
        Classifier scorer = learner.learn(proper, k, seed);
        float[] scores = new float[scorer.classes()];
        float[][] calibration = new float[scorer.classes()][];
        int[] counts = calibrating.counts();
        for (int c = 0; c < calibration.length; c++) {
            calibration[c] = new float[counts[c]];
        }
        int[] next = new int[calibration.length];
        for (int i = 0; i < calibrating.size(); i++) {
            scorer.scores(calibrating.x()[i], scores);
            int c = calibrating.y()[i];
            calibration[c][next[c]++] = nonconformity(scores, c);
        }
        return new Conformal(scorer, calibration);
    }

    private static float nonconformity(float[] scores, int of) {
        float other = Float.NEGATIVE_INFINITY;
        for (int c = 0; c < scores.length; c++) {
            if (c != of) {
                other = Math.max(other, scores[c]);
            }
        }
        // a class without rows has a score of minus infinity: it fits least
        return scores[of] == Float.NEGATIVE_INFINITY ? Float.POSITIVE_INFINITY : other - scores[of];
    }

    /**
     * The p-value of every class: the share of its calibrating rows, the input among them, that fit no better. A class that
     * had none has 1: nothing is known against it.
     *
     * @param x features, scaled as in training
     * @param into one p-value per class
     */
    public void pValues(float[] x, double[] into) {
        scorer.scores(x, scores);
        for (int c = 0; c < scores.length; c++) {
            float[] sorted = calibration[c];
            into[c] = (sorted.length - below(sorted, nonconformity(scores, c)) + 1.0) / (sorted.length + 1.0);
        }
    }

    private static int below(float[] sorted, float value) {
        int low = 0;
        int high = sorted.length;
        while (low < high) {
            int middle = (low + high) >>> 1;
            if (sorted[middle] < value) {
                low = middle + 1;
            } else {
                high = middle;
            }
        }
        return low;
    }

    /** Number of classes. */
    public int classes() {
        return scores.length;
    }

    /** The classifier behind it. */
    public Classifier scorer() {
        return scorer;
    }

    /** Nonconformity of the calibrating rows of a class, ascending; must not be changed. */
    public float[] calibration(int of) {
        return calibration[of];
    }

    /** The same for another thread. */
    public Conformal own() {
        return new Conformal(scorer.own(), calibration);
    }
}
