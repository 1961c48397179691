package io.dms.schedule;

import io.dms.model.UserException;
import io.dms.schedule.catalog.Catalog;
import io.dms.schedule.catalog.Place;
import io.dms.schedule.catalog.Task;
import io.dms.schedule.catalog.Variant;
import java.util.Locale;
import org.jspecify.annotations.Nullable;

/**
 * What may be spent on all requests together. Deadlines are the tasks' or the requests' own.
 *
 * @param joules of the device over the horizon, at least 0, or null for no bound
 * @param watts of the device in the long run, with what {@link #BURST_SECONDS} of it save up to be spent at once; or null
 * @param dollars over the horizon, at least 0, or null for no bound
 * @param memoryBytes for what is loaded on the device
 * @param horizonSeconds for how long joules and dollars must last; later requests take what is left
 */
public record Budgets(
        @Nullable Double joules,
        @Nullable Double watts,
        @Nullable Double dollars,
        long memoryBytes,
        double horizonSeconds) {
    /** How long watts that nobody took are kept. */
    public static final double BURST_SECONDS = 60;

    /** @throws UserException if a figure can't be */
    public Budgets {
        least("joules", joules);
        least("watts", watts);
        least("dollars", dollars);
        if (memoryBytes < 0) {
            throw new UserException("a budget of memory must be at least 0 bytes: " + memoryBytes);
        }
        if (!(horizonSeconds > 0) || Double.isInfinite(horizonSeconds)) {
            throw new UserException("a horizon must be above 0 s: " + horizonSeconds);
        }
    }

    private static void least(String what, @Nullable Double v) {
        if (v != null && (!(v >= 0) || Double.isInfinite(v))) {
            throw new UserException("a budget of " + what + " must be at least 0: " + v);
        }
    }

    /**
     * Whether a catalog can be served under these budgets at all.
     *
     * @throws UserException if energy is bounded and the catalog has no joules, or a task has no variant that fits
     */
    public void check(Catalog c) {
        if ((joules != null || watts != null) && !c.hasJoules()) {
            throw new UserException("the catalog lacks joules of some variants, so no budget of energy can be kept;"
                    + " measure on a board with a power sensor, or leave the budget out");
        }
        for (Task t : c.tasks()) {
            Variant least = null;
            for (Variant v : c.variantsOf(t.id())) {
                if (v.place() == Place.CLOUD) {
                    least = null;
                    break;
                }
                if (v.accuracy().overall() != null && (least == null || c.aloneBytes(v) < c.aloneBytes(least))) {
                    least = v;
                }
            }
            if (least != null && c.aloneBytes(least) > memoryBytes) {
                throw new UserException(String.format(
                        Locale.ROOT,
                        "task %s has no variant that fits: the smallest, %s, takes %.1f MB, and there are %.1f MB",
                        t.id(),
                        least.id(),
                        c.aloneBytes(least) / 1e6,
                        memoryBytes / 1e6));
            }
        }
    }
}
