package io.dms.select.learn;

import io.dms.model.UserException;
import java.util.Arrays;
import java.util.List;

/**
 * Rows of features with their classes.
 *
 * @param names of the features
 * @param x by row, then by feature; not copied, must not change
 * @param y class of each row, from 0
 * @param classes number of classes, whether or not each of them occurs
 */
@SuppressWarnings("ArrayRecordComponent")
public record Dataset(List<String> names, float[][] x, int[] y, int classes) {
    /**
     * Checks rows, classes, and that every value is a number: a learner that meets NaN learns nonsense without a word.
     *
     * @throws UserException if a value is NaN or infinite
     */
    public Dataset {
        names = List.copyOf(names);
        if (x.length != y.length) {
            throw new IllegalArgumentException(x.length + " rows, " + y.length + " classes");
        }
        for (int i = 0; i < x.length; i++) {
            if (x[i].length != names.size() || y[i] < 0 || y[i] >= classes) {
                throw new IllegalArgumentException("row " + i + " does not fit its table");
            }
            for (int f = 0; f < x[i].length; f++) {
                if (!Float.isFinite(x[i][f])) {
                    throw new UserException("feature " + names.get(f) + " of sample " + i + " is " + x[i][f]
                            + "; leave the sample out or mend what computed it");
                }
            }
        }
    }

    /** Number of rows. */
    public int size() {
        return y.length;
    }

    /** The rows with these indices, in this order. */
    public Dataset rows(int[] rows) {
        float[][] picked = new float[rows.length][];
        int[] classOf = new int[rows.length];
        for (int i = 0; i < rows.length; i++) {
            picked[i] = x[rows[i]];
            classOf[i] = y[rows[i]];
        }
        return new Dataset(names, picked, classOf, classes);
    }

    /** Only these features, in this order. */
    public Dataset features(int[] features) {
        float[][] picked = new float[x.length][features.length];
        for (int i = 0; i < x.length; i++) {
            for (int f = 0; f < features.length; f++) {
                picked[i][f] = x[i][features[f]];
            }
        }
        return new Dataset(Arrays.stream(features).mapToObj(names::get).toList(), picked, y, classes);
    }

    /** The same rows with two classes: 1 where the class was {@code positive}, else 0. */
    public Dataset against(int positive) {
        int[] binary = new int[y.length];
        for (int i = 0; i < y.length; i++) {
            binary[i] = y[i] == positive ? 1 : 0;
        }
        return new Dataset(names, x, binary, 2);
    }

    /** How many rows each class has. */
    public int[] counts() {
        int[] counts = new int[classes];
        for (int c : y) {
            counts[c]++;
        }
        return counts;
    }
}
