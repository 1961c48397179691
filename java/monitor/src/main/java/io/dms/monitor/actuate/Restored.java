package io.dms.monitor.actuate;

import java.util.List;

/**
 * What came of putting back what was.
 *
 * @param lines one for each setting, for people
 * @param complete false where something could not be put back; the state file is then kept
 */
public record Restored(List<String> lines, boolean complete) {
    /** Copies the list. */
    public Restored {
        lines = List.copyOf(lines);
    }

    /** There was nothing to put back. */
    public static final Restored NOTHING = new Restored(List.of(), true);
}
