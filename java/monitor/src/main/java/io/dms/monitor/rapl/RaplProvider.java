package io.dms.monitor.rapl;

import io.dms.monitor.MonitorOptions;
import io.dms.monitor.MonitorProvider;
import io.dms.monitor.Quantity;
import io.dms.monitor.Scope;
import io.dms.monitor.Sensor;
import io.dms.monitor.SystemFiles;
import io.dms.monitor.TotalPower;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;

/**
 * Opens the source {@code rapl}. The zones of Intel and AMD processors are both below {@code intel-rapl}; the same
 * counters once more below {@code intel-rapl-mmio} are left out. The total is the sum of the packages: memory and the
 * platform, where they are counted at all, are listed beside it.
 */
public final class RaplProvider implements MonitorProvider {
    private static final String FOLDER = "/sys/class/powercap";
    private static final long UPDATE_NANOS = 1_000_000;

    @Override
    public String name() {
        return "rapl";
    }

    @Override
    public Opening open(MonitorOptions options) {
        SystemFiles files = new SystemFiles(options.root());
        List<Path> folders = files.list(files.path(FOLDER), "intel-rapl:*");
        if (folders.isEmpty()) {
            return Opening.refused("this machine has no energy counters: nothing named intel-rapl below " + FOLDER);
        }
        List<Sensor> sensors = new ArrayList<>();
        List<RaplZone> zones = new ArrayList<>();
        List<Integer> packages = new ArrayList<>();
        Set<String> names = new HashSet<>();
        Path forbidden = null;
        for (Path folder : folders) {
            String at = "/" + files.root().relativize(folder);
            String name = files.text(at + "/name");
            Path counter = folder.resolve("energy_uj");
            if (name == null || name.isBlank() || !Files.exists(counter)) {
                continue;
            }
            if (!Files.isReadable(counter)) {
                forbidden = counter;
                continue;
            }
            String plain = unique(name.strip(), names);
            if (name.startsWith("package")) {
                packages.add(zones.size());
            }
            String origin = at + "/energy_uj";
            sensors.add(new Sensor(plain + ".energy", Quantity.ENERGY, scope(name), UPDATE_NANOS, origin));
            sensors.add(new Sensor(plain, Quantity.POWER, scope(name), UPDATE_NANOS, origin));
            zones.add(new RaplZone(counter, range(files.text(at + "/max_energy_range_uj"))));
        }
        if (zones.isEmpty()) {
            return Opening.refused(
                    forbidden == null
                            ? "the energy counters below " + FOLDER + " have no name or no value"
                            : "no permission to read " + FOLDER + "/"
                                    + forbidden.getName(forbidden.getNameCount() - 2)
                                    + "/energy_uj: sudo chmod a+r " + FOLDER + "/intel-rapl:*/energy_uj allows it"
                                    + " until the next start");
        }
        return Opening.of(new RaplSource(
                sensors, zones, total(sensors, packages, 1), total(sensors, packages, 0), options.clock()));
    }

    private static @Nullable TotalPower total(List<Sensor> sensors, List<Integer> packages, int which) {
        if (packages.isEmpty()) {
            return null;
        }
        List<Integer> members = packages.stream().map(zone -> 2 * zone + which).toList();
        String rule = String.join(
                ", ",
                packages.stream().map(zone -> sensors.get(2 * zone + 1).name()).toList());
        return new TotalPower(members, Scope.PACKAGE, packages.size() == 1 ? rule : "sum of " + rule);
    }

    private static String unique(String name, Set<String> names) {
        return IntStream.iterate(1, n -> n + 1)
                .mapToObj(n -> n == 1 ? name : name + "#" + n)
                .filter(names::add)
                .findFirst()
                .orElse(name);
    }

    private static long range(@Nullable String text) {
        return text != null && text.matches("\\d{1,18}") ? Long.parseLong(text) : 0;
    }

    private static Scope scope(String name) {
        if (name.startsWith("package")) {
            return Scope.PACKAGE;
        }
        return switch (name.strip()) {
            case "core" -> Scope.CPU;
            case "uncore" -> Scope.GPU;
            case "dram" -> Scope.MEMORY;
            case "psys" -> Scope.BOARD;
            default -> Scope.UNKNOWN;
        };
    }
}
