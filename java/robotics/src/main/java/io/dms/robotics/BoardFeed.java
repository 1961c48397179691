package io.dms.robotics;

import io.dms.control.Moment;

/** Tells a controller what is known of the board just before a call. Allocates nothing, waits for nothing. */
@FunctionalInterface
public interface BoardFeed {
    /** Knows nothing. */
    BoardFeed NONE = moment -> moment.board(Double.NaN, Double.NaN, false);

    /** Fills the board's part of a moment. */
    void fill(Moment moment);
}
