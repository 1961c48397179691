package io.dms.cli.machine;

import io.dms.monitor.JetsonRelease;
import io.dms.monitor.SystemFiles;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * The machine that figures were measured on.
 *
 * @param board what it is sold as, or {@code generic x86-64}
 * @param cpu the processor's name
 * @param cores cores that this process may use
 * @param memoryBytes memory of the machine, or null where it can't be read
 * @param cpuFeatures instruction sets that matter to convolutions
 * @param os distribution and kernel
 * @param jdk version and vendor of the JDK that runs this
 * @param jetson what a Jetson board tells, or null on other machines
 */
public record Machine(
        String board,
        String cpu,
        int cores,
        @Nullable Long memoryBytes,
        List<String> cpuFeatures,
        String os,
        String jdk,
        @Nullable JetsonRelease jetson) {
    private static final Set<String> FEATURES = Set.of(
            "avx",
            "avx2",
            "fma",
            "f16c",
            "avx_vnni",
            "avx512f",
            "avx512bw",
            "avx512vl",
            "avx512_vnni",
            "avx512_bf16",
            "avx512_fp16",
            "amx_tile",
            "amx_bf16",
            "amx_int8",
            "asimd",
            "asimdhp",
            "asimddp",
            "i8mm",
            "bf16",
            "sve",
            "sve2");

    /** Reads everything; what can't be read is said to be unknown. */
    public static Machine read(SystemFiles files) {
        JetsonRelease jetson = JetsonRelease.read(files);
        String architecture = architecture();
        String model = files.text("/proc/device-tree/model");
        String board = model != null ? model : "generic " + architecture;
        return new Machine(
                board,
                cpu(files, architecture),
                Runtime.getRuntime().availableProcessors(),
                memory(files),
                features(files),
                os(files),
                System.getProperty("java.version") + " (" + System.getProperty("java.vendor") + ")",
                jetson);
    }

    private static String architecture() {
        String name = System.getProperty("os.arch", "unknown").toLowerCase(Locale.ROOT);
        return switch (name) {
            case "amd64", "x86_64" -> "x86-64";
            case "aarch64", "arm64" -> "arm64";
            default -> name;
        };
    }

    private static String cpu(SystemFiles files, String architecture) {
        String name = files.value("/proc/cpuinfo", "model name");
        if (name != null) {
            return name;
        }
        String part = files.value("/proc/cpuinfo", "CPU part");
        return part == null ? architecture : armCore(part);
    }

    private static String armCore(String part) {
        return switch (part.toLowerCase(Locale.ROOT)) {
            case "0x003" -> "NVIDIA Denver 2";
            case "0x004" -> "NVIDIA Carmel";
            case "0xd03" -> "Arm Cortex-A53";
            case "0xd07" -> "Arm Cortex-A57";
            case "0xd08" -> "Arm Cortex-A72";
            case "0xd0b" -> "Arm Cortex-A76";
            case "0xd0c" -> "Arm Neoverse N1";
            case "0xd40" -> "Arm Neoverse V1";
            case "0xd42" -> "Arm Cortex-A78AE";
            case "0xd4f" -> "Arm Neoverse V2";
            case "0xd83" -> "Arm Neoverse V3AE";
            default -> "Arm, part " + part;
        };
    }

    private static @Nullable Long memory(SystemFiles files) {
        String total = files.value("/proc/meminfo", "MemTotal");
        return total == null || !total.matches("\\d+ kB") ? null : Long.parseLong(total.replace(" kB", "")) * 1024;
    }

    private static List<String> features(SystemFiles files) {
        String flags = files.value("/proc/cpuinfo", "flags");
        String all = flags != null ? flags : files.value("/proc/cpuinfo", "Features");
        return all == null
                ? List.of()
                : Arrays.stream(all.split("\\s+", -1))
                        .filter(FEATURES::contains)
                        .toList();
    }

    private static String os(SystemFiles files) {
        String name = files.value("/etc/os-release", "PRETTY_NAME");
        return (name == null ? System.getProperty("os.name") : name) + ", kernel " + System.getProperty("os.version");
    }
}
