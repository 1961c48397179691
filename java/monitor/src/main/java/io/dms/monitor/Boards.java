package io.dms.monitor;

import java.util.Locale;

/** Finds out what a board calls itself. */
final class Boards {
    private Boards() {}

    /** The device tree's model, or what kind of machine Java runs on. */
    static String name(SystemFiles files) {
        String model = files.text("/proc/device-tree/model");
        if (model != null && !model.isBlank()) {
            return model.strip();
        }
        String architecture = System.getProperty("os.arch", "unknown").toLowerCase(Locale.ROOT);
        return "generic "
                + switch (architecture) {
                    case "amd64", "x86_64" -> "x86-64";
                    case "aarch64", "arm64" -> "arm64";
                    default -> architecture;
                };
    }
}
