package io.dms.schedule.catalog;

import io.dms.model.UserException;
import java.util.Arrays;
import java.util.Locale;
import java.util.stream.Collectors;

/** How a variant was made. */
public enum Kind {
    /** A width level of a scalable model; its levels share one set of weights, a {@link Fragment}. */
    LEVEL,
    /** A network of its own. */
    NETWORK,
    /** A network with layers factorised into two of low rank. */
    LOW_RANK,
    /** A small network or head for the classes of a context; of what it does not know, its fallback tells. */
    SPECIALISED,
    /** A head that reads the features of a trunk, a {@link Fragment}, which runs once per input. */
    SHARED,
    /** What a server runs. */
    REMOTE;

    /** As in files. */
    public String word() {
        return name().toLowerCase(Locale.ROOT).replace('_', '-');
    }

    /**
     * The kind of a word.
     *
     * @throws UserException if there is none
     */
    public static Kind of(String word) {
        for (Kind k : values()) {
            if (k.word().equals(word)) {
                return k;
            }
        }
        throw new UserException("there is no kind \"" + word + "\"; kinds are "
                + Arrays.stream(values()).map(Kind::word).collect(Collectors.joining(", ")));
    }
}
