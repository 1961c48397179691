package io.dms.select.published;

import io.dms.select.sample.Candidate;
import io.dms.select.sample.SampleTable;
import java.util.List;

/**
 * What the published method learns to predict: for each sample the optimal model, which is the cheapest one that is right
 * (Taylor, Marco, Wolff, Elkhatib, Wang: Adaptive Deep Learning Model Selection on Embedded Systems, LCTES 2018, §3.2).
 */
final class Optimum {
    private Optimum() {}

    /**
     * The optimum of each of some samples among some candidates.
     *
     * @param rows the samples
     * @param among candidates, in any order
     * @return index in {@code among}, or its length where none is right
     */
    static int[] of(SampleTable table, int[] rows, int[] among) {
        List<Candidate> candidates = table.candidates();
        int[] optimum = new int[rows.length];
        for (int i = 0; i < rows.length; i++) {
            int best = among.length;
            for (int c = 0; c < among.length; c++) {
                if (table.correct(rows[i], among[c])
                        && (best == among.length
                                || candidates.get(among[c]).millis()
                                        < candidates.get(among[best]).millis())) {
                    best = c;
                }
            }
            optimum[i] = best;
        }
        return optimum;
    }
}
