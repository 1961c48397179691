package io.dms.select.learn;

import io.dms.model.UserException;
import java.util.Arrays;
import java.util.SplittableRandom;
import java.util.stream.IntStream;

/**
 * Which rows belong to which part of a cross-validation or of a clean split. Parts are stratified: each has its share of
 * every class, so that a rare class is in all of them or in as many as it has rows.
 */
public final class Folds {
    private final int[] foldOf;
    private final int folds;

    private Folds(int[] foldOf, int folds) {
        this.foldOf = foldOf;
        this.folds = folds;
    }

    /**
     * Folds of almost equal size.
     *
     * @param y class of each row
     * @param folds at least 2
     * @throws UserException if there are fewer rows than folds
     */
    public static Folds stratified(int[] y, int folds, long seed) {
        if (folds < 2) {
            throw new UserException("cross-validation needs at least 2 folds, not " + folds);
        }
        if (y.length < folds) {
            throw new UserException(folds + " folds need at least " + folds + " samples, there are " + y.length
                    + "; give more samples");
        }
        int[] order = shuffled(y.length, seed);
        int classes = Arrays.stream(y).max().orElse(0) + 1;
        int[] foldOf = new int[y.length];
        int next = 0;
        for (int c = 0; c < classes; c++) {
            for (int row : order) {
                if (y[row] == c) {
                    foldOf[row] = next;
                    next = (next + 1) % folds;
                }
            }
        }
        return new Folds(foldOf, folds);
    }

    /** Number of folds. */
    public int count() {
        return folds;
    }

    /** Rows of one fold, ascending: those to judge on. */
    public int[] inside(int fold) {
        return IntStream.range(0, foldOf.length).filter(i -> foldOf[i] == fold).toArray();
    }

    /** Rows of all other folds, ascending: those to learn from. */
    public int[] outside(int fold) {
        return IntStream.range(0, foldOf.length).filter(i -> foldOf[i] != fold).toArray();
    }

    /**
     * At most so many rows, chosen without regard to their features: ascending.
     *
     * @param rows how many there are
     * @param most how many to keep
     */
    public static int[] sample(int rows, int most, long seed) {
        int[] order = shuffled(rows, seed);
        int[] kept = Arrays.copyOf(order, Math.min(rows, most));
        Arrays.sort(kept);
        return kept;
    }

    private static int[] shuffled(int n, long seed) {
        int[] order = new int[n];
        SplittableRandom random = new SplittableRandom(seed);
        for (int i = 0; i < n; i++) {
            int j = random.nextInt(i + 1);
            order[i] = order[j];
            order[j] = i;
        }
        return order;
    }
}
