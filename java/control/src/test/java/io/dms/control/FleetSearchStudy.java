package io.dms.control;

import java.util.Arrays;
import java.util.Locale;
import org.junit.jupiter.api.Test;

/**
 * The search against trying everything, and what it takes; prints tables. By hand: {@code mvn -Dquick -pl java/control
 * -am test -Dtest=FleetSearchStudy -Dsurefire.failIfNoSpecifiedTests=false}.
 */
class FleetSearchStudy {
    private static final int FIRST_SEED = 101;
    private static final int SEEDS = 20;

    @Test
    void gap_to_the_exhaustive_optimum() {
        System.out.printf(
                "%nweighted utility below the exhaustive optimum of the model, goals met alike, %d seeds%n", SEEDS);
        for (int n : new int[] {2, 4, 8}) {
            int levels = n == 8 ? 4 : 8;
            for (int priorities : new int[] {1, 3}) {
                for (double load : new double[] {0.8, 1.4, 2.2}) {
                    double[] g = AllocatorTest.gaps(n, levels, priorities, load, FIRST_SEED, SEEDS);
                    System.out.printf(
                            Locale.ROOT,
                            "%d applications, %d levels, %d priorities, load %.1f: median %.2f %%, worst %.2f %%%n",
                            n,
                            levels,
                            priorities,
                            load,
                            100 * g[1],
                            100 * g[0]);
                }
            }
        }
    }

    @Test
    void time_of_a_search() {
        System.out.printf("%n8 applications, 8 levels, all clocks permitted%n");
        for (boolean power : new boolean[] {false, true}) {
            for (double load : new double[] {0.8, 1.4, 2.2}) {
                long[] nanos = new long[200];
                long[] forecasts = new long[200];
                for (int round = 0; round < 5; round++) {
                    for (int k = 0; k < nanos.length; k++) {
                        Forecast forecast = instance(k, load, power).forecast();
                        Allocator a = new Allocator(forecast);
                        boolean[] all = new boolean[8];
                        Arrays.fill(all, true);
                        long start = System.nanoTime();
                        a.search(all, 0, forecast.costs.hertz.length - 1, false);
                        nanos[k] = System.nanoTime() - start;
                        forecasts[k] = a.forecasts();
                    }
                }
                Arrays.sort(nanos);
                Arrays.sort(forecasts);
                System.out.printf(
                        Locale.ROOT,
                        "%s, load %.1f: median %.2f ms, p95 %.2f ms; forecasts median %d, most %d%n",
                        power ? "with a power goal" : "no power goal",
                        load,
                        nanos[100] * 1e-6,
                        nanos[190] * 1e-6,
                        forecasts[100],
                        forecasts[199]);
            }
        }
    }

    private static FleetInstance instance(int k, double load, boolean power) {
        FleetInstance f = new FleetInstance(FIRST_SEED + k, 8, 8, 2, load);
        Goal g = f.goals.get(0);
        if (power) {
            f.goals.set(0, new Goal(g.latencyMillis(), 95, null, null, 9.0, null, g.priority(), g.weight()));
        }
        return f;
    }
}
