package io.dms.backend.tensorrt.cache;

import io.dms.model.EnvironmentException;
import java.nio.ByteBuffer;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import org.jspecify.annotations.Nullable;

/**
 * An engine that was built and checked just now.
 *
 * @param record what will stand beside its plan
 * @param plan direct, read-only
 * @param timing for later builds, null where the builder left nothing
 */
record FreshEngine(EngineRecord record, ByteBuffer plan, byte @Nullable [] timing) {
    /**
     * Builds and checks.
     *
     * @return null where the listener ended the build
     * @throws EnvironmentException if the engine computes something else than it should
     */
    static @Nullable FreshEngine build(
            EngineBuilder builder,
            EngineRequest request,
            EngineKey key,
            byte @Nullable [] timing,
            EngineCheck check,
            BuildListener listener,
            Clock clock) {
        check.prepare();
        Instant start = clock.instant();
        BuiltEngine built = builder.build(request, timing, listener);
        if (built == null) {
            return null;
        }
        ByteBuffer plan = built.plan().slice().asReadOnlyBuffer();
        long millis = Duration.between(start, clock.instant()).toMillis();
        listener.step("comparing outputs", 0, 0);
        EngineCheck.Verdict verdict;
        try (EngineRunner runner = builder.load(plan.duplicate(), request)) {
            verdict = check.check(runner);
        }
        if (!verdict.fits()) {
            throw new EnvironmentException("the engine of " + request.model() + " at level " + request.level()
                    + " that was just built is not used: " + verdict.says()
                    + "; use a finer precision, or forget the timings of earlier builds (dms engines prune --all) and"
                    + " build again");
        }
        EngineRecord record = new EngineRecord(
                key,
                request.model(),
                request.level(),
                plan.remaining(),
                EngineFiles.digest(plan),
                start,
                Math.max(0, millis),
                verdict.says(),
                built.facts());
        return new FreshEngine(record, plan, built.timing());
    }
}
