package io.dms.cli.bench;

import java.util.Arrays;
import java.util.List;
import java.util.Random;
import java.util.function.BooleanSupplier;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;

/**
 * What the first call after a change of level costs over the calls that follow it. Levels are picked at random; every
 * duration is taken as a multiple of the median steady call at its level, so that levels of different cost make one
 * distribution; then like percentiles are compared.
 */
final class SwitchMeasurement {
    private static final int MOST = 20_000;
    private static final int LEAST = 20;
    private static final int CALLS_BEFORE = 2;
    private static final int STEADY_CALLS = 2;

    private final List<Contestant> levels;
    private final int[] to = new int[MOST];
    private final long[] first = new long[MOST];
    private final long[] steady = new long[MOST * STEADY_CALLS];
    private int count;

    SwitchMeasurement(List<Contestant> levels) {
        this.levels = levels;
    }

    /** Measures for about so long; null where there is only one level, or it was cancelled before it had enough. */
    BenchResult.@Nullable Switches run(long nanos, Random random, BooleanSupplier cancelled) {
        if (levels.size() < 2) {
            return null;
        }
        long start = System.nanoTime();
        while (count < MOST && (count < LEAST || System.nanoTime() - start < nanos)) {
            if (cancelled.getAsBoolean()) {
                break;
            }
            int from = random.nextInt(levels.size());
            int target = (from + 1 + random.nextInt(levels.size() - 1)) % levels.size();
            once(levels.get(from), levels.get(target), target);
        }
        return count < LEAST ? null : evaluate();
    }

    private void once(Contestant from, Contestant target, int index) {
        for (int i = 0; i < CALLS_BEFORE; i++) {
            from.call();
        }
        to[count] = index;
        first[count] = target.time();
        for (int i = 0; i < STEADY_CALLS; i++) {
            steady[count * STEADY_CALLS + i] = target.time();
        }
        count++;
    }

    private BenchResult.Switches evaluate() {
        double[] medians = new double[levels.size()];
        for (int l = 0; l < medians.length; l++) {
            int level = l;
            double[] mine = IntStream.range(0, count * STEADY_CALLS)
                    .filter(i -> to[i / STEADY_CALLS] == level)
                    .mapToDouble(i -> steady[i])
                    .toArray();
            medians[l] = percentile(mine, 50);
        }
        double[] firsts = new double[count];
        double[] steadies = new double[count * STEADY_CALLS];
        for (int i = 0; i < count; i++) {
            firsts[i] = first[i] / medians[to[i]];
        }
        for (int i = 0; i < steadies.length; i++) {
            steadies[i] = steady[i] / medians[to[i / STEADY_CALLS]];
        }
        return new BenchResult.Switches(
                percentile(firsts, 50) / percentile(steadies, 50),
                percentile(firsts, 90) / percentile(steadies, 90),
                count);
    }

    /** By nearest rank; NaN where there is nothing. */
    static double percentile(double[] values, double percentile) {
        double[] sorted = values.clone();
        Arrays.sort(sorted);
        int rank = (int) Math.ceil(percentile / 100 * sorted.length);
        return sorted.length == 0 ? Double.NaN : sorted[Math.max(0, rank - 1)];
    }
}
