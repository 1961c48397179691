package io.dms.select.learn;

import io.dms.model.UserException;
import java.util.Arrays;
import java.util.Locale;

/** How a classifier is learned. The same rows and seed give the same classifier. */
public enum Learner {
    /** Majority of the nearest neighbours: what the published method uses for images. */
    KNN,
    /** Decision tree, at most {@value #TREE_DEPTH} questions, leaves of at least {@value #TREE_LEAF} rows. */
    TREE,
    /** Naive Bayes with normal distributions: what the published method uses for sentences. */
    BAYES,
    /** Support vector machine with a Gaussian kernel, on at most {@value #SVM_ROWS} rows. */
    SVM;

    private static final int TREE_DEPTH = 10;
    private static final int TREE_LEAF = 5;
    private static final int SVM_ROWS = 4000;

    /**
     * Learns. Rows of one class only give a {@link Constant}.
     *
     * @param k number of neighbours, for {@link #KNN}
     * @param seed chooses the rows where there are more than the learner takes
     * @throws UserException if there are no rows, or fewer than neighbours
     */
    public Classifier learn(Dataset data, int k, long seed) {
        if (data.size() == 0) {
            throw new UserException("there are no samples to learn from");
        }
        if (data.names().isEmpty()) {
            throw new UserException("there is no feature to learn from");
        }
        if (this == KNN) {
            return new Knn(Neighbours.of(data.x(), k), data.y(), data.classes());
        }
        int[] seen = Arrays.stream(data.y()).distinct().toArray();
        if (seen.length == 1) {
            return new Constant(data.classes(), seen[0]);
        }
        return switch (this) {
            case TREE -> TreeLearner.grow(data, TREE_DEPTH, TREE_LEAF);
            case BAYES -> GaussianBayes.fit(data);
            case SVM -> SvmLearner.train(data.rows(Folds.sample(data.size(), SVM_ROWS, seed)));
            case KNN -> throw new AssertionError();
        };
    }

    /** The name in files and options: lower case. */
    public String id() {
        return name().toLowerCase(Locale.ROOT);
    }

    /**
     * The learner of that name.
     *
     * @throws UserException if there is none
     */
    public static Learner of(String id) {
        for (Learner learner : values()) {
            if (learner.id().equals(id)) {
                return learner;
            }
        }
        throw new UserException("there is no learner " + id + "; there are knn, tree, bayes and svm");
    }
}
