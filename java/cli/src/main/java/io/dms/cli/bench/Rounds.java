package io.dms.cli.bench;

import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Random;
import java.util.function.BooleanSupplier;
import java.util.function.DoubleConsumer;
import org.jspecify.annotations.Nullable;

/** Lets all contestants take turns, in a new random order each round, until each has enough counted calls. */
final class Rounds {
    private final List<Turn> turns;
    private final BenchOptions options;
    private final Random random;
    private final BooleanSupplier cancelled;
    private @Nullable Object lastEngine;

    Rounds(List<Turn> turns, BenchOptions options, Random random, BooleanSupplier cancelled) {
        this.turns = new ArrayList<>(turns);
        this.options = options;
        this.random = random;
        this.cancelled = cancelled;
    }

    /** Calls everyone for the warm-up time; nothing counts. */
    void warmUp() {
        for (Turn turn : turns) {
            for (Contestant c : turn.contestants()) {
                long start = System.nanoTime();
                do {
                    if (cancelled.getAsBoolean()) {
                        return;
                    }
                    c.call();
                } while (System.nanoTime() - start < options.warmup().toNanos());
            }
        }
    }

    /**
     * Measures.
     *
     * @param progress told the share that is done, once a round
     */
    void run(DoubleConsumer progress, Clocks clocks) {
        double done = 0;
        while (done < 1 && !cancelled.getAsBoolean()) {
            clocks.sample();
            Collections.shuffle(turns, random);
            for (Turn turn : turns) {
                if (cancelled.getAsBoolean()) {
                    break;
                }
                turn.take(lastEngine);
                lastEngine = turn.engine();
            }
            done = turns.stream().mapToDouble(t -> t.done(options)).min().orElse(1);
            progress.accept(done);
        }
        clocks.sample();
    }
}
