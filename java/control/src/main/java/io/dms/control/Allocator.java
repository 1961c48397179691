package io.dms.control;

import java.util.List;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;

/**
 * Finds who runs, at which level, and at which clock. The order of what counts:
 *
 * <ol>
 *   <li>goals met, priority by priority from the highest; within a priority the largest sum of weights, then the most
 *       applications;
 *   <li>utility, priority by priority: the sum of weight times accuracy over that of the widest level; among allocations
 *       within 0.01 % of the best one, the one whose worst served application is served best (max-min fairness);
 *   <li>least power.
 * </ol>
 *
 * <p>An application whose goals can't be met with those before it runs at its narrowest level where that breaks no goal of
 * an application before it and none of a higher priority misses its own; otherwise it is paused.
 *
 * <p>Who can meet its goals is decided at each application's most frugal level: load only falls as levels get narrower,
 * so that a set of applications that does not fit there fits nowhere, and lower priorities can't take anything from higher
 * ones. Levels are then widened by branch and bound from a greedy start, within a budget of forecasts; when that is spent
 * the best allocation so far holds.
 */
final class Allocator {
    /** Allocations whose utility is this near to the best are equal, and fairness decides. */
    static final double EQUAL = 1e-4;

    /** Forecasts after which no further allocation is tried: what bounds the time of a decision. */
    static final int FORECASTS = 600;

    private static final int COARSE = 4;

    private final Draft d;
    private final Admission admission;
    private final Widening widening;

    Allocator(Forecast forecast) {
        d = new Draft(forecast);
        admission = new Admission(d);
        widening = new Widening(d);
    }

    /** Forecasts that the last search took. */
    int forecasts() {
        return d.forecasts;
    }

    /** What came of a search. */
    record Plan(int clock, int[] choice, boolean[] met, double[] worth, double watts) {}

    /**
     * Searches.
     *
     * @param present who is there
     * @param lowest lowest clock that may be chosen, an index
     * @param highest highest clock that may be chosen
     * @param leastPower true to stay at the frugal levels
     */
    Plan search(boolean[] present, int lowest, int highest, boolean leastPower) {
        Forecast forecast = d.forecast;
        d.forecasts = 0;
        boolean fastestIsBest = true;
        for (int i = 0; i < d.n; i++) {
            Goal g = forecast.goals[i];
            fastestIsBest &= !present[i] || (g.watts() == null && g.millijoules() == null);
        }
        int from = fastestIsBest ? highest : lowest;
        List<Draft.State> admissions = admission.all(present, from, highest);
        choose(admissions, from, highest, leastPower);
        d.clock = fastestIsBest ? highest : d.clock;
        d.clock = cheapestClock(lowest, highest);
        forecast.of(d.clock, d.choice);
        double[] worth = new double[d.n];
        for (int i = 0; i < d.n; i++) {
            worth[i] = forecast.worth(i, d.choice[i]);
        }
        return new Plan(d.clock, d.choice.clone(), forecast.copyOfMet(), worth, forecast.watts);
    }

    /**
     * Widens the admissions at the clocks at which they hold and takes what has the most utility; with the least power if
     * asked. Several clocks are first tried at a distance and with the greedy search alone, then nearer to the best one.
     */
    private void choose(List<Draft.State> admissions, int low, int high, boolean leastPower) {
        Candidate best = new Candidate(admissions.get(0), high, null);
        for (Draft.State s : admissions) {
            int[] clocks = clocksAtWhichItHolds(s, low, high);
            if (leastPower) {
                for (int c : clocks) {
                    best = better(best, s, c, true);
                }
            } else if (clocks.length > 0) {
                best = around(best, s, clocks);
            }
        }
        d.take(best.state);
        d.clock = best.clock;
        if (!leastPower && best.utility != null) {
            widening.widen(true);
        }
    }

    private Candidate around(Candidate before, Draft.State s, int[] clocks) {
        Candidate best = before;
        int at = clocks.length - 1;
        int step = Math.max(1, clocks.length / COARSE);
        for (int k = clocks.length - 1; k >= 0 && mayTry(best, clocks.length); k -= step) {
            Candidate c = better(best, s, clocks[k], false);
            at = c == best ? at : k;
            best = c;
        }
        for (step /= 2; step > 0; step /= 2) {
            int middle = at;
            for (int k = middle - step; k <= middle + step && mayTry(best, clocks.length); k += 2 * step) {
                if (k >= 0 && k < clocks.length) {
                    Candidate c = better(best, s, clocks[k], false);
                    at = c == best ? at : k;
                    best = c;
                }
            }
        }
        return best;
    }

    private boolean mayTry(Candidate best, int clocks) {
        return best.utility == null || clocks == 1 || d.forecasts < FORECASTS / 2;
    }

    /** The best so far, or this admission at this clock where it is better. */
    private Candidate better(Candidate best, Draft.State s, int clock, boolean leastPower) {
        d.take(s);
        d.clock = clock;
        if (leastPower) {
            d.holds(clock);
        }
        double[] utility = leastPower ? new double[] {-d.forecast.watts} : widening.widen(false);
        return best.utility == null || before(utility, best.utility) ? new Candidate(s, clock, utility) : best;
    }

    /** An admission at a clock, and what it comes to by priority, null where that is not known yet. */
    private static final class Candidate {
        final Draft.State state;
        final int clock;
        final double @Nullable [] utility;

        Candidate(Draft.State state, int clock, double @Nullable [] utility) {
            this.state = state;
            this.clock = clock;
            this.utility = utility;
        }
    }

    private int[] clocksAtWhichItHolds(Draft.State s, int low, int high) {
        d.take(s);
        return IntStream.rangeClosed(low, high).filter(d::holds).toArray();
    }

    private static boolean before(double[] a, double[] b) {
        for (int p = 0; p < a.length; p++) {
            if (Math.abs(a[p] - b[p]) > 1e-6 * Math.max(Math.abs(a[p]), Math.abs(b[p]))) {
                return a[p] > b[p];
            }
        }
        return false;
    }

    /** The clock with the least power at which all that hold at the clock of now hold too. */
    private int cheapestClock(int low, int high) {
        int found = d.clock;
        double least = Double.POSITIVE_INFINITY;
        for (int c = low; c <= high; c++) {
            if (d.holds(c) && !slowsOthers(c, high) && d.forecast.watts < least * (1 - 1e-9)) {
                least = d.forecast.watts;
                found = c;
            }
        }
        return found;
    }

    /** Those that run without meeting their goals are served as well as possible: not at a lower clock. */
    private boolean slowsOthers(int c, int high) {
        if (c == high) {
            return false;
        }
        for (int i = 0; i < d.n; i++) {
            if (d.choice[i] >= 0 && !d.admitted[i]) {
                return true;
            }
        }
        return false;
    }
}
