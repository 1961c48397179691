package io.dms.monitor.jetson;

import static java.util.Map.entry;

import io.dms.monitor.Scope;
import io.dms.monitor.TotalPower;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * What the labels of Jetson's power rails mean, and how a board's total is made of them. The reasons and the doubts are
 * in {@code docs/decisions/0006-total-power-of-a-board.md}.
 */
final class Rails {
    /** What each rail feeds. Labels are those of NVIDIA's device trees. */
    private static final Map<String, Scope> SCOPES = Map.ofEntries(
            // The input of a whole module.
            entry("VDD_IN", Scope.MODULE),
            entry("POM_5V_IN", Scope.MODULE),
            // The input of carrier board and module: AGX Thor.
            entry("VIN", Scope.BOARD),
            // TX1, TX2, Nano, AGX Xavier: CPU and GPU apart.
            entry("VDD_SYS_GPU", Scope.GPU),
            entry("VDD_GPU", Scope.GPU),
            entry("POM_5V_GPU", Scope.GPU),
            entry("GPU", Scope.GPU),
            entry("VDD_SYS_CPU", Scope.CPU),
            entry("VDD_CPU", Scope.CPU),
            entry("POM_5V_CPU", Scope.CPU),
            entry("CPU", Scope.CPU),
            entry("VDD_SYS_SOC", Scope.SOC),
            entry("VDD_SOC", Scope.SOC),
            entry("SOC", Scope.SOC),
            entry("CV", Scope.CV),
            // Several on one rail.
            entry("VDD_CPU_GPU", Scope.CPU_GPU),
            entry("VDD_CPU_GPU_CV", Scope.CPU_GPU_CV),
            entry("VDD_GPU_SOC", Scope.GPU_SOC),
            entry("VDD_CPU_CV", Scope.CPU_CV),
            entry("VDD_CPU_SOC_MSS", Scope.CPU_SOC),
            // Memory.
            entry("VDD_SYS_DDR", Scope.MEMORY),
            entry("VDD_DDR", Scope.MEMORY),
            entry("VDDRQ", Scope.MEMORY),
            entry("VDDQ_VDD2_1V8AO", Scope.MEMORY),
            // The rest of a module.
            entry("SYS5V", Scope.IO),
            entry("VIN_SYS_5V0", Scope.IO),
            entry("VDD_4V0_WIFI", Scope.IO),
            entry("VDD_WIFI", Scope.IO),
            // The carrier board of the TX1 and TX2 developer kits.
            entry("VDD_MUX", Scope.IO),
            entry("VDD_5V0_IO_SYS", Scope.IO),
            entry("VDD_5V_IO_SYS", Scope.IO),
            entry("VDD_3V3_SYS", Scope.IO),
            entry("VDD_3V3_IO_SLP", Scope.IO),
            entry("VDD_3V3_IO", Scope.IO),
            entry("VDD_1V8_IO", Scope.IO),
            entry("VDD_3V3_SYS_M2", Scope.IO),
            entry("VDD_M2_IN", Scope.IO));

    /** The first whose rails a board has all is the board's. */
    private static final List<Rule> RULES = List.of(
            new Rule(List.of("VIN"), Scope.BOARD),
            new Rule(List.of("VDD_IN"), Scope.MODULE),
            new Rule(List.of("POM_5V_IN"), Scope.MODULE),
            // AGX Orin. VDDQ_VDD2_1V8AO is fed from VIN_SYS_5V0 and so in it already.
            new Rule(List.of("VDD_GPU_SOC", "VDD_CPU_CV", "VIN_SYS_5V0"), Scope.MODULE),
            // AGX Xavier.
            new Rule(List.of("GPU", "CPU", "SOC", "CV", "VDDRQ", "SYS5V"), Scope.MODULE));

    private Rails() {}

    /** What a rail feeds; unknown where its label is of no board that is known. */
    static Scope scope(String label) {
        return SCOPES.getOrDefault(label, Scope.UNKNOWN);
    }

    /** Whether a label is of a board that is known. */
    static boolean isKnown(String label) {
        return SCOPES.containsKey(label);
    }

    /**
     * The total by the board's rule; null where no rule fits: a sum of rails that happen to be there would be a figure of
     * nobody knows what.
     *
     * @param index the sensor that is a rail's power, by the rail's label
     */
    static @Nullable TotalPower total(Map<String, Integer> index) {
        for (Rule rule : RULES) {
            if (index.keySet().containsAll(rule.labels)) {
                List<Integer> sensors = new ArrayList<>();
                for (String label : rule.labels) {
                    Integer sensor = index.get(label);
                    if (sensor != null) {
                        sensors.add(sensor);
                    }
                }
                String words =
                        rule.labels.size() == 1 ? rule.labels.get(0) : "sum of " + String.join(", ", rule.labels);
                return new TotalPower(sensors, rule.scope, words);
            }
        }
        return null;
    }

    private record Rule(List<String> labels, Scope scope) {}
}
