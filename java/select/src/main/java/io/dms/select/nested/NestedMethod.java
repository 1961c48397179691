package io.dms.select.nested;

import io.dms.select.Method;
import io.dms.select.Replay;
import io.dms.select.Selector;
import io.dms.select.TrainingData;
import io.dms.select.sample.Candidate;
import io.dms.select.sample.SampleTable;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/**
 * Selection by what the candidates themselves say. The first candidate is cheap; after each run, calibrated gates say how
 * likely the answer is right and how likely it would be after any other candidate's run, and the selector goes on, or
 * jumps, where the difference is worth more than the time at the dial's price. What ran is not thrown away: answers are
 * blended. Confidence cascades are old (Viola and Jones 2001; for networks Wang et al., "IDK Cascades", UAI 2018); the price
 * instead of thresholds makes one dial of them and needs no search, and a gate for each possible next candidate lets hard
 * inputs skip the middle.
 */
public final class NestedMethod implements Method {
    /** Its name. */
    public static final String NAME = "nested";

    /** The dial's places. */
    private static final int PLACES = 21;
    /** Price of the time of the dearest candidate, as a share of right answers, from the cheap end of the dial... */
    private static final double DEAR = 2;
    /** ...to the good end. */
    private static final double CHEAP = 0.002;

    private final int starts;
    private final int mostRuns;

    /** Begins with one of the three cheapest candidates, which one is learned, and runs at most four. */
    public NestedMethod() {
        this(3, 4);
    }

    /**
     * With other bounds.
     *
     * @param starts from how many of the cheapest candidates the first is chosen, at least 1
     * @param mostRuns most candidates for one input, at least 1
     */
    public NestedMethod(int starts, int mostRuns) {
        this.starts = starts;
        this.mostRuns = mostRuns;
    }

    @Override
    public String name() {
        return NAME;
    }

    /**
     * Learns. The states learn from all rows; what a place of the dial gives, and with which candidate it begins, is
     * found on each half of the rows with states that learned from the other half.
     */
    @Override
    public NestedModel learn(TrainingData data, int[] rows, long seed) {
        SampleTable t = data.samples();
        int begin = Math.min(starts, t.candidates().size());
        double[] prices = prices(t);
        NestedModel whole = grown(data, rows, prices, begin);
        double[][] right = new double[PLACES][begin];
        double[][] millis = new double[PLACES][begin];
        int middle = rows.length / 2;
        int[] first = Arrays.copyOfRange(rows, 0, middle);
        int[] second = Arrays.copyOfRange(rows, middle, rows.length);
        if (middle >= Lesson.LEAST_ROWS && severalLabels(t, first) && severalLabels(t, second)) {
            trial(data, grown(data, first, prices, begin), second, prices, right, millis);
            trial(data, grown(data, second, prices, begin), first, prices, right, millis);
        } else {
            trial(data, whole, rows, prices, right, millis);
        }
        List<NestedModel.Setting> settings = new ArrayList<>();
        for (int i = 0; i < PLACES; i++) {
            int best = 0;
            for (int s = 1; s < begin && i > 0; s++) {
                double worth = (right[i][s] - right[i][best]) - prices[i] * (millis[i][s] - millis[i][best]);
                best = worth > 0 ? s : best;
            }
            settings.add(new NestedModel.Setting(
                    prices[i], best, new Method.Expected(right[i][best] / rows.length, millis[i][best] / rows.length)));
        }
        return new NestedModel(t.candidates(), t.classes(), whole.states(), settings, usual(settings, t, rows));
    }

    private NestedModel grown(TrainingData data, int[] rows, double[] prices, int begin) {
        SampleTable t = data.samples();
        List<State> states = new Growth(Lesson.of(data, rows), prices, begin, mostRuns).grow();
        return new NestedModel(t.candidates(), t.classes(), states, List.of(), 0);
    }

    /** Falling from infinite, which lets only the first candidate run. */
    private static double[] prices(SampleTable t) {
        double dearest =
                t.candidates().stream().mapToDouble(Candidate::millis).max().orElse(1);
        double[] out = new double[PLACES];
        out[0] = Double.POSITIVE_INFINITY;
        for (int i = 1; i < PLACES; i++) {
            out[i] = DEAR / dearest * Math.pow(CHEAP / DEAR, (i - 1.0) / (PLACES - 2));
        }
        return out;
    }

    private static void trial(
            TrainingData data, NestedModel model, int[] rows, double[] prices, double[][] right, double[][] millis) {
        Replay replay = new Replay(data);
        for (int i = 0; i < prices.length; i++) {
            for (int s = 0; s < right[i].length; s++) {
                Selector selector = new NestedSelector(model, prices[i], s);
                for (int row : rows) {
                    right[i][s] += replay.play(selector, row) == data.samples().label()[row] ? 1 : 0;
                    millis[i][s] += replay.millis();
                }
            }
        }
    }

    private static boolean severalLabels(SampleTable t, int[] rows) {
        return Arrays.stream(rows).map(r -> t.label()[r]).distinct().count() > 1;
    }

    private static int usual(List<NestedModel.Setting> settings, SampleTable t, int[] rows) {
        double best = 0;
        for (int c = 0; c < t.candidates().size(); c++) {
            int right = 0;
            for (int r : rows) {
                right += t.correct(r, c) ? 1 : 0;
            }
            best = Math.max(best, (double) right / rows.length);
        }
        int usual = settings.size() - 1;
        for (int i = settings.size() - 1; i >= 0; i--) {
            if (settings.get(i).expected().accuracy() >= best
                    && settings.get(i).expected().millis()
                            <= settings.get(usual).expected().millis()) {
                usual = i;
            }
        }
        return usual;
    }
}
