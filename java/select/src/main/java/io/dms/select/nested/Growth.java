package io.dms.select.nested;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/**
 * Learns the states that matter. It begins with every candidate alone, lets the gates send the lesson's samples on at
 * every price, and learns a state for each set of candidates that enough samples reach; then again from there.
 * Each learns from all samples, also those that would not get there: the easy ones steady the gates. Candidates run from
 * cheap to dear, so that a set has one order.
 */
final class Growth {
    /** States that fewer samples than this share reach are left out: their gates would learn from noise. */
    private static final double LEAST_SHARE = 0.01;

    private final Lesson lesson;
    private final double[] prices;
    private final int starts;
    private final int mostRuns;
    private final Map<Integer, Mixed> mixed = new HashMap<>();
    private final Map<Integer, Grown> states = new HashMap<>();

    /** A blend, and which rows it answers rightly. */
    private record Mixed(Blend blend, boolean[] right) {}

    /** A state, and what its gates say of each row. */
    private record Grown(State state, float[] now, float[] @Nullable [] then) {}

    Growth(Lesson lesson, double[] prices, int starts, int mostRuns) {
        this.lesson = lesson;
        this.prices = prices;
        this.starts = starts;
        this.mostRuns = mostRuns;
    }

    /** All states, those of one candidate included. */
    List<State> grow() {
        int n = lesson.rows();
        int[][] at = new int[prices.length * starts][n];
        for (int c = 0; c < lesson.candidates(); c++) {
            learn(1 << c, c < starts);
        }
        for (int way = 0; way < at.length; way++) {
            Arrays.fill(at[way], 1 << way % starts);
        }
        for (int run = 1; run < mostRuns; run++) {
            Map<Integer, Integer> most = new TreeMap<>();
            for (int way = 0; way < at.length; way++) {
                Map<Integer, Integer> count = new HashMap<>();
                for (int r = 0; r < n; r++) {
                    int next = step(at[way][r], r, prices[way / starts], run, false);
                    if (next != at[way][r]) {
                        count.merge(next, 1, Integer::sum);
                    }
                }
                count.forEach((mask, k) -> most.merge(mask, k, Math::max));
            }
            boolean goesOn = run < mostRuns - 1;
            most.forEach((mask, k) -> {
                if (k >= Math.max(10, LEAST_SHARE * n)) {
                    learn(mask, goesOn);
                }
            });
            for (int way = 0; way < at.length; way++) {
                for (int r = 0; r < n; r++) {
                    at[way][r] = step(at[way][r], r, prices[way / starts], run, true);
                }
            }
        }
        List<State> out = new ArrayList<>();
        states.values().forEach(g -> out.add(pruned(g.state())));
        out.sort(Comparator.comparingInt(State::mask));
        return out;
    }

    /** Where a row goes on from a state at a price; the state itself where it stays. */
    private int step(int mask, int row, double price, int run, boolean onlyLearned) {
        Grown g = states.get(mask);
        if (g == null || Integer.bitCount(mask) != run) {
            return mask;
        }
        double most = 0;
        int best = mask;
        for (int c = 0; c < lesson.candidates(); c++) {
            float @Nullable [] then = g.then()[c];
            if (then != null) {
                double worth = then[row] - g.now()[row] - price * lesson.millis()[c];
                int next = mask | 1 << c;
                if (worth > most && (!onlyLearned || states.containsKey(next))) {
                    most = worth;
                    best = next;
                }
            }
        }
        return best;
    }

    /** A state without the gates to sets that were not learned. */
    private State pruned(State s) {
        @Nullable Logistic[] then = s.then().clone();
        for (int c = 0; c < then.length; c++) {
            if (!states.containsKey(s.mask() | 1 << c)) {
                then[c] = null;
            }
        }
        return new State(s.blend(), s.now(), then, s.embedding());
    }

    private Mixed mix(int mask) {
        Mixed known = mixed.get(mask);
        if (known != null) {
            return known;
        }
        float[][] past = lesson.past()[Integer.numberOfTrailingZeros(mask)];
        Blend blend = Blend.fit(mask, lesson.answers(), past, lesson.label());
        boolean[] right = new boolean[lesson.rows()];
        double[] p = new double[lesson.classes()];
        for (int r = 0; r < right.length; r++) {
            blend.mix(lesson.answers()[r], past[r], p);
            right[r] = Signals.top(p) == lesson.label()[r];
        }
        Mixed out = new Mixed(blend, right);
        mixed.put(mask, out);
        return out;
    }

    private void learn(int mask, boolean goesOn) {
        Mixed here = mix(mask);
        int first = Integer.numberOfTrailingZeros(mask);
        int embedding = Integer.bitCount(mask) == 1 && goesOn ? lesson.embeddings(first) : 0;
        float[][] x = signals(here.blend(), mask, embedding);
        Logistic now = Logistic.fit(x, here.right());
        int highest = Integer.SIZE - 1 - Integer.numberOfLeadingZeros(mask);
        @Nullable Logistic[] then = new Logistic[lesson.candidates()];
        float[] @Nullable [] sure = new float[lesson.candidates()][];
        for (int c = highest + 1; goesOn && c < then.length; c++) {
            Logistic gate = Logistic.fit(x, mix(mask | 1 << c).right());
            then[c] = gate;
            sure[c] = all(gate, x);
        }
        states.put(mask, new Grown(new State(here.blend(), now, then, embedding), all(now, x), sure));
    }

    private static float[] all(Logistic gate, float[][] x) {
        float[] out = new float[x.length];
        for (int r = 0; r < out.length; r++) {
            out[r] = (float) gate.at(x[r]);
        }
        return out;
    }

    private float[][] signals(Blend blend, int mask, int embedding) {
        int first = Integer.numberOfTrailingZeros(mask);
        int plain = Signals.count(lesson.classes());
        float[][] x = new float[lesson.rows()][plain + embedding];
        double[] p = new double[lesson.classes()];
        float[][] features = lesson.embedding()[first];
        for (int r = 0; r < x.length; r++) {
            float[][] answers = lesson.answers()[r];
            blend.mix(answers, lesson.past()[first][r], p);
            int answer = Signals.top(p);
            int agree = 0;
            for (int c = 0; mask >> c != 0; c++) {
                agree += (mask >> c & 1) != 0 && Signals.top(answers[c]) == answer ? 1 : 0;
            }
            Signals.fill(p, (double) agree / Integer.bitCount(mask), lesson.doubt()[first][r], x[r]);
            if (embedding > 0 && features != null) {
                System.arraycopy(features[r], 0, x[r], plain, embedding);
            }
        }
        return x;
    }
}
