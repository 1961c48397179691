package io.dms.monitor.jetson;

import io.dms.monitor.Quantity;
import io.dms.monitor.Scope;
import io.dms.monitor.SystemFiles;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.TreeMap;

/** The temperatures: thermal zones, told apart by their type and not by their number. */
final class ThermalZones {
    private ThermalZones() {}

    /** Adds a sensor for each zone. */
    static void addTo(SensorList list) {
        zones(list.files(), "thermal_zone*").forEach((type, folders) -> {
            if (isInvented(type)) {
                return;
            }
            for (Path folder : folders) {
                Path file = folder.resolve("temp");
                int index = list.add(list.unique(type), Quantity.TEMPERATURE, scope(type), 0, list.origin(file));
                list.add(new ThermalProbe(list.open(file), index));
            }
        });
    }

    /** Thermal zones or cooling devices by their type. */
    static Map<String, List<Path>> zones(SystemFiles files, String glob) {
        Map<String, List<Path>> out = new TreeMap<>();
        for (String folder : List.of("/sys/class/thermal", "/sys/devices/virtual/thermal")) {
            for (Path zone : files.list(files.path(folder), glob)) {
                String type = Text.of(zone.resolve("type"));
                if (type != null && !type.isEmpty()) {
                    out.computeIfAbsent(type, t -> new ArrayList<>()).add(zone);
                }
            }
            if (!out.isEmpty()) {
                break;
            }
        }
        return out;
    }

    /** The power management chip's zone gives 50 or 100 °C whatever happens. */
    static boolean isInvented(String type) {
        return type.toLowerCase(Locale.ROOT).startsWith("pmic");
    }

    /** What part a zone or a tool's label is about. */
    static Scope scope(String type) {
        String t = type.toLowerCase(Locale.ROOT);
        if (t.startsWith("cpu") || t.startsWith("bcpu") || t.startsWith("mcpu")) {
            return Scope.CPU;
        }
        if (t.startsWith("gpu")) {
            return Scope.GPU;
        }
        if (t.startsWith("cv")) {
            return Scope.CV;
        }
        if (t.startsWith("soc") || t.startsWith("aux") || t.startsWith("ao") || t.startsWith("pll")) {
            return Scope.SOC;
        }
        if (t.startsWith("tj")) {
            return Scope.PACKAGE;
        }
        if (t.startsWith("tboard") || t.startsWith("tdiode") || t.startsWith("thermal")) {
            return Scope.MODULE;
        }
        return Scope.UNKNOWN;
    }
}
