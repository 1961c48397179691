package io.dms.compiler;

import io.dms.model.ScalableModel;
import io.dms.model.UserException;
import io.dms.model.WidthLevel;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.function.DoubleUnaryOperator;
import org.jspecify.annotations.Nullable;

/**
 * Finds levels that give each group its own count: from the full width down, always the cut that costs least per
 * millisecond it saves, until the level is as fast as it must be; then channels that fit into what time is left are put
 * back, and {@link LevelSwaps} trades channels of one group for another's, from there and from the uniform level; the better
 * of the two is the level. Greedy slimming as in Yu and Huang 2019, "AutoSlim", section 3.3, with time measured on the backend in the place
 * of counted operations, and the divergence from the full width's scores after calibration in the place of accuracy.
 *
 * <p>A cut's cost changes as others are made, but seldom much: costs from before are kept, and only the most promising
 * are measured anew before one is chosen (the lazy greedy of Minoux 1978). The levels are nested: each starts from the one
 * before. Not thread-safe.
 */
final class LevelSearch {
    private static final int AT_A_TIME = 4;
    private static final int ROUNDS = 100;
    private static final int CHECK_ROUNDS = 400;
    private static final int CHECKS = 4;
    /** A saving below this share of the level's time is taken for none: timing is not that exact. */
    private static final double NOISE = 0.01;
    /** Per cent of a level's bar that its cuts are; putting channels back and trading them are the rest. */
    private static final int CUTS = 50;

    /** How much slower than its budget a level may be found in the last check. */
    private static final double TOLERANCE = 1.01;

    private final SearchOptions options;
    private final CompileListener listener;
    private final Candidates candidates;
    private int[] counts;
    private double loss;
    private int stamp;
    private String stage = "search";
    private long done;

    /**
     * @param timing of the levels on the backend
     * @param losses of the levels against the full width
     */
    LevelSearch(
            ScalableModel model,
            int roundTo,
            SearchOptions options,
            Timing timing,
            Candidates.Losses losses,
            CompileListener listener) {
        this.options = options;
        this.listener = listener;
        this.candidates = new Candidates(model, roundTo, timing, losses, this::tell);
        this.counts = candidates.full();
    }

    /** Says how long levels take. */
    @FunctionalInterface
    interface Timing {
        /** Milliseconds of one image at each level, of so many calls of each. */
        double[] millis(List<WidthLevel> levels, int rounds);
    }

    /** One group cut further. */
    private static final class Cut {
        final int group;
        final int count;
        double lossMore = Double.NaN;
        double saved = Double.NaN;
        int stamp = -1;

        Cut(int group, int count) {
            this.group = group;
            this.count = count;
        }

        /** What a millisecond costs; what is not known yet comes first, what saves nothing last. */
        double price(double needed, double least) {
            if (Double.isNaN(saved)) {
                return Double.NEGATIVE_INFINITY;
            }
            if (saved < least) {
                return Double.POSITIVE_INFINITY;
            }
            return lossMore <= 0 ? lossMore : lossMore / Math.min(saved, Math.max(least, needed));
        }
    }

    /**
     * Searches.
     *
     * @param uniform widest first, the first one whole
     * @return as many levels with the same names and widths, and how long all take
     * @throws UserException if there is not a budget for each level
     */
    List<SearchedLevel> search(List<WidthLevel> uniform) {
        int below = uniform.size() - 1;
        if (!options.budgets().isEmpty() && options.budgets().size() != below) {
            throw new UserException("there are " + options.budgets().size() + " time budgets for " + below
                    + " levels below full width: give one for each, widest first");
        }
        double[] whole = candidates.millis(uniform.get(0), List.of(), ROUNDS);
        List<SearchedLevel> out = new ArrayList<>(List.of(new SearchedLevel(uniform.get(0), whole[0], whole[0], 0, 0)));
        for (int l = 1; l < uniform.size(); l++) {
            double given = options.budgets().isEmpty() ? 0 : options.budgets().get(l - 1);
            int[] wider = counts.clone();
            out.add(level(uniform.get(l), given, wider));
        }
        return out;
    }

    /** Before each measurement, however many there are between two steps: the listener may end the search there. */
    private void tell() {
        listener.progress(stage, done, 100);
    }

    private SearchedLevel level(WidthLevel uniform, double given, int[] wider) {
        stage = "search " + uniform.name();
        done = 0;
        double factor = 1;
        for (int check = 0; ; check++) {
            double share = factor;
            DoubleUnaryOperator budget = beside -> share * (given > 0 ? given : beside);
            boolean reached = shrink(uniform, budget);
            List<LevelSwaps.Found> found =
                    reached ? within(uniform, budget, wider, given) : List.of(new LevelSwaps.Found(counts, loss));
            double[] t = candidates.millis(
                    uniform, found.stream().map(LevelSwaps.Found::counts).toList(), CHECK_ROUNDS);
            double wanted = given > 0 ? given : t[0];
            int best = 0;
            while (best < found.size() - 1 && t[best + 1] > TOLERANCE * wanted) {
                best++;
            }
            counts = found.get(best).counts();
            loss = found.get(best).loss();
            stamp++;
            double millis = t[best + 1];
            if (!reached || millis <= TOLERANCE * wanted || check == CHECKS) {
                double[] losses = candidates.losses(List.of(uniform.counts(), counts));
                WidthLevel level = new WidthLevel(uniform.name(), uniform.width(), counts, Map.of());
                done = 100;
                tell();
                return new SearchedLevel(level, t[0], millis, losses[0], losses[1]);
            }
            factor *= wanted / millis;
        }
    }

