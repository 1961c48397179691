package io.dms.backend.tensorrt.cache;

import java.time.Instant;
import org.jspecify.annotations.Nullable;

/**
 * What lies in a cache under one key.
 *
 * @param id the key's digest, which names the files
 * @param record what is known about the engine, null where its record can't be trusted
 * @param bytes of all its files
 * @param used when it was used last, null where that is not known
 * @param inUse true where a process uses it now, or builds it
 * @param fault why it will not be used and is built anew, null where nothing is wrong or it is being built
 */
public record StoredEngine(
        String id,
        @Nullable EngineRecord record,
        long bytes,
        @Nullable Instant used,
        boolean inUse,
        @Nullable String fault) {
    /** For people: model and level, or the beginning of the id where these are not known. */
    public String name() {
        return record == null ? id.substring(0, 12) : record.model() + " at level " + record.level();
    }
}
