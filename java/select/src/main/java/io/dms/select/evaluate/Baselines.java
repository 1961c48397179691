package io.dms.select.evaluate;

import io.dms.select.sample.SampleTable;
import java.util.ArrayList;
import java.util.List;

/**
 * What needs no selector, and what no selector can exceed, from some samples of a table.
 *
 * @param cheapest index of the fastest candidate
 * @param best index of the most accurate one; of equals the faster
 * @param singles each candidate alone
 * @param mix of the cheapest and the best at random: the plainest thing that has a dial
 * @param bestMix of whichever candidates give most at a mean time, at random
 * @param oracle a selector that knows which candidates will be right: it runs the cheapest of those and only it, and where
 *     time is short it leaves out the dearest inputs
 */
public record Baselines(int cheapest, int best, List<Front.Point> singles, Front mix, Front bestMix, Front oracle) {
    /**
     * Of a table.
     *
     * @param count by sample, how often it is there: 1, or as a bootstrap draws it
     */
    static Baselines of(SampleTable t, int[] count) {
        int n = t.candidates().size();
        double total = 0;
        double[] right = new double[n];
        double[] first = new double[n];
        double none = 0;
        for (int s = 0; s < count.length; s++) {
            total += count[s];
            int found = -1;
            for (int c = 0; c < n; c++) {
                if (t.correct(s, c)) {
                    right[c] += count[s];
                    found = found < 0 || millis(t, c) < millis(t, found) ? c : found;
                }
            }
            if (found < 0) {
                none += count[s];
            } else {
                first[found] += count[s];
            }
        }
        int cheapest = 0;
        int best = 0;
        List<Front.Point> singles = new ArrayList<>();
        for (int c = 0; c < n; c++) {
            singles.add(new Front.Point(millis(t, c), right[c] / total));
            cheapest = millis(t, c) < millis(t, cheapest) ? c : cheapest;
            best = right[c] > right[best] || (right[c] == right[best] && millis(t, c) < millis(t, best)) ? c : best;
        }
        return new Baselines(
                cheapest,
                best,
                List.copyOf(singles),
                Front.of(List.of(singles.get(cheapest), singles.get(best))),
                Front.of(singles),
                oracle(t, cheapest, first, none, total));
    }

    private static Front oracle(SampleTable t, int cheapest, double[] first, double none, double total) {
        Integer[] order = new Integer[first.length];
        for (int c = 0; c < order.length; c++) {
            order[c] = c;
        }
        java.util.Arrays.sort(order, java.util.Comparator.comparingDouble(c -> millis(t, c)));
        double base = millis(t, cheapest);
        double millis = base * (none / total);
        for (double f : first) {
            millis += base * f / total;
        }
        double accuracy = first[cheapest] / total;
        List<Front.Point> points = new ArrayList<>(List.of(new Front.Point(millis, accuracy)));
        for (int c : order) {
            if (c != cheapest && first[c] > 0) {
                millis += (millis(t, c) - base) * first[c] / total;
                accuracy += first[c] / total;
                points.add(new Front.Point(millis, accuracy));
            }
        }
        return new Front(points);
    }

    private static double millis(SampleTable t, int c) {
        return t.candidates().get(c).millis();
    }
}
