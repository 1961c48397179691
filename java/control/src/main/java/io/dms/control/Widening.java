package io.dms.control;

import java.util.Arrays;

/** Gives what is left to those that were admitted: the second step of {@link Allocator}. */
final class Widening {
    private final Draft d;
    private final int[] widest;
    private final int[] best;
    private final boolean[] stuck;
    private int[] members = {};
    private double bestUtility;
    private double bestLeast;
    private double topUtility;

    Widening(Draft draft) {
        d = draft;
        widest = new int[d.n];
        best = new int[d.n];
        stuck = new boolean[d.n];
    }

    /**
     * Widens priority by priority at the clock of now; utility of each.
     *
     * @param exact to search behind the greedy solution, too, as long as forecasts are left
     */
    double[] widen(boolean exact) {
        double[] utility = new double[d.n];
        int group = 0;
        for (int start = 0; start < d.n; group++) {
            int end = d.end(start);
            members = Arrays.stream(d.order, start, end)
                    .filter(i -> d.admitted[i])
                    .toArray();
            utility[group] = widenMembers(exact);
            start = end;
        }
        return utility;
    }

    private double widenMembers(boolean exact) {
        for (int i : members) {
            widest[i] = widestAlone(i);
        }
        topUtility = -1;
        greedy();
        for (int i : members) {
            d.choice[i] = d.frugal[i];
        }
        double rest = 0;
        for (int i : members) {
            rest += utility(i, widest[i]);
        }
        if (exact) {
            branch(0, 0, 1, rest);
        }
        double sum = 0;
        for (int i : members) {
            d.choice[i] = best[i];
            sum += utility(i, best[i]);
        }
        return sum;
    }

    private double utility(int i, int k) {
        return d.forecast.goals[i].weight() * d.costs.accuracy[i][k] / d.costs.accuracy[i][0];
    }

    /** The widest level that holds while the other members are frugal, by halving: what holds wider holds narrower. */
    private int widestAlone(int i) {
        int low = 0;
        int high = d.frugal[i];
        while (low < high) {
            int k = (low + high) >>> 1;
            d.choice[i] = k;
            if (d.holds(d.clock)) {
                high = k;
            } else {
                low = k + 1;
            }
        }
        d.choice[i] = d.frugal[i];
        return high;
    }

    /**
     * From the frugal levels, the step with the most utility for its load, until none holds. A step that does not hold never
     * will, since others only get wider.
     */
    private void greedy() {
        Arrays.fill(stuck, false);
        int pick;
        while ((pick = mostForItsLoad()) >= 0) {
            d.choice[pick]--;
            if (!d.holds(d.clock)) {
                d.choice[pick]++;
                stuck[pick] = true;
            }
        }
        double sum = 0;
        double least = 1;
        for (int i : members) {
            sum += utility(i, d.choice[i]);
            least = Math.min(least, d.costs.accuracy[i][d.choice[i]] / d.costs.accuracy[i][0]);
        }
        offer(sum, least);
    }

    private int mostForItsLoad() {
        int pick = -1;
        double pickScore = 0;
        for (int i : members) {
            int k = d.choice[i];
            if (k > widest[i] && !stuck[i]) {
                double score = (utility(i, k - 1) - utility(i, k)) / Math.max(1e-9, load(i, k - 1) - load(i, k));
                if (score > pickScore) {
                    pick = i;
                    pickScore = score;
                }
            }
        }
        return pick;
    }

    private double load(int i, int k) {
        double r = d.forecast.rate[i];
        double millis = d.costs.millis[i][d.clock][k];
        return (r > 0 ? r * millis : millis) * d.costs.pressure[i][k];
    }

    /** Members from {@code k} on are frugal, those before are set; {@code rest} bounds what the former can give. */
    private void branch(int k, double sum, double least, double rest) {
        if (k == members.length) {
            offer(sum, least);
            return;
        }
        int i = members[k];
        double others = rest - utility(i, widest[i]);
        for (int c = widest[i]; c <= d.frugal[i]; c++) {
            double u = sum + utility(i, c);
            if (u + others < topUtility * (1 - Allocator.EQUAL) || d.forecasts >= Allocator.FORECASTS) {
                break;
            }
            d.choice[i] = c;
            boolean fits = true;
            if (c < d.frugal[i]) {
                fits = d.holds(d.clock);
            }
            if (fits) {
                branch(k + 1, u, Math.min(least, d.costs.accuracy[i][c] / d.costs.accuracy[i][0]), others);
            }
        }
        d.choice[i] = d.frugal[i];
    }

    private void offer(double sum, double least) {
        boolean better = topUtility < 0
                || sum > topUtility * (1 + Allocator.EQUAL)
                || (sum >= topUtility * (1 - Allocator.EQUAL)
                        && (least > bestLeast + 1e-9 || (least >= bestLeast - 1e-9 && sum > bestUtility)));
        topUtility = Math.max(topUtility, sum);
        if (better) {
            bestUtility = sum;
            bestLeast = least;
            for (int i : members) {
                best[i] = d.choice[i];
            }
        }
    }
}
