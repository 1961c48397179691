package io.dms.compiler;

import io.dms.model.WidthLevel;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.function.DoubleUnaryOperator;

/**
 * Makes a level better by moves that keep it within its time: channels put back in one group, with or without channels
 * taken from another. Greedy cutting never takes back a cut that turned out dear once others were made; moves do.
 *
 * <p>In each round every group is moved by itself, one step up and one down. Pairs of moves are ranked by what the two
 * cost and save by themselves, the most promising ones are timed and measured whole, and the best that fits is made, until
 * none is better than what there is. Not thread-safe.
 */
final class LevelSwaps {
    private static final int ROUNDS = 100;
    private static final int PAIRS = 32;
    /** How far above its time a pair may be expected before it is measured. */
    private static final double EXPECTED = 1.02;

    private static final int MOST_MOVES = 32;

    private final Candidates candidates;

    /** A level that was found. */
    @SuppressWarnings("ArrayRecordComponent")
    record Found(int[] counts, double loss) {}

    private record Move(int group, int count, double lossMore, double millisMore) {}

    private record Pair(int[] counts, double loss, double millis) {}

    LevelSwaps(Candidates candidates) {
        this.candidates = candidates;
    }

    /**
     * Moves from a level for as long as that makes it lose less.
     *
     * @param uniform takes turns with what is timed
     * @param from where to start, within its time
     * @param wider counts that the level must stay within
     * @param budget milliseconds that it may take, from those of the uniform level beside it
     */
    Found better(WidthLevel uniform, int[] from, int[] wider, DoubleUnaryOperator budget) {
        Found at = new Found(from.clone(), candidates.losses(List.of(from))[0]);
        for (int made = 0; made < MOST_MOVES; made++) {
            List<Pair> pairs = pairs(uniform, at, wider, budget);
            double[] millis =
                    candidates.millis(uniform, pairs.stream().map(Pair::counts).toList(), ROUNDS);
            List<int[]> fit = new ArrayList<>();
            for (int i = 0; i < pairs.size(); i++) {
                if (millis[i + 1] <= budget.applyAsDouble(millis[0])) {
                    fit.add(pairs.get(i).counts());
                }
            }
            double[] losses = candidates.losses(fit);
            Found best = at;
            for (int i = 0; i < losses.length; i++) {
                best = losses[i] < best.loss() ? new Found(fit.get(i), losses[i]) : best;
            }
            if (best.loss() >= at.loss()) {
                return at;
            }
            at = best;
        }
        return at;
    }

    /** Moves of one group up, alone or with another down, that should fit and be better; the most promising first. */
    private List<Pair> pairs(WidthLevel uniform, Found at, int[] wider, DoubleUnaryOperator budget) {
        List<int[]> singles = new ArrayList<>(List.of(at.counts()));
        for (int g = 0; g < candidates.groups(); g++) {
            int up = Math.min(wider[g], at.counts()[g] + candidates.step(g));
            int down = at.counts()[g] - candidates.step(g);
            if (up > at.counts()[g]) {
                singles.add(with(at.counts(), g, up));
            }
            if (down >= candidates.least(g)) {
                singles.add(with(at.counts(), g, down));
            }
        }
        double[] millis = candidates.millis(uniform, singles, ROUNDS);
        double[] losses = candidates.losses(singles);
        List<Move> up = new ArrayList<>();
        List<Move> down = new ArrayList<>(List.of(new Move(0, at.counts()[0], 0, 0)));
        for (int i = 1; i < singles.size(); i++) {
            int group = 0;
            while (singles.get(i)[group] == at.counts()[group]) {
                group++;
            }
            int count = singles.get(i)[group];
            Move move = new Move(group, count, losses[i] - losses[0], millis[i + 1] - millis[1]);
            (count > at.counts()[group] ? up : down).add(move);
        }
        double least = EXPECTED * budget.applyAsDouble(millis[0]);
        List<Pair> out = new ArrayList<>();
        for (Move more : up) {
            for (Move less : down) {
                double loss = at.loss() + more.lossMore() + less.lossMore();
                double time = millis[1] + more.millisMore() + less.millisMore();
                boolean same = more.group() == less.group() && less.count() != at.counts()[less.group()];
                if (!same && loss < at.loss() && time <= least) {
                    int[] counts = with(with(at.counts(), less.group(), less.count()), more.group(), more.count());
                    out.add(new Pair(counts, loss, time));
                }
            }
        }
        out.sort(Comparator.comparingDouble(Pair::loss));
        return out.subList(0, Math.min(PAIRS, out.size()));
    }

    private static int[] with(int[] counts, int group, int count) {
        int[] out = counts.clone();
        out[group] = count;
        return out;
    }
}
