package io.dms.monitor.jetson;

import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * What one line of {@code tegrastats} says. What it does not say is NaN or missing.
 *
 * @param time the date and time at its front as it stands there (JetPack 5 and later), or null
 * @param ram memory in use and in all
 * @param swap the same for swap
 * @param cores the CPU cores in their order
 * @param memory load and clock of the memory controller ({@code EMC_FREQ})
 * @param gpu load and clock of the GPU ({@code GR3D_FREQ}); the highest clock where each cluster has its own
 * @param engines the other clocks by name, as in {@code APE} and {@code NVENC}; 0 Hz while an engine is off
 * @param temperatures in degrees Celsius by name, -256 where the part is off; the power management chip's invented one
 *     is left out
 * @param rails power rails by name, without those that are not connected
 */
public record TegrastatsLine(
        @Nullable String time,
        Used ram,
        Used swap,
        List<Core> cores,
        Clock memory,
        Clock gpu,
        Map<String, Clock> engines,
        Map<String, Double> temperatures,
        Map<String, Rail> rails) {
    /**
     * A share of something.
     *
     * @param used in bytes
     * @param total in bytes
     */
    public record Used(double used, double total) {
        static final Used UNKNOWN = new Used(Double.NaN, Double.NaN);
    }

    /**
     * A CPU core.
     *
     * @param on whether it is switched on
     * @param load 0 to 1
     * @param hertz its clock
     */
    public record Core(boolean on, double load, double hertz) {}

    /**
     * A part with a clock.
     *
     * @param load 0 to 1
     * @param hertz its clock
     */
    public record Clock(double load, double hertz) {
        static final Clock UNKNOWN = new Clock(Double.NaN, Double.NaN);
    }

    /**
     * A power rail.
     *
     * @param watts now
     * @param averageWatts since {@code tegrastats} began
     */
    public record Rail(double watts, double averageWatts) {}
}
