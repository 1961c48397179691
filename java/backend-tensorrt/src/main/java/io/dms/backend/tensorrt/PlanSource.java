package io.dms.backend.tensorrt;

import io.dms.backend.tensorrt.cache.EngineRequest;
import io.dms.backend.tensorrt.cache.PlanMemory;
import io.dms.model.WidthLevel;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** Where a session gets engines: the cache. What comes out was verified or has just been built. */
@FunctionalInterface
interface PlanSource {
    /**
     * The engine, which the caller closes. Takes minutes where it has to be built.
     *
     * @param request the engine of that level
     */
    PlanMemory plan(WidthLevel level, EngineRequest request);

    /**
     * Another engine in place of the one that was given last, which the library refuses although it is what was written:
     * built now, whatever is kept. Null where that one had just been built.
     *
     * @param why the library's words
     */
    default @Nullable PlanMemory anew(WidthLevel level, EngineRequest request, String why) {
        return null;
    }

    /**
     * Says which engines will be asked for next, in this order, so that they can be read meanwhile; instead of those that
     * were announced before.
     */
    default void announce(List<Wanted> next) {
        // one that reads no files has nothing to do ahead
    }

    /** An engine that will be asked for. */
    record Wanted(WidthLevel level, EngineRequest request) {}

    /** From now on nobody minds if the engines that were given out are removed from the cache. */
    default void close() {
        // one that keeps nothing has nothing to give up
    }
}
