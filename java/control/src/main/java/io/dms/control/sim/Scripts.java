package io.dms.control.sim;

import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/** Standard scripts of disturbances, for tests and comparisons. All fit a run of 60 seconds and scale with its length. */
public final class Scripts {
    private Scripts() {}

    /** Nothing happens. */
    public static List<Disturbance> calm() {
        return List.of();
    }

    /** One step of load over the middle third. */
    public static List<Disturbance> step(double seconds, double factor) {
        return List.of(Disturbance.slow(seconds / 3, seconds * 2 / 3, factor));
    }

    /** Steps up and down again. */
    public static List<Disturbance> stairs(double seconds) {
        double s = seconds / 6;
        return List.of(
                Disturbance.slow(s, 2 * s, 1.3),
                Disturbance.slow(2 * s, 3 * s, 1.8),
                Disturbance.slow(3 * s, 4 * s, 1.4),
                Disturbance.slow(4 * s, 5 * s, 1.15));
    }

    /** Bursts of 1.7 times for a second at the mean. */
    public static List<Disturbance> bursts(double seconds) {
        return List.of(Disturbance.bursts(seconds / 6, seconds * 5 / 6, 1.7, 1));
    }

    /** A slow ramp up to 1.8 times. */
    public static List<Disturbance> ramp(double seconds) {
        return List.of(Disturbance.ramp(seconds / 6, seconds * 5 / 6, 1.8));
    }

    /** Random load. */
    public static List<Disturbance> wander(double seconds) {
        return List.of(Disturbance.wander(0, seconds, 0.2, 3));
    }

    /** The clock is capped at 70 % and then at 50 % of the board's highest. */
    public static List<Disturbance> clocks(double seconds, BoardModel board) {
        double top = board.clocks().get(board.clocks().size() - 1).hertz();
        return List.of(
                Disturbance.clockCap(seconds / 4, seconds / 2, 0.7 * top),
                Disturbance.clockCap(seconds / 2, seconds * 3 / 4, 0.5 * top));
    }

    /** Another program comes to the accelerator and goes. */
    public static List<Disturbance> coRunner(double seconds) {
        return List.of(Disturbance.coRunner(seconds / 3, seconds * 2 / 3, 0.6));
    }

    /** All of these by name. */
    public static Map<String, List<Disturbance>> all(double seconds, BoardModel board) {
        Map<String, List<Disturbance>> all = new TreeMap<>();
        all.put("calm", calm());
        all.put("step", step(seconds, 1.6));
        all.put("stairs", stairs(seconds));
        all.put("bursts", bursts(seconds));
        all.put("ramp", ramp(seconds));
        all.put("wander", wander(seconds));
        all.put("clocks", clocks(seconds, board));
        all.put("co-runner", coRunner(seconds));
        return all;
    }
}
