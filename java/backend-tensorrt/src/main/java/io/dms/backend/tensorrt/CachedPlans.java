package io.dms.backend.tensorrt;

import io.dms.backend.tensorrt.cache.BuildListener;
import io.dms.backend.tensorrt.cache.BuildProgress;
import io.dms.backend.tensorrt.cache.CachedEngine;
import io.dms.backend.tensorrt.cache.EngineCache;
import io.dms.backend.tensorrt.cache.EngineRequest;
import io.dms.backend.tensorrt.cache.ReferenceCheck;
import io.dms.model.ModelCosts;
import io.dms.model.ScalableModel;
import io.dms.model.UserException;
import io.dms.model.WidthLevel;
import io.dms.runtime.Backend;
import io.dms.runtime.Backends;
import java.nio.ByteBuffer;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Engines of one model from the cache of this user; what is built meanwhile is told to the log. What was given out stays
 * marked as in use until this is closed, so that no other process removes what the next start wants.
 */
final class CachedPlans implements PlanSource {
    private static final Logger LOG = LoggerFactory.getLogger(CachedPlans.class);

    /** Seed of the inputs on which a fresh engine is compared with the CPU. */
    private static final long SEED = 1;

    private static final int EVERY_SECONDS = 5;

    private final EngineCache cache;
    private final ScalableModel model;
    private final Backend reference;
    private final BuildProgress progress;
    private final Map<String, CachedEngine> inUse = new HashMap<>();
    private final List<String> levels;

    /** @param reference whose outputs those of a fresh engine are compared with */
    CachedPlans(EngineCache cache, ScalableModel model, Backend reference) {
        this.cache = cache;
        this.model = model;
        this.reference = reference;
        this.levels = model.levels().stream().map(WidthLevel::name).toList();
        this.progress = new BuildProgress(
                levels,
                model.levels().stream()
                        .map(l -> ModelCosts.macs(model.graphAt(l)))
                        .toList(),
                System::nanoTime,
                () -> Thread.currentThread().isInterrupted());
    }

    static PlanSource of(ScalableModel model) {
        EngineCache cache = new EngineCache(
                EngineCache.defaultFolder(), EngineCache.DEFAULT_BUDGET_BYTES, new TensorRtEngineBuilder());
        return new CachedPlans(cache, model, Backends.find("cpu"));
    }

    @Override
    public ByteBuffer plan(WidthLevel level, EngineRequest request) {
        int index = levels.indexOf(level.name());
        BuildListener inner = index < 0 ? BuildListener.NONE : progress.begin(index);
        ReferenceCheck check = new ReferenceCheck(reference, model, level, request.options(), SEED);
        CachedEngine engine = cache.get(request, check, told(inner));
        if (engine == null) {
            throw new UserException("the build of level " + level.name() + " of " + model.name()
                    + " was ended: run again to go on with it");
        }
        CachedEngine before = inUse.put(engine.record().key().id(), engine);
        if (before != null) {
            before.close();
        }
        if (index >= 0) {
            progress.end(engine.fresh());
        }
        return engine.takePlan();
    }

    @Override
    public void close() {
        inUse.values().forEach(CachedEngine::close);
        inUse.clear();
    }

    /** A line at the beginning and then every few seconds: a build that says nothing looks like one that hangs. */
    private BuildListener told(BuildListener inner) {
        long[] next = {0};
        return (phase, done, of) -> {
            boolean on = inner.step(phase, done, of);
            BuildProgress.Status status = progress.status();
            if (status.elapsedSeconds() >= next[0]) {
                next[0] = status.elapsedSeconds() + EVERY_SECONDS;
                LOG.info("building engines: {}", status.line());
            }
            return on;
        };
    }
}
