package io.dms.backend.cudnn;

import io.dms.model.UserException;
import java.util.Locale;

/** Which of cuDNN's interfaces a prepared level's convolutions are chosen from. */
enum Candidates {
    /** The legacy algorithms alone. */
    LEGACY,
    /** Plans of the graph interface beside them, of engines that are in the library. */
    GRAPH,
    /** Beside those also engines that are compiled when a plan is made, which takes seconds for each at every start. */
    ALL;

    /** The property that chooses, {@link #GRAPH} by default. */
    static final String PROPERTY = "dms.cudnn.algorithms";

    /** What the property says. */
    static Candidates chosen() {
        String word = System.getProperty(PROPERTY, "graph");
        for (Candidates c : values()) {
            if (c.name().toLowerCase(Locale.ROOT).equals(word)) {
                return c;
            }
        }
        throw new UserException("-D" + PROPERTY + "=" + word + " must be legacy, graph or all");
    }
}
