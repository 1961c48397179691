package io.dms.control;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.List;
import org.junit.jupiter.api.Test;

class AllocatorTest {
    private static final int SEEDS = 20;

    private static Allocator.Plan plan(FleetInstance f, boolean[] present, boolean leastPower) {
        Forecast forecast = f.forecast();
        int top = forecast.costs.hertz.length - 1;
        return new Allocator(forecast).search(present, 0, top, leastPower);
    }

    /** Worst and median loss of weighted utility against the exhaustive optimum; goals met must be the same. */
    static double[] gaps(int n, int levels, int priorities, double load, int firstSeed, int seeds) {
        List<Double> gaps = new ArrayList<>();
        for (int seed = firstSeed; seed < firstSeed + seeds; seed++) {
            FleetInstance f = new FleetInstance(seed, n, levels, priorities, load);
            Forecast forecast = f.forecast();
            int top = forecast.costs.hertz.length - 1;
            Allocator.Plan plan = new Allocator(forecast).search(f.all(), top, top, false);
            double[] found = f.rank(plan.choice(), plan.met(), forecast.costs);
            double[] best = f.exhaustive(top);
            if (found == null) {
                throw new AssertionError("no allocation of the rules, seed " + seed);
            }
            for (int p = 0; p < best.length / 4 * 3; p++) {
                assertThat(found[p]).as("goals kept, seed %d, rank %d", seed, p).isEqualTo(best[p]);
            }
            double mine = FleetInstance.utility(found);
            double theirs = FleetInstance.utility(best);
            gaps.add(theirs == 0 ? 0 : (theirs - mine) / theirs);
        }
        Collections.sort(gaps);
        return new double[] {gaps.get(gaps.size() - 1), gaps.get(gaps.size() / 2)};
    }

    @Test
    void utility_is_near_the_best_of_all_allocations() {
        for (double load : new double[] {0.8, 1.4, 2.2}) {
            for (int n : new int[] {2, 4}) {
                double[] g = gaps(n, 4, 1, load, 0, SEEDS);
                assertThat(g[0]).isLessThan(0.05);
            }
        }
    }

    @Test
    void goals_of_priorities_and_utility_are_near_the_best_of_all_allocations() {
        double[] g = gaps(4, 4, 3, 1.6, 0, SEEDS);
        assertThat(g[0]).isLessThan(0.05);
    }

    @Test
    void eight_applications_are_near_the_best_of_all_allocations_too() {
        assertThat(gaps(8, 4, 2, 1.4, 0, 2)[0]).isLessThan(0.05);
    }

    @Test
    void one_more_application_of_lower_priority_never_costs_a_goal_of_a_higher_one() {
        for (int seed = 0; seed < 200; seed++) {
            FleetInstance f = new FleetInstance(seed, 6, 4, 3, 1 + seed % 5 * 0.5);
            for (int guest = 0; guest < f.n; guest++) {
                boolean[] without = f.all();
                without[guest] = false;
                boolean[] before = plan(f, without, false).met();
                boolean[] after = plan(f, f.all(), false).met();
                int priority = f.goals.get(guest).priority();
                double lost = 0;
                for (int i = 0; i < f.n; i++) {
                    if (f.goals.get(i).priority() > priority) {
                        lost += (before[i] ? 1 : 0) - (after[i] ? 1 : 0);
                    }
                }
                assertThat(lost).as("seed %d guest %d", seed, guest).isZero();
            }
        }
    }

    @Test
    void least_power_is_the_least_of_all_allocations_that_meet_the_goals() {
        int compared = 0;
        for (int seed = 0; seed < SEEDS; seed++) {
            FleetInstance f = new FleetInstance(seed, 3, 4, 1, 0.7);
            Allocator.Plan plan = plan(f, f.all(), true);
            double best = leastWatts(f);
            if (best < Double.POSITIVE_INFINITY) {
                compared++;
                assertThat(plan.met()).containsOnly(true);
                assertThat(plan.watts()).as("seed %d", seed).isLessThanOrEqualTo(best * 1.0001);
            }
        }
        assertThat(compared).isGreaterThan(SEEDS / 2);
    }

    private static double leastWatts(FleetInstance f) {
        Forecast forecast = f.forecast();
        double best = Double.POSITIVE_INFINITY;
        for (int c = 0; c < forecast.costs.hertz.length; c++) {
            for (int code = 0; code < 64; code++) {
                forecast.of(c, new int[] {code & 3, code >> 2 & 3, code >> 4});
                if (forecast.met[0] && forecast.met[1] && forecast.met[2]) {
                    best = Math.min(best, forecast.watts);
                }
            }
        }
        return best;
    }

    @Test
    void what_misses_its_goal_anyway_is_paused_where_it_slows_a_higher_priority_that_misses_too() {
        FleetInstance f = new FleetInstance(3, 2, 4, 1, 20);
        Goal g = f.goals.get(0);
        f.goals.set(0, new Goal(g.latencyMillis(), 95, null, null, null, null, 1, 1));
        Allocator.Plan plan = plan(f, f.all(), false);
        assertThat(plan.met()).containsOnly(false);
        assertThat(plan.choice()[0]).isEqualTo(f.forecast().costs.level[0].length - 1);
        assertThat(plan.choice()[1]).isEqualTo(-1);
    }

    @Test
    void equals_that_cannot_all_be_wide_are_served_alike() {
        FleetInstance f = new FleetInstance(1, 4, 8, 1, 1.5);
        for (int i = 1; i < 4; i++) {
            f.profiles.set(i, f.profiles.get(0));
            f.goals.set(i, f.goals.get(0));
            f.rate[i] = f.rate[0];
            f.slowdown[i] = f.slowdown[0];
            Arrays.fill(f.coefficient[i], 1);
        }
        Arrays.fill(f.coefficient[0], 1);
        int[] choice = plan(f, f.all(), false).choice();
        Arrays.sort(choice);
        assertThat(choice[3] - choice[0]).isLessThanOrEqualTo(1);
    }

    @Test
    void a_search_for_eight_applications_of_eight_levels_stays_within_its_budget() {
        for (int seed = 0; seed < SEEDS; seed++) {
            FleetInstance f = new FleetInstance(seed, 8, 8, 2, 2);
            Forecast forecast = f.forecast();
            Allocator a = new Allocator(forecast);
            a.search(f.all(), 0, forecast.costs.hertz.length - 1, false);
            assertThat(a.forecasts()).isLessThan(8000);
        }
    }

    @Test
    void a_search_takes_a_bounded_number_of_forecasts_whatever_is_asked() {
        int most = 0;
        for (int seed = 1; seed <= 12; seed++) {
            for (double load : new double[] {0.8, 2.2, 6}) {
                for (boolean power : new boolean[] {false, true}) {
                    FleetInstance f = new FleetInstance(seed, 8, 8, 1 + seed % 3, load);
                    Goal g = f.goals.get(0);
                    Double watts = power ? Double.valueOf(9) : null;
                    f.goals.set(0, new Goal(g.latencyMillis(), 95, null, null, watts, null, g.priority(), g.weight()));
                    Forecast forecast = f.forecast();
                    Allocator allocator = new Allocator(forecast);
                    boolean[] all = new boolean[8];
                    Arrays.fill(all, true);
                    allocator.search(all, 0, forecast.costs.hertz.length - 1, false);
                    most = Math.max(most, allocator.forecasts());
                }
            }
        }
        assertThat(most).isLessThan(2 * Allocator.FORECASTS);
    }
}
