package io.dms.schedule.catalog;

import io.dms.model.ModelException;
import org.jspecify.annotations.Nullable;

/**
 * What one load or one run takes of the device's (or, for a remote variant, the server's) time and of the device's energy.
 *
 * @param seconds at least 0
 * @param joules at least 0, or null where nobody measured them
 */
public record Cost(double seconds, @Nullable Double joules) {
    /** Takes nothing. */
    public static final Cost NONE = new Cost(0, 0.0);

    /** @throws ModelException if a figure can't be */
    public Cost {
        if (!(seconds >= 0) || Double.isInfinite(seconds)) {
            throw new ModelException("seconds must be a number of at least 0, but are " + seconds);
        }
        if (joules != null && (!(joules >= 0) || Double.isInfinite(joules))) {
            throw new ModelException("joules must be a number of at least 0, but are " + joules);
        }
    }

    /** Joules, or NaN where nobody measured them. */
    public double joulesOrNaN() {
        return joules == null ? Double.NaN : joules;
    }

    boolean noMoreThan(Cost other) {
        boolean joulesFit = joules == null ? other.joules == null : other.joules != null && joules <= other.joules;
        return seconds <= other.seconds && joulesFit;
    }
}
