package io.dms.robotics;

import io.dms.select.Method;
import org.jspecify.annotations.Nullable;

/**
 * Turns a selector's dial so that answers are right as often as a goal's accuracy floor asks, on average, and no dearer. A
 * frame that had to be answered in a hurry is made up for by others: the dial follows the sum of what is missing, by how
 * likely each answer was right. Reads no clock, allocates nothing. Not thread-safe.
 */
final class FloorDial {
    /** Places of the dial for one whole wrong answer. */
    private static final double GAIN = 0.5;
    /** Above the floor, since sureness is an estimate. */
    private static final double MARGIN = 0.005;

    private final @Nullable Double floor;
    private final int last;
    private double place;

    /** @param floor share of right answers, null where none is asked for: then the usual setting stays */
    FloorDial(Method.Learned learned, @Nullable Double floor) {
        this.floor = floor;
        last = learned.settings().size() - 1;
        place = floor == null ? learned.usual() : cheapest(learned, floor);
    }

    /** The cheapest setting that is expected to keep the floor, or the last. */
    private static int cheapest(Method.Learned learned, double floor) {
        int last = learned.settings().size() - 1;
        for (int i = 0; i < last; i++) {
            Method.Expected e = learned.expected(i);
            if (e != null && e.accuracy() >= floor + MARGIN) {
                return i;
            }
        }
        return last;
    }

    /** The setting for the next frame. */
    int setting() {
        return (int) Math.round(place);
    }

    /**
     * A frame was answered.
     *
     * @param sureness how likely the answer is right, 0 where there is none
     */
    void observe(double sureness) {
        if (floor != null) {
            place = Math.max(0, Math.min(last, place + GAIN * (floor + MARGIN - sureness)));
        }
    }
}
