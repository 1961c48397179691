package io.dms.select.published;

import io.dms.model.UserException;
import java.util.Locale;

/** What counts, in the Model Selection Algorithm, as doing most for the samples that no chosen model is right on. */
public enum ModelsBy {
    /** Being right on most of them. */
    ACCURACY,
    /** Being the optimum, the cheapest that is right, on most of them. */
    OPTIMAL,
    /** The one and the other in turn. */
    ALTERNATE;

    /** The name in files and options: lower case. */
    public String id() {
        return name().toLowerCase(Locale.ROOT);
    }

    /**
     * The one of that name.
     *
     * @throws UserException if there is none
     */
    public static ModelsBy of(String id) {
        for (ModelsBy by : values()) {
            if (by.id().equals(id)) {
                return by;
            }
        }
        throw new UserException("models can't be selected by " + id + "; there are accuracy, optimal and alternate");
    }
}
