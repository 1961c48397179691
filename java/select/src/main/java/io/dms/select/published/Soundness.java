package io.dms.select.published;

import io.dms.model.UserException;
import java.util.Locale;

/** How a choice is held to be trustworthy; one that is not goes to the user's policy. */
public enum Soundness {
    /** Every choice is trusted. */
    NONE,
    /** Only training samples within a radius count as neighbours; an input without any is unlike all that was learned. */
    RADIUS,
    /** Conformal prediction: the choice must fit the input, and no other must fit it too well. */
    CONFORMAL;

    /** The name in files and options: lower case. */
    public String id() {
        return name().toLowerCase(Locale.ROOT);
    }

    /**
     * The one of that name.
     *
     * @throws UserException if there is none
     */
    public static Soundness of(String id) {
        for (Soundness s : values()) {
            if (s.id().equals(id)) {
                return s;
            }
        }
        throw new UserException("there is no soundness " + id + "; there are none, radius and conformal");
    }
}
