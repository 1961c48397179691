package io.dms.cuda;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.regex.Pattern;

/**
 * The release of a Jetson's system, as far as it tells why NVIDIA's libraries there fit no build.
 *
 * @param line first line of {@code /etc/nv_tegra_release}; empty where this is no Jetson
 */
record TegraRelease(String line) {
    private static final Path FILE = Path.of("/etc/nv_tegra_release");

    /** JetPack 6.0 and its preview: CUDA 12.2 with cuDNN 8.9 and TensorRT 8.6, between two generations of presets. */
    private static final Pattern JETPACK_6_0 = Pattern.compile("^# R36 \\(release\\), REVISION: [0-3]\\..*");

    /** That of this machine. */
    static TegraRelease here() {
        try {
            // The file says nothing beyond ASCII; what is not read is no reason to fail.
            return new TegraRelease(Files.readString(FILE, StandardCharsets.ISO_8859_1)
                    .lines()
                    .findFirst()
                    .orElse(""));
        } catch (IOException e) {
            return new TegraRelease("");
        }
    }

    /**
     * The reason itself; where a library can't be loaded on a release that no build is for, that release in place of the
     * cure, since the library that is asked for is not to be had there.
     */
    String explain(String reason) {
        int end = reason.indexOf("): ");
        return end > 0
                        && reason.contains(" can't be loaded (")
                        && JETPACK_6_0.matcher(line).matches()
                ? reason.substring(0, end)
                        + "): this board has JetPack 6.0, whose cuDNN 8.9 and TensorRT 8.6 no build of"
                        + " DMS is for; upgrade it to JetPack 6.1 or newer"
                : reason;
    }
}
