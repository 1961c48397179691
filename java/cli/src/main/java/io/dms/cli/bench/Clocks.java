package io.dms.cli.bench;

import io.dms.monitor.SystemFiles;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** Watches whether the processor's clocks move, where the kernel shows them. */
final class Clocks {
    private static final double TOLERANCE = 0.05;

    private final SystemFiles files;
    private final List<String> sources = new ArrayList<>();
    private long lowest = Long.MAX_VALUE;
    private long highest;

    Clocks(SystemFiles files) {
        this.files = files;
        for (Path cpu : files.list(files.path("/sys/devices/system/cpu"), "cpu[0-9]*")) {
            String source = "/sys/devices/system/cpu/" + cpu.getFileName() + "/cpufreq/scaling_cur_freq";
            if (files.text(source) != null) {
                sources.add(source);
            }
        }
    }

    /** Takes a reading of the fastest core. */
    void sample() {
        long fastest = 0;
        for (String source : sources) {
            String text = files.text(source);
            if (text != null && text.matches("\\d{1,12}")) {
                fastest = Math.max(fastest, Long.parseLong(text));
            }
        }
        if (fastest > 0) {
            lowest = Math.min(lowest, fastest);
            highest = Math.max(highest, fastest);
        }
    }

    /** A warning where the clocks moved between readings, or null; null as well where the kernel shows none. */
    @Nullable
    String warning() {
        if (highest == 0 || lowest >= highest * (1 - TOLERANCE)) {
            return null;
        }
        return "the processor's clocks moved between " + lowest / 1000 + " and " + highest / 1000
                + " MHz during the run: fix them (performance governor, jetson_clocks) for figures that compare";
    }
}
