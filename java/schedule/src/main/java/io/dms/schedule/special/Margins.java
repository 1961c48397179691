package io.dms.schedule.special;

import java.util.ArrayList;
import java.util.List;

/**
 * What a specialised head's best own class must score more than the rest, so that the head's answer is taken; else the
 * frame is passed on to the general model. A lower margin over "other" suits a stream that shows little else, whatever
 * share of other images the head was trained with; a higher one over the next own class leaves what the head can't tell
 * apart to the general model (Chow, "On optimum recognition error and reject tradeoff", 1970).
 *
 * @param overOther least difference to the score of "other"; may be negative
 * @param overNext least difference to the second best own class, 0 or more
 */
public record Margins(float overOther, float overNext) {
    /** The head's answer as it is: the highest score wins. */
    public static final Margins NONE = new Margins(0, 0);

    /** What a head is tuned among. */
    static final List<Margins> GRID = grid();

    private static List<Margins> grid() {
        List<Margins> out = new ArrayList<>();
        for (float other : new float[] {-3, -2, -1, 0, 1, 2, 3, 4.5f, 6}) {
            for (float next : new float[] {0, 0.5f, 1, 1.5f, 2, 3, 4.5f, 6}) {
                out.add(new Margins(other, next));
            }
        }
        return List.copyOf(out);
    }

    /** Whether an answer is taken. */
    boolean take(float other, float next) {
        return other >= overOther && next >= overNext;
    }
}
