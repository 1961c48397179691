package io.dms.monitor.actuate;

import io.dms.monitor.SystemFiles;
import io.dms.monitor.actuate.Setting.Way;
import io.dms.monitor.jetson.PowerModes;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/** Finds what a board lets be set, and the kernel's file behind each. Throws nothing; what can't be read is not there. */
final class Settings {
    private static final String CPUS = "/sys/devices/system/cpu";
    private static final Pattern GPU = Pattern.compile("gv11b|gp10b|ga10b|gb10b|.*gpu.*");

    private final ActuatorOptions options;
    private final SystemFiles files;
    private final Map<String, Path> paths = new LinkedHashMap<>();

    Settings(ActuatorOptions options) {
        this.options = options;
        this.files = new SystemFiles(options.root());
    }

    /** Everything that is there now, and how this process reaches it. */
    List<Setting> find() {
        List<Setting> out = new ArrayList<>();
        gpu(out);
        cpus(out);
        powerMode(out);
        return out;
    }

    /** The file behind a clock that {@link #find} found. */
    @Nullable
    Path file(String name) {
        return paths.get(name);
    }

    /** The value of a setting now, or null. */
    @Nullable
    Long now(String name) {
        if (name.equals(Setting.POWER_MODE)) {
            return activeMode();
        }
        Path file = paths.get(name);
        return file == null ? null : number(text(file));
    }

    private void gpu(List<Setting> out) {
        for (Path folder : files.list(files.path("/sys/class/devfreq"), "*")) {
            String name = text(folder.resolve("device/of_node/name"));
            if (name != null && GPU.matcher(name).matches()) {
                List<Long> offers = numbers(text(folder.resolve("available_frequencies")));
                clock(out, "gpu.min", "Hz", folder.resolve("min_freq"), offers);
                clock(out, "gpu.max", "Hz", folder.resolve("max_freq"), offers);
                return;
            }
        }
    }

    private void cpus(List<Setting> out) {
        List<Path> seen = new ArrayList<>();
        List<Path> cores = new ArrayList<>(files.list(files.path(CPUS), "cpu[0-9]*"));
        cores.sort((a, b) -> Integer.compare(number(a), number(b)));
        for (Path core : cores) {
            Path policy = core.resolve("cpufreq");
            try {
                Path real = policy.toRealPath();
                if (seen.contains(real)) {
                    continue;
                }
                seen.add(real);
            } catch (IOException e) {
                continue;
            }
            List<Long> offers = numbers(text(policy.resolve("scaling_available_frequencies")));
            if (offers.isEmpty()) {
                offers = numbers(
                        text(policy.resolve("cpuinfo_min_freq")) + " " + text(policy.resolve("cpuinfo_max_freq")));
            }
            String name = String.valueOf(core.getFileName());
            clock(out, name + ".min", "kHz", policy.resolve("scaling_min_freq"), offers);
            clock(out, name + ".max", "kHz", policy.resolve("scaling_max_freq"), offers);
        }
    }

    private static int number(Path core) {
        String digits = String.valueOf(core.getFileName()).replaceAll("\\D", "");
        return digits.isEmpty() || digits.length() > 6 ? Integer.MAX_VALUE : Integer.parseInt(digits);
    }

    private void clock(List<Setting> out, String name, String unit, Path file, List<Long> offers) {
        Long now = number(text(file));
        if (now == null || offers.isEmpty()) {
            return;
        }
        paths.put(name, file);
        Way way = Files.isWritable(file) ? Way.FILE : options.helper().isEmpty() ? null : Way.HELPER;
        out.add(new Setting(name, unit, offers, now, way, way == null ? cure(file) : null));
    }

    private void powerMode(List<Setting> out) {
        PowerModes modes = PowerModes.read(files);
        if (modes == null || modes.modes().isEmpty()) {
            return;
        }
        List<Long> offers = new ArrayList<>();
        modes.modes().forEach(m -> offers.add((long) m.id()));
        offers.sort(null);
        Way way =
                !options.nvpmodel().isEmpty() ? Way.NVPMODEL : options.helper().isEmpty() ? null : Way.HELPER;
        String cure = way == null ? cure(Path.of("/usr/sbin/nvpmodel")) : null;
        out.add(new Setting(Setting.POWER_MODE, "", offers, activeMode(), way, cure));
    }

    private @Nullable Long activeMode() {
        PowerModes modes = PowerModes.read(files);
        Integer active = modes == null ? null : modes.activeId();
        return active == null ? null : Long.valueOf(active);
    }

    private static String cure(Path file) {
        return "not permitted to use " + file + ": run \"sudo jetson-setup/setup permissions\" and log in anew";
    }

    private @Nullable String text(Path file) {
        return files.text("/" + options.root().relativize(file));
    }

    private static @Nullable Long number(@Nullable String text) {
        return text != null && text.matches("\\d{1,12}") ? Long.valueOf(text) : null;
    }

    private static List<Long> numbers(@Nullable String text) {
        return text == null
                ? List.of()
                : Stream.of(text.split("\\s+", -1))
                        .filter(word -> word.matches("\\d{1,12}"))
                        .map(Long::valueOf)
                        .sorted()
                        .distinct()
                        .toList();
    }
}
