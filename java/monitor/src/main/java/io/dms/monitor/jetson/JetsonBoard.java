package io.dms.monitor.jetson;

import io.dms.monitor.JetsonRelease;
import io.dms.monitor.SystemFiles;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Which Jetson this is, from its device tree and its release file.
 *
 * @param model as the device tree names it, as in {@code NVIDIA Jetson AGX Orin Developer Kit}, or null
 * @param compatible what the device tree says it is compatible with, most special first
 * @param release the version of Linux for Tegra, or null, as in most containers
 */
public record JetsonBoard(
        @Nullable String model,
        List<String> compatible,
        @Nullable JetsonRelease release) {
    private static final List<String> TREES = List.of("/proc/device-tree/", "/sys/firmware/devicetree/base/");

    /** Copies the list. */
    public JetsonBoard {
        compatible = List.copyOf(compatible);
    }

    /** What the files say; null where this is no Jetson. */
    public static @Nullable JetsonBoard read(SystemFiles files) {
        String model = null;
        List<String> compatible = List.of();
        for (String tree : TREES) {
            String names = files.text(tree + "compatible");
            if (names != null && names.contains("nvidia,")) {
                compatible = List.of(names.split("\0"));
                model = files.text(tree + "model");
                break;
            }
        }
        JetsonRelease release = JetsonRelease.read(files);
        boolean tegra = compatible.stream().anyMatch(c -> c.startsWith("nvidia,tegra"));
        return tegra || release != null ? new JetsonBoard(model, compatible, release) : null;
    }

    /** The chip, as in {@code tegra234}, or null. */
    public @Nullable String chip() {
        return compatible.stream()
                .filter(c -> c.matches("nvidia,tegra\\d+"))
                .map(c -> c.substring("nvidia,".length()))
                .findFirst()
                .orElse(null);
    }

    /** The part numbers of carrier board and module, as in {@code p3737-0000+p3701-0000}, or null. */
    public @Nullable String parts() {
        return compatible.stream()
                .filter(c -> c.matches("nvidia,p\\d{4}.*"))
                .map(c -> c.substring("nvidia,".length()))
                .findFirst()
                .orElse(null);
    }

    /** The name for people. */
    public String name() {
        if (model != null && !model.isEmpty()) {
            return model;
        }
        String chip = chip();
        return chip == null ? "NVIDIA Jetson" : "NVIDIA Jetson (" + chip + ")";
    }
}
