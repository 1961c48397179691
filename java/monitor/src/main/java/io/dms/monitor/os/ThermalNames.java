package io.dms.monitor.os;

import io.dms.monitor.Scope;
import java.util.Locale;

/** What part of a machine a temperature is of, by the names that drivers give. */
final class ThermalNames {
    /** What boards show for a zone that is switched off. */
    static final double OFFLINE_CELSIUS = -256;

    private ThermalNames() {}

    /** The zone of a Jetson's power management chip gives 50 or 100 °C whatever happens. */
    static boolean isInvented(String type) {
        return type.toLowerCase(Locale.ROOT).startsWith("pmic");
    }

    /** The part that a thermal zone's type or a chip's name tells. */
    static Scope scope(String name) {
        String n = name.toLowerCase(Locale.ROOT);
        if (n.contains("pkg") || n.contains("package") || n.contains("tctl") || n.contains("tdie")) {
            return Scope.PACKAGE;
        }
        if (n.contains("gpu") || n.contains("nouveau")) {
            return Scope.GPU;
        }
        if (n.contains("cpu") || n.contains("core") || n.contains("k10temp") || n.contains("zenpower")) {
            return Scope.CPU;
        }
        if (n.contains("soc") || n.startsWith("tj")) {
            return Scope.SOC;
        }
        if (n.contains("ddr") || n.contains("dimm") || n.contains("jc42") || n.contains("mem")) {
            return Scope.MEMORY;
        }
        if (n.contains("nvme")
                || n.contains("drivetemp")
                || n.contains("wifi")
                || n.contains("iwl")
                || n.contains("eth")
                || n.contains("mlx")) {
            return Scope.IO;
        }
        return n.contains("acpitz") ? Scope.BOARD : Scope.UNKNOWN;
    }
}
