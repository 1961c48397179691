package io.dms.select.sample;

import java.time.Instant;
import java.util.Map;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/**
 * Where and when samples were taken. Answers hold anywhere; times hold for this machine, power mode, backend and
 * number of threads.
 *
 * @param machine what it is sold as
 * @param powerMode the power mode's name, null where there is none
 * @param backend what ran the candidates, as on the command line
 * @param threads threads inside one inference
 * @param date when
 * @param versions of what the figures depend on, by name
 */
public record Origin(
        String machine,
        @Nullable String powerMode,
        String backend,
        int threads,
        Instant date,
        Map<String, String> versions) {
    /** On a machine without power modes. */
    public Origin(String machine, String backend, int threads, Instant date, Map<String, String> versions) {
        this(machine, null, backend, threads, date, versions);
    }

    /** Copies the map. */
    public Origin {
        versions = new TreeMap<>(versions);
    }
}
