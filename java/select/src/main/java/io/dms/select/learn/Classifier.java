package io.dms.select.learn;

/**
 * A learned classifier that needs nothing but its own arrays. Evaluation does not allocate; one thread at a time, since
 * some have working space ({@link #own()} gives another thread its own).
 */
public sealed interface Classifier permits Constant, Knn, DecisionTree, GaussianBayes, KernelMachine {
    /** Number of classes. */
    int classes();

    /**
     * A score for each class, greater where the class is likelier. Scores of one classifier are comparable with each
     * other, not with those of another kind.
     *
     * @param x features, scaled as in training
     * @param into one score per class
     */
    void scores(float[] x, float[] into);

    /** The same classifier for another thread; learned arrays are shared. */
    default Classifier own() {
        return this;
    }

    /**
     * The class with the greatest score; of equal ones the first.
     *
     * @param scores what {@link #scores} wrote
     */
    static int best(float[] scores) {
        int best = 0;
        for (int c = 1; c < scores.length; c++) {
            if (scores[c] > scores[best]) {
                best = c;
            }
        }
        return best;
    }
}
