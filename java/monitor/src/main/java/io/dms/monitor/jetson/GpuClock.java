package io.dms.monitor.jetson;

import io.dms.monitor.Quantity;
import io.dms.monitor.Scope;
import io.dms.monitor.SystemFiles;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** The GPU's frequency, its caps and its load: a device of devfreq that the device tree names as a GPU. */
final class GpuClock {
    private static final Set<String> NAMES = Set.of("gm20b", "gp10b", "gv11b", "ga10b", "gb10b", "gpu");
    private static final List<String> OTHER_LOADS =
            List.of("/sys/devices/gpu.0/load", "/sys/devices/platform/gpu.0/load");
    private static final double MOST_HERTZ = 1e10;

    private GpuClock() {}

    /** Adds the sensors of the GPU, none where there is no GPU. */
    static void addTo(SensorList list) {
        Path folder = find(list.files());
        if (folder == null) {
            return;
        }
        add(list, "gpu.frequency", Quantity.FREQUENCY, folder.resolve("cur_freq"));
        add(list, "gpu.cap", Quantity.FREQUENCY_CAP, folder.resolve("max_freq"));
        add(list, "gpu.floor", Quantity.FREQUENCY_FLOOR, folder.resolve("min_freq"));
        Path load = load(list.files(), folder);
        if (load != null) {
            list.addFile("gpu.load", Quantity.LOAD, Scope.GPU, load, 1e-3, 0, 1);
        }
        Path railgate = folder.resolve("device/railgate_enable");
        if (Files.exists(railgate)) {
            list.addFile("gpu.railgate", Quantity.STATE, Scope.GPU, railgate, 1, 0, 1);
        }
    }

    /** The folder of the GPU in devfreq, or null. */
    static @Nullable Path find(SystemFiles files) {
        List<Path> found = new ArrayList<>();
        for (Path folder : files.list(files.path("/sys/class/devfreq"), "*")) {
            String node = Text.of(folder.resolve("device/of_node/name"));
            // Devices on PCI, as in Thor, have no node: their own name tells.
            String name = (node == null || node.isEmpty() ? String.valueOf(folder.getFileName()) : node)
                    .toLowerCase(Locale.ROOT);
            if (NAMES.contains(name) || name.contains("gpu")) {
                found.add(folder);
            }
        }
        // Thor has one clock for graphics and one for video.
        found.sort(
                Comparator.comparing((Path p) -> String.valueOf(p.getFileName()).contains("nvd"))
                        .thenComparing(p -> String.valueOf(p.getFileName())));
        return found.isEmpty() ? null : found.get(0);
    }

    private static @Nullable Path load(SystemFiles files, Path folder) {
        Path own = folder.resolve("device/load");
        if (Files.exists(own)) {
            return own;
        }
        return OTHER_LOADS.stream()
                .map(files::path)
                .filter(Files::exists)
                .findFirst()
                .orElse(null);
    }

    private static void add(SensorList list, String name, Quantity quantity, Path file) {
        list.addFile(name, quantity, Scope.GPU, file, 1, 0, MOST_HERTZ);
    }
}
