package io.dms.runtime;

import io.dms.model.UserException;
import java.nio.file.Path;
import org.jspecify.annotations.Nullable;

/**
 * Where engines are kept that a backend builds once and reads at later starts. Backends that build none ignore it.
 *
 * @param folder made where it is not there, for this user alone; null for the user's own cache ({@code dms/engines} in
 *     {@code $XDG_CACHE_HOME} or {@code ~/.cache})
 * @param budgetBytes room for engines: over it those go that were not used for the longest time
 */
public record EngineKeeping(@Nullable Path folder, long budgetBytes) {
    /** The user's own cache, with 4 GiB. */
    public static final EngineKeeping DEFAULT = new EngineKeeping(null, 4L << 30);

    /** Checks the range. */
    public EngineKeeping {
        if (budgetBytes < 0) {
            throw new UserException("the engine cache's budget must not be negative: " + budgetBytes);
        }
    }
}
