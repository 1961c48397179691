package io.dms.backend.tensorrt;

import io.dms.backend.tensorrt.cache.EngineRequest;
import io.dms.model.WidthLevel;
import java.nio.ByteBuffer;

/** Where a session gets engines: the cache. What comes out was verified or has just been built. */
@FunctionalInterface
interface PlanSource {
    /**
     * The engine, direct, position to limit. Takes minutes where it has to be built.
     *
     * @param request the engine of that level
     */
    ByteBuffer plan(WidthLevel level, EngineRequest request);

    /** From now on nobody minds if the engines that were given out are removed from the cache. */
    default void close() {
        // one that keeps nothing has nothing to give up
    }
}
