package io.dms.schedule.catalog;

import io.dms.model.UserException;
import java.util.Arrays;
import java.util.Locale;
import java.util.stream.Collectors;

/** Where a variant runs. */
public enum Place {
    /** Wholly on the device. */
    DEVICE,
    /** Its first layers on the device, the rest on a server. */
    SPLIT,
    /** Wholly on a server. */
    CLOUD;

    /** As in files. */
    public String word() {
        return name().toLowerCase(Locale.ROOT);
    }

    /**
     * The place of a word.
     *
     * @throws UserException if there is none
     */
    public static Place of(String word) {
        for (Place p : values()) {
            if (p.word().equals(word)) {
                return p;
            }
        }
        throw new UserException("there is no place \"" + word + "\"; places are "
                + Arrays.stream(values()).map(Place::word).collect(Collectors.joining(", ")));
    }
}
