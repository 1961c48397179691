package io.dms.cli.bench;

import io.dms.model.UserException;
import io.dms.runtime.SessionOptions;
import java.time.Duration;

/**
 * What to measure and for how long.
 *
 * @param warmup time that each contestant runs before anything counts
 * @param duration time of counted calls of each contestant
 * @param iterations counted calls of each contestant, at least
 * @param session how the model runs
 * @param seed for input values and for the order in which contestants take turns
 * @param ownModels whether each level meets a model of exactly its width, built on its own, on the same backend
 * @param onnxRuntime whether each level's export also runs in ONNX Runtime
 * @param rawCalls whether each level also runs as the backend's library alone would run it
 * @param warmAll whether every level is ready before the first inference, whose end is the time of the start
 */
public record BenchOptions(
        Duration warmup,
        Duration duration,
        int iterations,
        SessionOptions session,
        long seed,
        boolean ownModels,
        boolean onnxRuntime,
        boolean rawCalls,
        boolean warmAll) {
    /** Checks the ranges. */
    public BenchOptions {
        if (warmup.isNegative()) {
            throw new UserException("--warmup must not be negative: " + warmup.toMillis() + "ms");
        }
        if (duration.isNegative() || duration.isZero()) {
            throw new UserException("--duration must be above 0: " + duration.toMillis() + "ms");
        }
        if (iterations < 1) {
            throw new UserException("--iterations must be at least 1: " + iterations);
        }
    }
}
