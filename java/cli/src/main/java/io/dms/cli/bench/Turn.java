package io.dms.cli.bench;

import java.util.List;
import java.util.Random;
import org.jspecify.annotations.Nullable;

/**
 * One visit in a round: some uncounted calls until the caches hold this network and the threads of whoever came before
 * sleep, then counted calls for a short while.
 */
abstract class Turn {
    /** Counted time of one visit: long enough for several calls, short enough that slow drift meets all alike. */
    private static final long SLICE_NANOS = 20_000_000;

    private static final int LEAST_CALLS = 2;

    /** How long the worker threads of one engine may spin after their last call; the next engine waits that long. */
    private static final long SETTLE_NANOS = 3_000_000;

    /** Who is called, for the warm-up and for knowing when it is enough. */
    abstract List<Contestant> contestants();

    /** Counted calls, one after the other. */
    abstract void countedCalls();

    final Object engine() {
        return contestants().get(0).engine();
    }

    /** @param before the engine of the visit before, or null */
    final void take(@Nullable Object before) {
        long settle = before == engine() ? 0 : SETTLE_NANOS;
        long start = System.nanoTime();
        do {
            contestants().forEach(Contestant::call);
        } while (System.nanoTime() - start < settle);
        start = System.nanoTime();
        for (int i = 0; i < LEAST_CALLS || System.nanoTime() - start < SLICE_NANOS; i++) {
            countedCalls();
        }
    }

    /** Share of the wanted measurement that is done, 1 where it is enough. */
    final double done(BenchOptions options) {
        double least = 1;
        for (Contestant c : contestants()) {
            double time = (double) c.recordedNanos() / options.duration().toNanos();
            double calls = (double) c.recorder().count() / options.iterations();
            least = Math.min(least, Math.min(time, calls));
        }
        return least;
    }

    /** A contestant by itself. */
    static Turn steady(Contestant contestant) {
        return new Turn() {
            @Override
            List<Contestant> contestants() {
                return List.of(contestant);
            }

            @Override
            void countedCalls() {
                contestant.record();
            }
        };
    }

    /** Two contestants call by call, in an order drawn anew each time, so that drift and caches favour neither. */
    static Turn pair(Contestant one, Contestant other, Random random) {
        return new Turn() {
            @Override
            List<Contestant> contestants() {
                return List.of(one, other);
            }

            @Override
            void countedCalls() {
                boolean swap = random.nextBoolean();
                (swap ? other : one).record();
                (swap ? one : other).record();
            }
        };
    }
}
