package io.dms.monitor;

import java.util.List;

/**
 * The rule by which a board's total power (or energy) is made of its rails. Where any of them is absent, so is the total.
 *
 * @param sensors indices in {@link MonitorSource#sensors()} that are added
 * @param scope what the sum is about
 * @param rule the rule in words, as in {@code VDD_IN} or {@code sum of GPU, CPU, SOC, CV, VDDRQ, SYS5V}
 */
public record TotalPower(List<Integer> sensors, Scope scope, String rule) {
    /** Copies the list. */
    public TotalPower {
        sensors = List.copyOf(sensors);
    }
}
