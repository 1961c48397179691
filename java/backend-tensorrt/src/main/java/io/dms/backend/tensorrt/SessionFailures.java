package io.dms.backend.tensorrt;

import io.dms.cuda.DeviceException;
import io.dms.model.EnvironmentException;
import io.dms.model.WidthLevel;

/** What a session's user can do about an error of the libraries, in a line. */
final class SessionFailures {
    private SessionFailures() {}

    /** @param name the device's */
    static EnvironmentException told(DeviceException e, WidthLevel level, String name) {
        return switch (e.kind()) {
            case LOST ->
                new EnvironmentException(
                        "the device " + name + " is lost (" + e.getMessage()
                                + "): start the program anew, and see dmesg" + " for what NVIDIA's driver says",
                        e);
            case OUT_OF_MEMORY ->
                new EnvironmentException(
                        "level " + level.name() + " is not available: not enough free memory on " + name + " ("
                                + e.getMessage() + "): close other programs, take fewer levels, --weights=repack or a"
                                + " smaller batch",
                        e);
            case UNSUPPORTED, OTHER ->
                new EnvironmentException(
                        "level " + level.name() + " can't run on " + name + ": " + e.getMessage()
                                + ": build its engine anew (dms engines prune --all, then build), or choose backend"
                                + " cpu",
                        e);
        };
    }
}
