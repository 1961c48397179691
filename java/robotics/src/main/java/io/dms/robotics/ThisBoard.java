package io.dms.robotics;

import io.dms.model.Profile;
import io.dms.monitor.JetsonRelease;
import io.dms.monitor.SystemFiles;
import io.dms.runtime.Backend;
import java.util.LinkedHashMap;
import java.util.Locale;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/** What a profile says of the board on which it was measured, read from the system. */
public final class ThisBoard {
    private static final Pattern LIBRARY = Pattern.compile("([A-Za-z][A-Za-z0-9]*) (\\d+(?:\\.\\d+)+)");

    private ThisBoard() {}

    /**
     * This machine as a profile names it.
     *
     * @param powerMode name of the power mode now, null where there is none
     */
    public static Profile.Board read(SystemFiles files, Backend backend, @Nullable String powerMode) {
        Map<String, String> versions = new LinkedHashMap<>();
        Matcher m = LIBRARY.matcher(backend.describe());
        while (m.find()) {
            versions.put(m.group(1).toLowerCase(Locale.ROOT), m.group(2));
        }
        JetsonRelease jetson = JetsonRelease.read(files);
        if (jetson != null) {
            versions.put("l4t", jetson.l4t());
        }
        return new Profile.Board(name(files), powerMode, versions);
    }

    /** What the machine is sold as, or {@code generic x86-64}. */
    public static String name(SystemFiles files) {
        String model = files.text("/proc/device-tree/model");
        if (model != null && !model.isBlank()) {
            return model;
        }
        String arch = System.getProperty("os.arch", "unknown").toLowerCase(Locale.ROOT);
        return "generic "
                + switch (arch) {
                    case "amd64", "x86_64" -> "x86-64";
                    case "aarch64", "arm64" -> "arm64";
                    default -> arch;
                };
    }
}
