package io.dms.select.learn;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.stream.IntStream;

/**
 * Grows a decision tree by the greatest decrease of Gini impurity (Breiman, Friedman, Olshen, Stone: Classification and
 * Regression Trees, 1984, §4.3). It stops at a depth and at small leaves in place of pruning. Of equally good splits the
 * first feature and the least threshold win, so that the same rows give the same tree.
 */
final class TreeLearner {
    private static final double NO_GAIN = 1e-12;

    private final Dataset data;
    private final int deepest;
    private final int smallest;
    private final List<Integer> feature = new ArrayList<>();
    private final List<Float> threshold = new ArrayList<>();
    private final List<Integer> left = new ArrayList<>();
    private final List<Integer> right = new ArrayList<>();
    private final List<float[]> share = new ArrayList<>();

    private TreeLearner(Dataset data, int deepest, int smallest) {
        this.data = data;
        this.deepest = deepest;
        this.smallest = smallest;
    }

    /**
     * @param deepest greatest number of questions on the way to a leaf
     * @param smallest least number of rows of a leaf
     */
    static DecisionTree grow(Dataset data, int deepest, int smallest) {
        TreeLearner learner = new TreeLearner(data, deepest, smallest);
        learner.node(IntStream.range(0, data.size()).toArray(), 0);
        return learner.tree();
    }

    private DecisionTree tree() {
        int n = feature.size();
        float[] thresholds = new float[n];
        for (int i = 0; i < n; i++) {
            thresholds[i] = threshold.get(i);
        }
        return new DecisionTree(
                data.classes(), ints(feature), thresholds, ints(left), ints(right), share.toArray(new float[0][]));
    }

    private static int[] ints(List<Integer> values) {
        return values.stream().mapToInt(Integer::intValue).toArray();
    }

    private int node(int[] rows, int depth) {
        int id = feature.size();
        int[] counts = new int[data.classes()];
        for (int row : rows) {
            counts[data.y()[row]]++;
        }
        float[] shares = new float[counts.length];
        for (int c = 0; c < counts.length; c++) {
            shares[c] = (float) counts[c] / rows.length;
        }
        feature.add(-1);
        threshold.add(0f);
        left.add(0);
        right.add(0);
        share.add(shares);
        Split best = depth < deepest ? best(rows, counts) : Split.NONE;
        if (best.feature() >= 0) {
            int f = best.feature();
            int[] low = IntStream.of(rows)
                    .filter(r -> data.x()[r][f] <= best.threshold())
                    .toArray();
            int[] high = IntStream.of(rows)
                    .filter(r -> data.x()[r][f] > best.threshold())
                    .toArray();
            feature.set(id, f);
            threshold.set(id, best.threshold());
            left.set(id, node(low, depth + 1));
            right.set(id, node(high, depth + 1));
        }
        return id;
    }

    private Split best(int[] rows, int[] counts) {
        Split best = Split.NONE;
        double before = purity(counts, rows.length);
        for (int f = 0; f < data.names().size(); f++) {
            best = best(rows, counts, f, before, best);
        }
        return best;
    }

    private Split best(int[] rows, int[] counts, int f, double before, Split soFar) {
        Split best = soFar;
        long[] sorted = new long[rows.length];
        for (int i = 0; i < rows.length; i++) {
            // the value in an order that integers keep, then the row
            int bits = Float.floatToIntBits(data.x()[rows[i]][f] + 0f);
            sorted[i] = ((long) (bits ^ ((bits >> 31) & Integer.MAX_VALUE)) << 32) | rows[i];
        }
        Arrays.sort(sorted);
        int[] low = new int[counts.length];
        int[] high = counts.clone();
        for (int i = 0; i + 1 < sorted.length; i++) {
            int row = (int) sorted[i];
            low[data.y()[row]]++;
            high[data.y()[row]]--;
            float here = data.x()[row][f];
            float next = data.x()[(int) sorted[i + 1]][f];
            int n = i + 1;
            if (here < next && n >= smallest && rows.length - n >= smallest) {
                double gain = purity(low, n) + purity(high, rows.length - n) - before;
                if (gain > best.gain() + NO_GAIN * rows.length) {
                    best = new Split(f, between(here, next), gain);
                }
            }
        }
        return best;
    }

    /** Half way, but never the upper value itself: it has to go right. */
    private static float between(float low, float high) {
        float middle = (float) (((double) low + high) / 2);
        return middle < high ? middle : low;
    }

    /** Rows times (1 - Gini impurity). */
    private static double purity(int[] counts, int rows) {
        double squares = 0;
        for (int c : counts) {
            squares += (double) c * c;
        }
        return squares / rows;
    }

    private record Split(int feature, float threshold, double gain) {
        static final Split NONE = new Split(-1, 0, 0);
    }
}
