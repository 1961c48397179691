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
        int best = mostRight(t, rows);
        double[][] right = new double[PLACES][begin];
        double[][] millis = new double[PLACES][begin];
        double[][] differs = new double[PLACES][begin];
        Trial trial = new Trial(data, prices, best, right, millis, differs);
        int middle = rows.length / 2;
        int[] first = Arrays.copyOfRange(rows, 0, middle);
        int[] second = Arrays.copyOfRange(rows, middle, rows.length);
        if (middle >= Lesson.LEAST_ROWS && severalLabels(t, first) && severalLabels(t, second)) {
            trial.run(grown(data, first, prices, begin), second);
            trial.run(grown(data, second, prices, begin), first);
        } else {
            trial.run(whole, rows);
        }
        List<NestedModel.Setting> settings = new ArrayList<>();
        double alone = Arrays.stream(rows).filter(r -> t.correct(r, best)).count();
        int usual = PLACES - 1;
        for (int i = PLACES - 1; i >= 0; i--) {
            int start = start(right[i], millis[i], prices[i]);
            settings.add(
                    0,
                    new NestedModel.Setting(
                            prices[i],
                            start,
                            new Method.Expected(right[i][start] / rows.length, millis[i][start] / rows.length)));
            // One standard error of the difference, so that chance does not make it look as good as the best.
            if (right[i][start] - Math.sqrt(differs[i][start]) >= alone) {
                usual = i;
            }
        }
        return new NestedModel(t.candidates(), t.classes(), whole.states(), settings, usual);
    }

    private static int start(double[] right, double[] millis, double price) {
        int best = 0;
        for (int s = 1; s < right.length && price < Double.POSITIVE_INFINITY; s++) {
            best = right[s] - right[best] - price * (millis[s] - millis[best]) > 0 ? s : best;
        }
        return best;
    }

    private static int mostRight(SampleTable t, int[] rows) {
        long most = -1;
        int best = 0;
        for (int c = 0; c < t.candidates().size(); c++) {
            int candidate = c;
            long right =
                    Arrays.stream(rows).filter(r -> t.correct(r, candidate)).count();
            if (right > most) {
                most = right;
                best = c;
            }
        }
        return best;
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

    /**
     * Counts what each place of the dial gives with each start.
     *
     * @param best the candidate that is most often right
     * @param differs by place and start: how often only one of selector and best candidate is right
     */
    @SuppressWarnings("ArrayRecordComponent")
    private record Trial(
            TrainingData data, double[] prices, int best, double[][] right, double[][] millis, double[][] differs) {
        void run(NestedModel model, int[] rows) {
            Replay replay = new Replay(data);
            SampleTable t = data.samples();
            for (int i = 0; i < prices.length; i++) {
                for (int s = 0; s < right[i].length; s++) {
                    Selector selector = new NestedSelector(model, prices[i], s);
                    for (int row : rows) {
                        boolean good = replay.play(selector, row) == t.label()[row];
                        right[i][s] += good ? 1 : 0;
                        differs[i][s] += good != t.correct(row, best) ? 1 : 0;
                        millis[i][s] += replay.millis();
                    }
                }
            }
        }
    }

    private static boolean severalLabels(SampleTable t, int[] rows) {
        return Arrays.stream(rows).map(r -> t.label()[r]).distinct().count() > 1;
    }
}
