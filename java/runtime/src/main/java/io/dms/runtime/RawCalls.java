package io.dms.runtime;

import io.dms.model.WidthLevel;

/**
 * A session whose library can be called without DMS around it, so that a benchmark can tell what DMS adds: the same
 * engine in the same memory, without checks and without copies from and to the caller's buffers.
 */
public interface RawCalls {
    /**
     * A call of one level, as the library's own tool makes it: inputs from pinned memory to the device, the engine,
     * outputs back, and waiting until they are there. Its inputs are what the last call of the session left. One thread
     * at a time with the session; of no use after it is closed.
     */
    Runnable raw(WidthLevel level);
}
