package io.dms.monitor.jetson;

import io.dms.monitor.Quantity;
import io.dms.monitor.Scope;
import io.dms.monitor.SystemFiles;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** The fan: how much of the time it is driven, and how fast it turns where a tachometer tells. */
final class Fan {
    private static final double MOST_PULSE = 255;
    private static final double MOST_SPEED = 100_000;

    private Fan() {}

    /** Adds the fan's sensors, none where the board has none. */
    static void addTo(SensorList list) {
        SystemFiles files = list.files();
        List<Path> duties = new ArrayList<>();
        List<Path> speeds = new ArrayList<>();
        for (Path hwmon : Hwmon.named(files, "pwmfan")) {
            duties.add(hwmon.resolve("pwm1"));
            speeds.add(hwmon.resolve("rpm"));
            speeds.add(hwmon.resolve("fan1_input"));
        }
        for (String name : List.of("pwm_tach", "tachometer", "generic_pwm_tachometer")) {
            for (Path hwmon : Hwmon.named(files, name)) {
                speeds.add(hwmon.resolve("rpm"));
                speeds.add(hwmon.resolve("fan1_input"));
            }
        }
        duties.add(files.path("/sys/devices/pwm-fan/cur_pwm"));
        speeds.add(files.path("/sys/devices/pwm-fan/rpm_measured"));
        Path duty = first(duties);
        if (duty != null) {
            list.addFile("fan.duty", Quantity.LOAD, Scope.IO, duty, 1 / MOST_PULSE, 0, 1);
        }
        Path speed = first(speeds);
        if (speed != null) {
            list.addFile("fan.speed", Quantity.SPEED, Scope.IO, speed, 1, 0, MOST_SPEED);
        }
    }

    private static @Nullable Path first(List<Path> candidates) {
        return candidates.stream().filter(Files::exists).findFirst().orElse(null);
    }
}
