package io.dms.select.published;

import io.dms.model.UserException;
import io.dms.select.sample.SampleTable;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.IntStream;

/**
 * The Model Selection Algorithm: which models a selector should choose from (Marco, Taylor, Wang, Elkhatib: Optimizing Deep
 * Learning Inference on Embedded Systems Through Adaptive Model Selection, ACM TECS 2020, algorithm 1). It starts with the
 * model that is the optimum most often, adds the one that does most for the samples on which all chosen ones are wrong, and
 * stops where one more gives no more than a threshold. A sample counts as covered where one of the chosen is right.
 */
final class ModelSelection {
    /**
     * One model that was chosen.
     *
     * @param candidate its index
     * @param gain points of coverage that it added
     * @param covered share of the samples on which it or one chosen before is right
     */
    record Step(int candidate, double gain, double covered) {}

    private ModelSelection() {}

    /**
     * Selects models.
     *
     * @param rows the samples to look at
     * @param threshold in points; a model that adds no more is not taken
     * @throws UserException where no model is ever right
     */
    static List<Step> select(SampleTable table, int[] rows, double threshold, ModelsBy by) {
        int all = table.candidates().size();
        boolean[] covered = new boolean[rows.length];
        boolean[] chosen = new boolean[all];
        List<Step> steps = new ArrayList<>();
        double sum = 0;
        while (steps.size() < all) {
            boolean optimal =
                    steps.isEmpty() || by == ModelsBy.OPTIMAL || (by == ModelsBy.ALTERNATE && steps.size() % 2 == 0);
            int next =
                    most(optimal ? optima(table, rows, covered, chosen) : right(table, rows, covered, chosen), chosen);
            int gained = 0;
            for (int i = 0; i < rows.length; i++) {
                if (!covered[i] && table.correct(rows[i], next)) {
                    gained++;
                }
            }
            double gain = 100.0 * gained / rows.length;
            if (steps.isEmpty() ? gained == 0 : gain <= threshold) {
                break;
            }
            for (int i = 0; i < rows.length; i++) {
                covered[i] |= table.correct(rows[i], next);
            }
            chosen[next] = true;
            sum += (double) gained / rows.length;
            steps.add(new Step(next, gain, sum));
        }
        if (steps.isEmpty()) {
            throw new UserException("no candidate is right on any sample; check labels and preprocessing of the table");
        }
        return steps;
    }

    private static int[] right(SampleTable table, int[] rows, boolean[] covered, boolean[] chosen) {
        int[] counts = new int[chosen.length];
        for (int i = 0; i < rows.length; i++) {
            for (int c = 0; c < counts.length; c++) {
                if (!covered[i] && !chosen[c] && table.correct(rows[i], c)) {
                    counts[c]++;
                }
            }
        }
        return counts;
    }

    private static int[] optima(SampleTable table, int[] rows, boolean[] covered, boolean[] chosen) {
        int[] left = IntStream.range(0, chosen.length).filter(c -> !chosen[c]).toArray();
        int[] optimum = Optimum.of(table, rows, left);
        int[] counts = new int[chosen.length];
        for (int i = 0; i < rows.length; i++) {
            if (!covered[i] && optimum[i] < left.length) {
                counts[left[optimum[i]]]++;
            }
        }
        return counts;
    }

    /** The greatest; of equal ones the first, which is the cheaper one. */
    private static int most(int[] counts, boolean[] chosen) {
        int most = -1;
        for (int c = 0; c < counts.length; c++) {
            if (!chosen[c] && (most < 0 || counts[c] > counts[most])) {
                most = c;
            }
        }
        return most;
    }
}
