package io.dms.schedule.catalog;

import java.time.Instant;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * Where a catalog's figures come from.
 *
 * @param source what measured them, or the publication that they were copied from
 * @param board on which they hold, or null
 * @param powerMode of that board, or null
 * @param date of the measurement, or null
 * @param versions of software, by name
 * @param notes what a reader must know: choices, doubts
 */
public record Provenance(
        String source,
        @Nullable String board,
        @Nullable String powerMode,
        @Nullable Instant date,
        Map<String, String> versions,
        List<String> notes) {
    /** Copies. */
    public Provenance {
        versions = java.util.Collections.unmodifiableMap(new LinkedHashMap<>(versions));
        notes = List.copyOf(notes);
    }

    /** Nothing but a source. */
    public static Provenance of(String source) {
        return new Provenance(source, null, null, null, Map.of(), List.of());
    }
}
