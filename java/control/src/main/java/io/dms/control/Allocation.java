package io.dms.control;

import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * How a board is shared.
 *
 * @param hertz the clock to ask for; null where the coordinator may not choose it or the profiles name none
 * @param shares of the applications, in their order
 * @param watts predicted power of the board, as far as the profiles know it
 * @param changed true where it differs from the allocation before
 */
public record Allocation(@Nullable Long hertz, List<Share> shares, double watts, boolean changed) {
    /** Copies the list. */
    public Allocation {
        shares = List.copyOf(shares);
    }

    /**
     * What one application gets.
     *
     * @param runs false for one that is paused: its goals can't be met and serving it would break others'
     * @param widest the widest level that its controller may choose
     * @param narrowest the narrowest
     * @param goalsMet whether its goals are expected to be met
     * @param millis expected mean time of a call, NaN where it does not run
     * @param highMillis the same at the goal's percentile
     * @param reason one sentence for people
     */
    public record Share(
            boolean runs,
            int widest,
            int narrowest,
            boolean goalsMet,
            double millis,
            double highMillis,
            String reason) {}
}
