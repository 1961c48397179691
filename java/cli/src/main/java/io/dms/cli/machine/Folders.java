package io.dms.cli.machine;

import java.nio.file.Path;
import org.jspecify.annotations.Nullable;

/** Where DMS keeps what is not part of a project, by the rules of the XDG base directories. */
public final class Folders {
    private Folders() {}

    /** Data sets that a person fetched: {@code $XDG_DATA_HOME/dms/data}, by default below {@code ~/.local/share}. */
    public static Path data() {
        return base(System.getenv("XDG_DATA_HOME"), ".local/share")
                .resolve("dms")
                .resolve("data");
    }

    /** What can be made again: {@code $XDG_CACHE_HOME/dms}, by default below {@code ~/.cache}. */
    public static Path cache() {
        return base(System.getenv("XDG_CACHE_HOME"), ".cache").resolve("dms");
    }

    /** The variable where it holds an absolute path, else the folder below home, as the XDG rules say. */
    static Path base(@Nullable String variable, String belowHome) {
        boolean set = variable != null && Path.of(variable).isAbsolute();
        return set
                ? Path.of(variable)
                : Path.of(System.getProperty("user.home")).resolve(belowHome);
    }
}
