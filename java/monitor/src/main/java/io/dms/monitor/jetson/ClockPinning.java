package io.dms.monitor.jetson;

import io.dms.monitor.SystemFiles;
import java.nio.file.Path;
import org.jspecify.annotations.Nullable;

/**
 * Whether clocks can't move, as after {@code jetson_clocks}: the lowest frequency that is allowed is the highest. A
 * benchmark wants that; a controller that acts on clocks can't work with it. Needs no root.
 *
 * @param gpu whether the GPU's clock is pinned, null where that can't be told
 * @param cpu whether the clock of every core that is on is pinned, null where that can't be told
 */
public record ClockPinning(@Nullable Boolean gpu, @Nullable Boolean cpu) {
    /** What the files say. Throws nothing. */
    public static ClockPinning read(SystemFiles files) {
        Path folder = GpuClock.find(files);
        Boolean gpu = folder == null ? null : pinned(folder.resolve("min_freq"), folder.resolve("max_freq"));
        Boolean cpu = null;
        for (Path core : CpuCores.cores(files)) {
            if ("0".equals(Text.of(core.resolve("online")))) {
                continue;
            }
            Boolean one = pinned(core.resolve("cpufreq/scaling_min_freq"), core.resolve("cpufreq/scaling_max_freq"));
            if (one != null) {
                cpu = cpu == null ? one : Boolean.valueOf(cpu && one);
            }
        }
        return new ClockPinning(gpu, cpu);
    }

    private static @Nullable Boolean pinned(Path least, Path most) {
        double low = Text.number(least);
        double high = Text.number(most);
        return (Double.isNaN(low) || Double.isNaN(high)) ? null : Boolean.valueOf(low == high);
    }
}
