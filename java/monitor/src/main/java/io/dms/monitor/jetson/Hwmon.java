package io.dms.monitor.jetson;

import io.dms.monitor.SystemFiles;
import java.nio.file.Path;
import java.util.List;

/** Hardware monitors by the name of their driver. */
final class Hwmon {
    private Hwmon() {}

    /** The folders of the monitors with a name. */
    static List<Path> named(SystemFiles files, String name) {
        return files.list(files.path("/sys/class/hwmon"), "hwmon*").stream()
                .filter(p -> name.equals(Text.of(p.resolve("name"))))
                .toList();
    }
}
