package io.dms.backend.tensorrt;

import io.dms.backend.tensorrt.cache.BuildListener;
import io.dms.backend.tensorrt.cache.BuildProgress;
import io.dms.backend.tensorrt.cache.CachedEngine;
import io.dms.backend.tensorrt.cache.EngineBuilder;
import io.dms.backend.tensorrt.cache.EngineCache;
import io.dms.backend.tensorrt.cache.EngineRequest;
import io.dms.backend.tensorrt.cache.InTurns;
import io.dms.backend.tensorrt.cache.PlanMemory;
import io.dms.backend.tensorrt.cache.ReferenceCheck;
import io.dms.model.ModelCosts;
import io.dms.model.ScalableModel;
import io.dms.model.UserException;
import io.dms.model.WidthLevel;
import io.dms.runtime.Backend;
import io.dms.runtime.Backends;
import io.dms.runtime.EngineKeeping;
import io.dms.runtime.SessionOptions;
import java.nio.file.Path;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
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
    private @Nullable CachedEngine last;
    private final Deque<Wanted> announced = new ArrayDeque<>();
    private @Nullable InTurns<Optional<CachedEngine>> ahead;

    /** @param reference whose outputs those of a fresh engine are compared with */
    CachedPlans(EngineCache cache, ScalableModel model, Backend reference) {
        this.cache = cache;
        this.model = model;
        this.reference = reference;
        this.levels = model.levels().stream().map(WidthLevel::name).toList();
        this.progress = new BuildProgress(
                levels,
                l -> ModelCosts.macs(model.graphAt(model.levels().get(l))),
                System::nanoTime,
                () -> Thread.currentThread().isInterrupted());
    }

    /** Engines of the cache that these options name. */
    static PlanSource of(ScalableModel model, SessionOptions options) {
        return of(model, options, new TensorRtEngineBuilder(), Backends.find("cpu"));
    }

    static PlanSource of(ScalableModel model, SessionOptions options, EngineBuilder builder, Backend reference) {
        EngineKeeping keeping = options.engines();
        Path folder = keeping.folder();
        EngineCache cache =
                new EngineCache(folder == null ? EngineCache.defaultFolder() : folder, keeping.budgetBytes(), builder);
        return new CachedPlans(cache, model, reference);
    }

    @Override
    public void announce(List<Wanted> next) {
        InTurns<Optional<CachedEngine>> before = ahead;
        ahead = null;
        announced.clear();
        if (before != null) {
            before.rest().forEach(e -> e.ifPresent(CachedEngine::close));
            before.close();
        }
        if (next.size() > 1) {
            announced.addAll(next);
            int atATime = InTurns.atATime(next.size());
            ahead = new InTurns<>(
                    next.stream().map(w -> cache.finding(w.request(), atATime)).toList());
        }
    }

    /** What was read ahead for a level; those that were announced before it are not wanted any more. */
    private @Nullable CachedEngine readAhead(WidthLevel level) {
        InTurns<Optional<CachedEngine>> turns = ahead;
        if (turns == null || announced.stream().noneMatch(w -> w.level() == level)) {
            return null;
        }
        while (true) {
            Wanted whose = announced.remove();
            Optional<CachedEngine> next = turns.next();
            if (whose.level() == level) {
                return next.orElse(null);
            }
            next.ifPresent(CachedEngine::close);
        }
    }

    @Override
    public PlanMemory plan(WidthLevel level, EngineRequest request) {
        CachedEngine found = readAhead(level);
        if (found != null) {
            // Counts as a level that was there, so that the time left of the others is told rightly.
            int at = levels.indexOf(level.name());
            if (at >= 0) {
                progress.begin(at);
                progress.end(false);
            }
            return use(found);
        }
        return fetched(level, request, null, "");
    }

    private PlanMemory fetched(WidthLevel level, EngineRequest request, @Nullable CachedEngine refused, String why) {
        int index = levels.indexOf(level.name());
        BuildListener inner = index < 0 ? BuildListener.NONE : progress.begin(index);
        ReferenceCheck check = new ReferenceCheck(reference, model, level, request.options(), SEED);
        CachedEngine engine = refused == null
                ? cache.get(request, check, told(inner))
                : cache.getAnew(request, refused.record(), why, check, told(inner));
        if (engine == null) {
            throw new UserException("the build of level " + level.name() + " of " + model.name()
                    + " was ended: run again to go on with it");
        }
        if (index >= 0) {
            progress.end(engine.fresh());
        }
        return use(engine);
    }

    @Override
    public @Nullable PlanMemory anew(WidthLevel level, EngineRequest request, String why) {
        CachedEngine refused = last;
        return refused == null || refused.fresh() ? null : fetched(level, request, refused, why);
    }

    /** Marks it as in use until this is closed. */
    private PlanMemory use(CachedEngine engine) {
        last = engine;
        CachedEngine before = inUse.put(engine.record().key().id(), engine);
        if (before != null) {
            before.close();
        }
        return engine.takePlan();
    }

    @Override
    public void close() {
        announce(List.of());
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
