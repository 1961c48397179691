package io.dms.backend.tensorrt;

import io.dms.backend.tensorrt.PlanSource.Wanted;
import io.dms.backend.tensorrt.cache.BuildListener;
import io.dms.backend.tensorrt.cache.BuiltEngine;
import io.dms.backend.tensorrt.cache.CachedEngine;
import io.dms.backend.tensorrt.cache.EngineBuilder;
import io.dms.backend.tensorrt.cache.EngineCache;
import io.dms.backend.tensorrt.cache.EngineCheck.Verdict;
import io.dms.backend.tensorrt.cache.EngineFacts;
import io.dms.backend.tensorrt.cache.EngineOptions;
import io.dms.backend.tensorrt.cache.EnginePlatform;
import io.dms.backend.tensorrt.cache.EngineRequest;
import io.dms.backend.tensorrt.cache.EngineRunner;
import io.dms.model.EnvironmentException;
import io.dms.model.ScalableModel;
import io.dms.runtime.Backend;
import io.dms.runtime.SessionOptions;
import java.nio.ByteBuffer;
import java.nio.FloatBuffer;
import java.nio.file.Path;
import java.util.List;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * Goes through a start that finds its engines, as far as it needs neither library nor device, so that an archive of loaded
 * classes has what such a start loads. Its plans are empty, for a platform that no machine has: no session takes one.
 */
public final class StartRehearsal {
    private static final long BUDGET_BYTES = 1 << 20;

    private StartRehearsal() {}

    /**
     * Fills a cache and then finds all levels' engines in it.
     *
     * @param reference what a session would compare fresh engines with; is not asked
     * @param folder of the cache, which nobody else uses; the caller removes it
     * @param notes as of {@link EngineCache}
     */
    public static void run(ScalableModel model, Backend reference, Path folder, Consumer<String> notes) {
        EngineOptions options = TensorRtEngineBuilder.engineOptions(model, SessionOptions.DEFAULT);
        List<Wanted> wanted = model.levels().stream()
                .map(level -> new Wanted(level, EngineRequest.of(model, level, options)))
                .toList();
        EngineCache cache = new EngineCache(folder, BUDGET_BYTES, new Nothing(), notes);
        for (Wanted w : wanted) {
            CachedEngine engine =
                    cache.get(w.request(), fresh -> new Verdict(true, "has nothing to compute"), BuildListener.NONE);
            if (engine != null) {
                engine.close();
            }
        }
        PlanSource plans = new CachedPlans(cache, model, reference);
        try {
            plans.announce(wanted);
            for (Wanted w : wanted) {
                plans.plan(w.level(), w.request()).close();
            }
        } finally {
            plans.close();
        }
    }

    /** Builds plans of no bytes that matter. */
    private static final class Nothing implements EngineBuilder {
        @Override
        public List<String> refusals() {
            return List.of();
        }

        @Override
        public EnginePlatform platform() {
            return new EnginePlatform("none", "none", "none", "none", "none", 0);
        }

        @Override
        public @Nullable BuiltEngine build(EngineRequest request, byte @Nullable [] timing, BuildListener listener) {
            return new BuiltEngine(ByteBuffer.allocateDirect(1 << 12), null, EngineFacts.NONE);
        }

        @Override
        public EngineRunner load(ByteBuffer plan, EngineRequest request) {
            return new EngineRunner() {
                @Override
                public void run(int batch, FloatBuffer[] inputs, FloatBuffer[] outputs) {
                    throw new EnvironmentException("a rehearsed engine computes nothing");
                }

                @Override
                public void close() {
                    // nothing is held
                }
            };
        }
    }
}
