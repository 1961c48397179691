package io.dms.monitor.jetson;

import io.dms.monitor.PowerMode;
import io.dms.monitor.SystemFiles;
import java.io.File;
import org.jspecify.annotations.Nullable;

/**
 * The power mode that holds now. Its files are parsed again only when one of them changed, because the mode is asked for
 * once a second for as long as a board is watched, and changes once a day.
 */
final class ActiveMode {
    /** Files that were written just now may be written once more without looking any different. */
    private static final long SETTLED_MILLIS = 2000;

    private final SystemFiles files;
    private final File[] watched;
    private final long[] changed;
    private final long[] lengths;
    private boolean settled;
    private @Nullable PowerMode mode;

    ActiveMode(SystemFiles files) {
        this.files = files;
        this.watched = new File[] {
            files.path(PowerModes.CONFIGURATION).toFile(),
            files.path(PowerModes.STATUS).toFile()
        };
        this.changed = new long[watched.length];
        this.lengths = new long[watched.length];
    }

    /** The mode, null where it is not known. Allocates only when a file changed. */
    @Nullable
    PowerMode now() {
        boolean same = settled;
        long newest = 0;
        for (int i = 0; i < watched.length; i++) {
            long at = watched[i].lastModified();
            long length = watched[i].length();
            same &= at == changed[i] && length == lengths[i];
            changed[i] = at;
            lengths[i] = length;
            newest = Math.max(newest, at);
        }
        if (!same) {
            PowerModes modes = PowerModes.read(files);
            mode = modes == null ? null : modes.active();
            settled = Math.abs(System.currentTimeMillis() - newest) > SETTLED_MILLIS;
        }
        return mode;
    }
}
