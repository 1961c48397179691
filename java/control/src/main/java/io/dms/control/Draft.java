package io.dms.control;

import java.util.Arrays;

/** An allocation in the making, and whether it keeps what was promised so far. */
final class Draft {
    final Forecast forecast;
    final CostTable costs;
    final int n;
    /** Applications by priority, highest first. */
    final int[] order;
    /** The most frugal level of each that keeps its accuracy floor; the narrowest where none does. */
    final int[] frugal;
    /** Who is meant to meet its goals; all later steps keep that. */
    final boolean[] admitted;
    /** What each gets, an index into its levels worth choosing; -1 for one that does not run. */
    final int[] choice;

    int clock;
    int forecasts;

    Draft(Forecast forecast) {
        this.forecast = forecast;
        costs = forecast.costs;
        n = costs.size;
        frugal = new int[n];
        admitted = new boolean[n];
        choice = new int[n];
        order = new int[n];
        Integer[] sorted = new Integer[n];
        for (int i = 0; i < n; i++) {
            sorted[i] = i;
            frugal[i] = frugal(i);
        }
        Arrays.sort(sorted, (a, b) -> Integer.compare(forecast.goals[b].priority(), forecast.goals[a].priority()));
        for (int i = 0; i < n; i++) {
            order[i] = sorted[i];
        }
    }

    private int frugal(int i) {
        Double floor = forecast.goals[i].accuracyFloor();
        int k = costs.level[i].length - 1;
        while (floor != null && k > 0 && costs.accuracy[i][k] < floor) {
            k--;
        }
        boolean never = floor != null && costs.accuracy[i][k] < floor;
        return never ? costs.level[i].length - 1 : k;
    }

    /** Who is admitted and who runs at which frugal level, up to some priority. */
    record State(int[] choice, boolean[] admitted) {}

    void take(State s) {
        System.arraycopy(s.choice(), 0, choice, 0, n);
        System.arraycopy(s.admitted(), 0, admitted, 0, n);
    }

    /** What stands now. */
    State state() {
        return new State(choice.clone(), admitted.clone());
    }

    /** Where the group of equals that begins here in the order of priorities ends. */
    int end(int start) {
        int end = start;
        while (end < n && forecast.goals[order[end]].priority() == forecast.goals[order[start]].priority()) {
            end++;
        }
        return end;
    }

    /** True where {@link #holds} at some clock between two. */
    boolean holdsSomewhere(int low, int high) {
        for (int c = high; c >= low; c--) {
            if (holds(c)) {
                return true;
            }
            if (isTooSlow()) {
                return false;
            }
        }
        return false;
    }

    /** True where somebody misses at the clock of the last forecast what a lower one can't bring: all but power and energy. */
    private boolean isTooSlow() {
        for (int i = 0; i < n; i++) {
            Goal g = forecast.goals[i];
            if (admitted[i] && !forecast.met[i] && g.watts() == null && g.millijoules() == null) {
                return true;
            }
        }
        return false;
    }

    /** True where all admitted applications meet their goals with the choices of now. */
    boolean holds(int atClock) {
        forecasts++;
        forecast.of(atClock, choice);
        for (int i = 0; i < n; i++) {
            if (admitted[i] && !forecast.met[i]) {
                return false;
            }
        }
        return true;
    }
}
