package io.dms.model;

import org.jspecify.annotations.Nullable;

/**
 * All the axes of all the tensors that are permuted and cut together.
 *
 * @param name the name of the first tensor whose axis belongs to it; unique in its model
 * @param size number of units that can be kept or cut; a unit is one channel, or one whole group of a grouped
 *     convolution, or one position in all of its groups
 * @param channelsPerUnit channels that one unit has on the activations that carry it (the smallest such number)
 * @param frozenBecause why the group is kept whole and in its original order, or null where it is free
 */
public record ChannelGroup(
        String name,
        int size,
        int channelsPerUnit,
        @Nullable String frozenBecause) {
    /** True where the group is kept whole. */
    public boolean frozen() {
        return frozenBecause != null;
    }
}
