package io.dms.schedule.catalog;

import io.dms.model.ModelException;
import java.util.List;

/**
 * What several variants share on the device: the weights of a scalable model's levels, or a trunk that several heads
 * read. It is loaded, and its memory counted, once for all of them.
 *
 * @param id unique among variants and fragments
 * @param memoryBytes while it is loaded
 * @param load what loading takes
 * @param run what it takes once per input if anything that requires it runs on that input; {@link Cost#NONE} for weights
 * @param requires fragments that must be loaded, too
 */
public record Fragment(String id, long memoryBytes, Cost load, Cost run, List<String> requires) {
    /** @throws ModelException if it contradicts itself */
    public Fragment {
        requires = List.copyOf(requires);
        if (memoryBytes < 0) {
            throw new ModelException("fragment " + id + ": memory must be at least 0 bytes, but is " + memoryBytes);
        }
    }
}
