package io.dms.cuda;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** Versions of CUDA and of NVIDIA's driver, as people write them. */
public final class CudaVersions {
    /** As in {@code # R36 (release), REVISION: 4.0, GCID: ...}. */
    private static final Pattern L4T = Pattern.compile("R(\\d+) \\(release\\), REVISION: ([\\d.]+)");

    /** As in {@code NVRM version: NVIDIA UNIX x86_64 Kernel Module  550.54.15  Tue ...}. */
    private static final Pattern DRIVER = Pattern.compile("NVRM version:.*?\\s(\\d+\\.\\d+(?:\\.\\d+)?)\\s");

    private CudaVersions() {}

    /** As people write what CUDA tells: 12060 is 12.6. */
    public static String cuda(int number) {
        return number / 1000 + "." + number % 1000 / 10;
    }

    /**
     * L4T on a Jetson, whose driver is part of it; else the driver's own number; else the newest CUDA that it knows.
     *
     * @param root of the file system
     * @param knownCuda as CUDA tells it
     */
    public static String driver(Path root, int knownCuda) {
        Matcher l4t = L4T.matcher(text(root.resolve("etc/nv_tegra_release")));
        if (l4t.find()) {
            return "L4T " + l4t.group(1) + "." + l4t.group(2);
        }
        Matcher driver = DRIVER.matcher(text(root.resolve("proc/driver/nvidia/version")));
        return driver.find() ? driver.group(1) : "for CUDA " + cuda(knownCuda);
    }

    private static String text(Path file) {
        try {
            return Files.isReadable(file) ? Files.readString(file) : "";
        } catch (IOException e) {
            return "";
        }
    }
}
