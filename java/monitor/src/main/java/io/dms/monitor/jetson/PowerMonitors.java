package io.dms.monitor.jetson;

import io.dms.monitor.Quantity;
import io.dms.monitor.Scope;
import io.dms.monitor.SensorFile;
import io.dms.monitor.SystemFiles;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Finds the INA3221 power monitors of a board, in the layout of NVIDIA's driver of JetPack 4 (industrial I/O) and in that
 * of the kernel's own driver (hwmon), and the INA238 of AGX Thor. Devices are found by their name, rails by their label;
 * neither bus numbers nor hwmon numbers mean anything.
 */
final class PowerMonitors {
    private static final int CHANNELS = 3;

    private PowerMonitors() {}

    /** Adds a sensor of power, voltage and current for each rail, and of each alarm. */
    static void addTo(SensorList list, @Nullable JetsonBoard board) {
        SystemFiles files = list.files();
        for (Path device : devices(files, "ina3221")) {
            for (Path iio : files.list(device, "iio:device*")) {
                for (int c = 0; c < CHANNELS; c++) {
                    addIio(list, iio, c, address(device));
                }
            }
            for (Path hwmon : files.list(device.resolve("hwmon"), "hwmon*")) {
                for (int c = 1; c <= CHANNELS; c++) {
                    addHwmon(list, hwmon, c, address(device));
                }
            }
        }
        if (board != null && "tegra264".equals(board.chip())) {
            for (Path device : devices(files, "ina238")) {
                for (Path hwmon : files.list(device.resolve("hwmon"), "hwmon*")) {
                    addInput(list, hwmon);
                }
            }
        }
    }

    /** The devices on I2C of which the name contains a word, by their address on the bus. */
    private static List<Path> devices(SystemFiles files, String word) {
        List<Path> out = new ArrayList<>();
        for (Path device : files.list(files.path("/sys/bus/i2c/devices"), "*")) {
            String name = Text.of(device.resolve("name"));
            if (name != null && name.contains(word)) {
                out.add(device);
            }
        }
        out.sort(Comparator.comparing(PowerMonitors::address));
        return out;
    }

    /** The address on the bus: {@code 0040} of {@code 7-0040}. */
    private static String address(Path device) {
        String name = String.valueOf(device.getFileName());
        return name.substring(name.indexOf('-') + 1);
    }

    private static void addIio(SensorList list, Path iio, int channel, String address) {
        String label = label(iio.resolve("rail_name_" + channel));
        if (label == null) {
            return;
        }
        addRail(
                list,
                label,
                address,
                0,
                iio.resolve("in_voltage" + channel + "_input"),
                iio.resolve("in_current" + channel + "_input"),
                iio.resolve("in_power" + channel + "_input"),
                1e-3);
    }

    private static void addHwmon(SensorList list, Path hwmon, int channel, String address) {
        String label = label(hwmon.resolve("in" + channel + "_label"));
        if (label == null || "0".equals(Text.of(hwmon.resolve("in" + channel + "_enable")))) {
            return;
        }
        String name = addRail(
                list,
                label,
                address,
                millis(hwmon.resolve("update_interval")),
                hwmon.resolve("in" + channel + "_input"),
                hwmon.resolve("curr" + channel + "_input"),
                null,
                0);
        for (String alarm : List.of("crit", "max")) {
            Path file = hwmon.resolve("curr" + channel + "_" + alarm + "_alarm");
            if (Files.exists(file)) {
                list.addFile(name + "." + alarm + "-alarm", Quantity.STATE, Rails.scope(label), file, 1, 0, 1);
            }
        }
    }

    /** The input of an AGX Thor: its driver knows no labels, and NVIDIA's tool calls it VIN. */
    private static void addInput(SensorList list, Path hwmon) {
        addRail(
                list,
                "VIN",
                "ina238",
                millis(hwmon.resolve("update_interval")),
                hwmon.resolve("in1_input"),
                hwmon.resolve("curr1_input"),
                hwmon.resolve("power1_input"),
                1e-6);
    }

    private static String addRail(
            SensorList list,
            String label,
            String address,
            long intervalNanos,
            Path volts,
            Path amperes,
            @Nullable Path watts,
            double wattsPerUnit) {
        Scope scope = Rails.scope(label);
        String name = list.rails().containsKey(label) ? list.unique(label + "@" + address) : list.unique(label);
        String origin = watts == null ? list.origin(volts) + " x " + amperes.getFileName() : list.origin(watts);
        int power = list.add(name, Quantity.POWER, scope, intervalNanos, origin);
        int voltage = list.add(name + ".voltage", Quantity.VOLTAGE, scope, intervalNanos, list.origin(volts));
        int current = list.add(name + ".current", Quantity.CURRENT, scope, intervalNanos, list.origin(amperes));
        SensorFile product = watts == null ? null : list.open(watts);
        list.add(new RailProbe(list.open(volts), list.open(amperes), product, wattsPerUnit, power, voltage, current));
        list.rail(label, power);
        return name;
    }

    /** What a channel measures; null where it is not connected or does not say. */
    private static @Nullable String label(Path file) {
        String label = Text.of(file);
        boolean unused = label == null || label.isEmpty() || label.equals("NC") || label.startsWith("sum of");
        return unused ? null : label;
    }

    private static long millis(Path file) {
        double millis = Text.number(file);
        return millis > 0 && millis < 1e6 ? Math.round(millis * 1e6) : 0;
    }
}
