package io.dms.compiler;

import io.dms.model.WidthLevel;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.function.DoubleUnaryOperator;
import java.util.stream.IntStream;

/**
 * Makes a level better by moves that keep it within its time: channels put back in one group, with or without channels
 * taken from another. Greedy cutting never takes back a cut that turned out dear once others were made; moves do.
 *
 * <p>In each round every group is moved by itself, one, two and four steps up and down. A trade is one move up with none,
 * one or two down, or two up with one down, since a group that is wide and takes long may pay for several. Trades are ranked
 * by what their moves cost and save by themselves; the most promising ones are timed and measured whole, some at once, those
 * that fit and are best are timed a second time and longer, and the best that still fits is made, until none is better than
 * what there is. Not thread-safe.
 */
final class LevelSwaps {
    private static final int ROUNDS = 100;
    private static final int AT_ONCE = 32;
    /** Trades that look best are the ones whose time was told too short, so that the first few may all be too slow. */
    private static final int TRADES = 8 * AT_ONCE;

    /** Of those that fit so many are timed once more: the best of many often fits by luck. */
    private static final int CONFIRMED = 6;

    private static final int CONFIRM_ROUNDS = 400;
    /** How far above its time a trade may be expected before it is measured. */
    private static final double EXPECTED = 1.02;

    private static final int FARTHEST = 4;
    private static final int MOST_MOVES = 32;

    private final Candidates candidates;

    /** A level that was found. */
    @SuppressWarnings("ArrayRecordComponent")
    record Found(int[] counts, double loss) {}

    private record Move(int group, int count, double lossMore, double millisMore) {}

    @SuppressWarnings("ArrayRecordComponent")
    private record Trade(int[] counts, double lossMore) {}

    LevelSwaps(Candidates candidates) {
        this.candidates = candidates;
    }

    /**
     * Moves from a level for as long as that makes it lose less: the level and what it became, move by move.
     *
     * @param uniform takes turns with what is timed
     * @param from where to start, within its time
     * @param wider counts that the level must stay within
     * @param budget milliseconds that it may take, from those of the uniform level beside it
     */
    List<Found> better(WidthLevel uniform, int[] from, int[] wider, DoubleUnaryOperator budget) {
        Found at = new Found(from.clone(), candidates.losses(List.of(from))[0]);
        List<Found> path = new ArrayList<>(List.of(at));
        for (int made = 0; made < MOST_MOVES; made++) {
            List<Trade> trades = trades(uniform, at, wider, budget);
            Found best = at;
            for (int i = 0; best.loss() >= at.loss() && i < trades.size(); i += AT_ONCE) {
                best = best(uniform, at, trades.subList(i, Math.min(trades.size(), i + AT_ONCE)), budget);
            }
            if (best.loss() >= at.loss()) {
                return path;
            }
            at = best;
            path.add(at);
        }
        return path;
    }

    /** The trade that loses least of those that fit, or what there is where none loses less. */
    private Found best(WidthLevel uniform, Found at, List<Trade> trades, DoubleUnaryOperator budget) {
        double[] millis =
                candidates.millis(uniform, trades.stream().map(Trade::counts).toList(), ROUNDS);
        List<int[]> fit = new ArrayList<>();
        for (int i = 0; i < trades.size(); i++) {
            if (millis[i + 1] <= budget.applyAsDouble(millis[0])) {
                fit.add(trades.get(i).counts());
            }
        }
        double[] losses = candidates.losses(fit);
        List<Found> better = IntStream.range(0, losses.length)
                .filter(i -> losses[i] < at.loss())
                .mapToObj(i -> new Found(fit.get(i), losses[i]))
                .sorted(Comparator.comparingDouble(Found::loss))
                .limit(CONFIRMED)
                .toList();
        double[] again =
                candidates.millis(uniform, better.stream().map(Found::counts).toList(), CONFIRM_ROUNDS);
        for (int i = 0; i < better.size(); i++) {
            if (again[i + 1] <= budget.applyAsDouble(again[0])) {
                return better.get(i);
            }
        }
        return at;
    }

    /** Trades that should fit and be better; the most promising first. */
    private List<Trade> trades(WidthLevel uniform, Found at, int[] wider, DoubleUnaryOperator budget) {
        List<int[]> singles = new ArrayList<>(List.of(at.counts()));
        for (int g = 0; g < candidates.groups(); g++) {
            for (int by = candidates.step(g); by <= FARTHEST * candidates.step(g); by *= 2) {
                if (at.counts()[g] + by <= wider[g]) {
                    singles.add(Candidates.with(at.counts(), g, at.counts()[g] + by));
                }
                if (at.counts()[g] - by >= candidates.least(g)) {
                    singles.add(Candidates.with(at.counts(), g, at.counts()[g] - by));
                }
            }
        }
        double[] millis = candidates.millis(uniform, singles, ROUNDS);
        double[] losses = candidates.losses(singles);
        List<Move> up = new ArrayList<>();
        List<Move> down = new ArrayList<>();
        for (int i = 1; i < singles.size(); i++) {
            int group = 0;
            while (singles.get(i)[group] == at.counts()[group]) {
                group++;
            }
            int count = singles.get(i)[group];
            Move move = new Move(group, count, losses[i] - losses[0], millis[i + 1] - millis[1]);
            (count > at.counts()[group] ? up : down).add(move);
        }
        double most = EXPECTED * budget.applyAsDouble(millis[0]) - millis[1];
        List<Trade> out = new ArrayList<>();
        for (int i = 0; i < up.size(); i++) {
            add(out, at, most, List.of(up.get(i)));
            for (int j = 0; j < down.size(); j++) {
                add(out, at, most, List.of(up.get(i), down.get(j)));
                for (int k = 0; k < j; k++) {
                    add(out, at, most, List.of(up.get(i), down.get(j), down.get(k)));
                }
                for (int k = 0; k < i; k++) {
                    add(out, at, most, List.of(up.get(i), up.get(k), down.get(j)));
                }
            }
        }
        out.sort(Comparator.comparingDouble(Trade::lossMore));
        return out.subList(0, Math.min(TRADES, out.size()));
    }

    /** Adds moves of different groups if together they should fit and lose less. */
    private static void add(List<Trade> out, Found at, double most, List<Move> moves) {
        double loss = 0;
        double millis = 0;
        int[] counts = at.counts().clone();
        for (Move move : moves) {
            if (counts[move.group()] != at.counts()[move.group()]) {
                return;
            }
            counts[move.group()] = move.count();
            loss += move.lossMore();
            millis += move.millisMore();
        }
        if (loss < 0 && millis <= most) {
            out.add(new Trade(counts, loss));
        }
    }
}
