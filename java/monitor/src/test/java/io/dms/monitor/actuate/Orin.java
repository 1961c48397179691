package io.dms.monitor.actuate;

import io.dms.testkit.FakeSysfs;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.List;

/** A made-up board with a GPU, two clusters of cores and three power modes, of which each caps the GPU anew. */
record Orin(FakeSysfs tree, ActuatorOptions options) implements AutoCloseable {
    static final String GPU_MAX = "/sys/class/devfreq/17000000.gpu/max_freq";
    static final String GPU_MIN = "/sys/class/devfreq/17000000.gpu/min_freq";
    static final String CPU4_MAX = "/sys/devices/system/cpu/cpu4/cpufreq/scaling_max_freq";
    static final String STATUS = "/var/lib/nvpmodel/status";

    private static final String TREE = """
            /proc/sys/kernel/random/boot_id = 11111111-aaaa-4bbb-8ccc-222222222222
            [/sys/devices/platform/17000000.gpu/devfreq/17000000.gpu]
            device/of_node/name = ga10b\\0
            available_frequencies = 306000000 408000000 510000000 612000000
            min_freq = 306000000
            max_freq = 612000000
            [/]
            /sys/class/devfreq/17000000.gpu -> ../../devices/platform/17000000.gpu/devfreq/17000000.gpu
            [/sys/devices/system/cpu/cpufreq]
            policy{0..0}/scaling_available_frequencies = 115200 729600 1510400
            policy{0..0}/scaling_min_freq = 115200
            policy{0..0}/scaling_max_freq = 1510400
            policy4/cpuinfo_min_freq = 115200
            policy4/cpuinfo_max_freq = 1984000
            policy4/scaling_min_freq = 115200
            policy4/scaling_max_freq = 1984000
            [/]
            /sys/devices/system/cpu/cpu{0..3}/cpufreq -> ../cpufreq/policy0
            /sys/devices/system/cpu/cpu{4..5}/cpufreq -> ../cpufreq/policy4
            /etc/nvpmodel.conf = |
              < PARAM TYPE=FILE NAME=CPU_ONLINE >
              < POWER_MODEL ID=0 NAME=MAXN >
              < POWER_MODEL ID=1 NAME=MODE_10W >
              < POWER_MODEL ID=3 NAME=MODE_15W >
              < PM_CONFIG DEFAULT=3 >
            /var/lib/nvpmodel/status = pmode:0000
            """;

    /** A board whose state is kept in the folder. */
    static Orin in(Path folder) {
        FakeSysfs tree = FakeSysfs.of(TREE);
        Path nvpmodel = folder.resolve("nvpmodel");
        try {
            Files.writeString(
                    nvpmodel,
                    "#!/bin/sh\n[ \"$2\" != 1 ] || { echo 'NVPM ERROR: needs a reboot'; exit 1; }\n"
                            + "printf 'pmode:%04d\\n' \"$2\" >'" + tree.path(STATUS) + "'\n"
                            + "echo $((612000000 - $2 * 102000000)) >'" + tree.path(GPU_MAX) + "'\n");
            Files.setPosixFilePermissions(nvpmodel, PosixFilePermissions.fromString("rwx------"));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        return new Orin(tree, options(tree.root(), folder));
    }

    /** Permitted options for such a board. */
    static ActuatorOptions options(Path root, Path folder) {
        return new ActuatorOptions(
                true,
                root,
                folder.resolve("state"),
                List.of(),
                List.of(folder.resolve("nvpmodel").toString()));
    }

    String read(String path) {
        try {
            return Files.readString(tree.path(path)).strip();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    Path state() {
        return options.stateFolder().resolve("actuation.state");
    }

    @Override
    public void close() {
        tree.close();
    }
}
