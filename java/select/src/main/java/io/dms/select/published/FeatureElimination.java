package io.dms.select.published;

import io.dms.select.learn.Dataset;
import java.util.ArrayList;
import java.util.List;
import java.util.function.ToDoubleFunction;
import java.util.stream.IntStream;

/**
 * Greedy backward elimination (LCTES 2018, §3.3): again and again the feature goes without which cross-validated accuracy
 * is best, until every further loss costs too much accuracy.
 */
final class FeatureElimination {
    /**
     * A feature that went.
     *
     * @param feature its index among all
     * @param accuracy without it
     */
    record Step(int feature, double accuracy) {}

    /**
     * @param kept indices of the features that stay
     * @param steps those that went, in order
     * @param accuracy with all of them, before any went
     */
    @SuppressWarnings("ArrayRecordComponent")
    record Result(int[] kept, List<Step> steps, double accuracy) {}

    private FeatureElimination() {}

    /**
     * Eliminates.
     *
     * @param kept features to start from
     * @param tolerance how far below the best accuracy seen it may fall, in points
     * @param least how many features stay at least
     * @param accuracy cross-validated accuracy of a table, 0 to 1
     */
    static Result eliminate(Dataset data, int[] kept, double tolerance, int least, ToDoubleFunction<Dataset> accuracy) {
        double before = accuracy.applyAsDouble(data.features(kept));
        double best = before;
        int[] left = kept;
        List<Step> steps = new ArrayList<>();
        while (left.length > Math.max(1, least)) {
            int out = -1;
            double without = -1;
            for (int i = 0; i < left.length; i++) {
                double a = accuracy.applyAsDouble(data.features(without(left, i)));
                if (a > without) {
                    without = a;
                    out = i;
                }
            }
            if (best - without > tolerance / 100) {
                break;
            }
            best = Math.max(best, without);
            steps.add(new Step(left[out], without));
            left = without(left, out);
        }
        return new Result(left, steps, before);
    }

    private static int[] without(int[] features, int at) {
        return IntStream.range(0, features.length)
                .filter(i -> i != at)
                .map(i -> features[i])
                .toArray();
    }
}