    /** Levels within the time by what was measured so far, those that lose least first: all are timed together at last. */
    private List<LevelSwaps.Found> within(WidthLevel uniform, DoubleUnaryOperator budget, int[] wider, double given) {
        LevelSwaps swaps = new LevelSwaps(candidates);
        grow(uniform, budget, wider);
        done = Math.max(done, CUTS + 10);
        tell();
        List<LevelSwaps.Found> out = new ArrayList<>(swaps.better(uniform, counts, wider, budget));
        done = Math.max(done, CUTS + 30);
        tell();
        if (given <= 0) {
            int[] start = uniform.counts();
            Arrays.setAll(start, g -> Math.min(start[g], wider[g]));
            out.addAll(swaps.better(uniform, start, wider, budget));
        }
        out.sort(Comparator.comparingDouble(LevelSwaps.Found::loss));
        return out;
    }

    /** False where no cut saves time any more. */
    private boolean shrink(WidthLevel uniform, DoubleUnaryOperator allowed) {
        List<Cut> cuts = new ArrayList<>();
        for (int g = 0; g < counts.length; g++) {
            cuts.addAll(cuts(g));
        }
        double first = Double.NaN;
        while (true) {
            double[] t = candidates.millis(uniform, List.of(counts), ROUNDS);
            double budget = allowed.applyAsDouble(t[0]);
            first = Double.isNaN(first) ? t[1] - budget : first;
            double share = 1 - (t[1] - budget) / Math.max(first, 1e-9);
            done = Math.max(done, Math.round(CUTS * Math.max(0, Math.min(1, share))));
            tell();
            if (t[1] <= budget) {
                return true;
            }
            Cut best = cheapest(uniform, cuts, t[1] - budget, NOISE * t[1]);
            if (best == null) {
                return false;
            }
            counts[best.group] = best.count;
            loss += best.lossMore;
            stamp++;
            cuts.removeIf(c -> c.group == best.group);
            cuts.addAll(cuts(best.group));
        }
    }

    private @Nullable Cut cheapest(WidthLevel uniform, List<Cut> cuts, double needed, double least) {
        while (true) {
            cuts.sort(Comparator.comparingDouble(c -> c.price(needed, least)));
            if (cuts.isEmpty() || cuts.get(0).price(needed, least) == Double.POSITIVE_INFINITY) {
                return null;
            }
            if (cuts.get(0).stamp == stamp) {
                return cuts.get(0);
            }
            List<Cut> stale = cuts.stream()
                    .filter(c -> c.stamp != stamp && c.price(needed, least) < Double.POSITIVE_INFINITY)
                    .limit(AT_A_TIME)
                    .toList();
            measure(uniform, stale);
        }
    }

    private void measure(WidthLevel uniform, List<Cut> cuts) {
        List<int[]> with = cuts.stream()
                .map(c -> Candidates.with(counts, c.group, c.count))
                .toList();
        List<int[]> timed = new ArrayList<>(List.of(counts));
        timed.addAll(with);
        double[] times = candidates.millis(uniform, timed, ROUNDS);
        double[] losses = candidates.losses(with);
        for (int i = 0; i < cuts.size(); i++) {
            cuts.get(i).saved = times[1] - times[i + 2];
            cuts.get(i).lossMore = losses[i] - loss;
            cuts.get(i).stamp = stamp;
        }
    }

    /** Puts channels back, the best first, while the level stays within its time. */
    private void grow(WidthLevel uniform, DoubleUnaryOperator allowed, int[] wider) {
        while (true) {
            List<int[]> more = new ArrayList<>();
            for (int g = 0; g < counts.length; g++) {
                if (counts[g] < wider[g]) {
                    more.add(Candidates.with(counts, g, Math.min(wider[g], counts[g] + candidates.step(g))));
                }
            }
            double[] t = candidates.millis(uniform, more, ROUNDS);
            List<int[]> fit = new ArrayList<>();
            for (int i = 0; i < more.size(); i++) {
                if (t[i + 1] <= allowed.applyAsDouble(t[0])) {
                    fit.add(more.get(i));
                }
            }
            double[] losses = candidates.losses(fit);
            int best = -1;
            for (int i = 0; i < losses.length; i++) {
                best = losses[i] < (best < 0 ? loss : losses[best]) ? i : best;
            }
            if (best < 0) {
                return;
            }
            counts = fit.get(best);
            loss = losses[best];
            stamp++;
        }
    }

    /** Counts that a group may be cut to next: one step, two, four, and so on. */
    private List<Cut> cuts(int g) {
        List<Cut> out = new ArrayList<>();
        for (int by = candidates.step(g); counts[g] - by >= candidates.least(g); by *= 2) {
            out.add(new Cut(g, counts[g] - by));
        }
        return out;
    }
}
