package io.dms.schedule;

import io.dms.model.UserException;
import java.util.List;

/** Schedulers by name. */
public final class Schedulers {
    /** All names, ours first, then the published one, then baselines. */
    public static final List<String> NAMES =
            List.of("priced", "published", "original", "best", "server-first", "server-only", "device-only");

    private Schedulers() {}

    /**
     * A new scheduler.
     *
     * @throws UserException if there is none of that name
     */
    public static Scheduler of(String name, CatalogTable table, State state) {
        return switch (name) {
            case "priced" -> new PricedScheduler(table, state);
            case "published" -> new PublishedScheduler(table);
            case "original" -> FixedScheduler.original(table);
            case "best" -> FixedScheduler.best(table);
            case "server-first" -> PlaceScheduler.serverFirst(table);
            case "server-only" -> PlaceScheduler.serverOnly(table);
            case "device-only" -> PlaceScheduler.deviceOnly(table);
            default ->
                throw new UserException(
                        "there is no scheduler \"" + name + "\"; there are " + String.join(", ", NAMES));
        };
    }
}
