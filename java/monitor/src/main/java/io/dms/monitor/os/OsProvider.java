package io.dms.monitor.os;

import io.dms.monitor.MonitorOptions;
import io.dms.monitor.MonitorProvider;
import io.dms.monitor.Quantity;
import io.dms.monitor.Scope;
import io.dms.monitor.Sensor;
import io.dms.monitor.SystemFiles;
import io.dms.monitor.jetson.JetsonBoard;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import java.util.function.LongSupplier;

/** Opens the source {@code os}. */
public final class OsProvider implements MonitorProvider {
    private static final String CPUS = "/sys/devices/system/cpu";
    private static final long TEMPERATURE_NANOS = 1_000_000_000;
    private static final int MOST_POLICIES = 16;
    private static final double LEAST_CELSIUS = -55;
    private static final double MOST_CELSIUS = 200;

    @Override
    public String name() {
        return "os";
    }

    @Override
    public Opening open(MonitorOptions options) {
        SystemFiles files = new SystemFiles(options.root());
        List<Part> parts = new ArrayList<>();
        Part load = CpuLoad.open(files);
        if (load != null) {
            parts.add(load);
        }
        Part memory = Memory.open(files);
        if (memory != null) {
            parts.add(memory);
        }
        if (!leftToJetson(files, options)) {
            parts.add(clocks(files, options.clock()));
            parts.add(temperatures(files, options.clock()));
        }
        parts.removeIf(part -> part.sensors().isEmpty());
        if (parts.isEmpty()) {
            return Opening.refused("neither proc nor sys of a Linux is below " + options.root());
        }
        return Opening.of(new OsSource(parts));
    }

    /** On a Jetson its own source reads clocks and temperatures: twice would cost twice and show each twice. */
    private static boolean leftToJetson(SystemFiles files, MonitorOptions options) {
        boolean used = options.sources().isEmpty() || options.sources().contains("jetson");
        return used && JetsonBoard.read(files) != null;
    }

    /** Clocks and caps of the cores that share them, and how often the processor throttled itself. */
    private static NumberFiles clocks(SystemFiles files, LongSupplier clock) {
        NumberFiles out = new NumberFiles(files, clock, 0);
        List<Path> policies = files.list(files.path(CPUS + "/cpufreq"), "policy[0-9]*");
        policies = new ArrayList<>(policies);
        policies.sort((a, b) -> Integer.compare(number(a), number(b)));
        for (Path policy : policies.subList(0, Math.min(MOST_POLICIES, policies.size()))) {
            String name = "cpu" + number(policy);
            add(out, name + ".frequency", Quantity.FREQUENCY, policy.resolve("scaling_cur_freq"));
            add(out, name + ".cap", Quantity.FREQUENCY_CAP, policy.resolve("scaling_max_freq"));
        }
        Path throttled = files.path(CPUS + "/cpu0/thermal_throttle/package_throttle_count");
        if (Files.exists(throttled)) {
            Sensor sensor = new Sensor("cpu.throttled", Quantity.COUNT, Scope.PACKAGE, 0, "");
            out.add(sensor, throttled, 1, 0, Long.MAX_VALUE);
        }
        return out;
    }

    private static void add(NumberFiles out, String name, Quantity quantity, Path file) {
        if (Files.exists(file)) {
            out.add(new Sensor(name, quantity, Scope.CPU, 0, ""), file, 1e3, 0, 1e11);
        }
    }

    private static int number(Path policy) {
        String digits = String.valueOf(policy.getFileName()).replaceAll("\\D", "");
        return digits.isEmpty() || digits.length() > 6 ? Integer.MAX_VALUE : Integer.parseInt(digits);
    }

    private static NumberFiles temperatures(SystemFiles files, LongSupplier clock) {
        NumberFiles out = new NumberFiles(files, clock, TEMPERATURE_NANOS);
        Set<String> zones = new HashSet<>();
        for (Path zone : files.list(files.path("/sys/class/thermal"), "thermal_zone[0-9]*")) {
            String type = files.text("/" + files.root().relativize(zone.resolve("type")));
            if (type != null && !type.isBlank()) {
                zones.add(plain(type));
                if (!ThermalNames.isInvented(type)) {
                    addTemperature(out, type.strip(), ThermalNames.scope(type), zone.resolve("temp"));
                }
            }
        }
        for (Path chip : files.list(files.path("/sys/class/hwmon"), "hwmon[0-9]*")) {
            String name = files.text("/" + files.root().relativize(chip.resolve("name")));
            // Each thermal zone has a twin among the chips, with dashes as underscores.
            if (name != null && !name.isBlank() && !zones.contains(plain(name))) {
                chip(files, out, name.strip(), chip);
            }
        }
        return out;
    }

    private static void chip(SystemFiles files, NumberFiles out, String name, Path chip) {
        for (Path input : files.list(chip, "temp[0-9]*_input")) {
            String prefix = String.valueOf(input.getFileName()).replace("_input", "");
            String label = files.text("/" + files.root().relativize(chip.resolve(prefix + "_label")));
            String full = name + " " + (label == null || label.isBlank() ? prefix : label.strip());
            Scope scope = ThermalNames.scope(label == null ? "" : label);
            if (scope == Scope.UNKNOWN
                    || ThermalNames.scope(name) == Scope.IO
                    || ThermalNames.scope(name) == Scope.GPU) {
                scope = ThermalNames.scope(name);
            }
            addTemperature(out, full, scope, input);
        }
    }

    private static void addTemperature(NumberFiles out, String name, Scope scope, Path file) {
        out.add(new Sensor(name, Quantity.TEMPERATURE, scope, 0, ""), file, 1e-3, LEAST_CELSIUS, MOST_CELSIUS);
    }

    private static String plain(String name) {
        return name.strip().toLowerCase(Locale.ROOT).replace('-', '_');
    }
}
