package io.dms.cli.machine;

import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * What a release of JetPack comes with, and the presets of JavaCPP that a build of DMS for it has.
 *
 * @param l4t the first releases of Linux for Tegra that are meant, as in {@code 36.4}; a prefix
 * @param name the releases of JetPack
 * @param glibc of its Ubuntu
 * @param tensorrt null where it is not known
 * @param cudaPreset version of {@code org.bytedeco:cuda}; null where no build of DMS is for this release's libraries
 * @param tensorrtPreset version of {@code org.bytedeco:tensorrt}; null likewise
 * @param exact false where the presets are newer than the board's libraries, which mostly works and is not promised
 */
record JetPack(
        String l4t,
        String name,
        String glibc,
        String cuda,
        @Nullable String cudnn,
        @Nullable String tensorrt,
        @Nullable String cudaPreset,
        @Nullable String tensorrtPreset,
        boolean exact) {
    /** The first that fits counts, so a longer prefix stands before a shorter one. */
    private static final List<JetPack> ALL = List.of(
            new JetPack("32.7", "4.6.1 to 4.6.6", "2.27", "10.2", "8.2", "8.2", "10.2-8.2-1.5.6", "8.0-1.5.6", true),
            new JetPack("32.6", "4.6", "2.27", "10.2", "8.2", "8.0", "10.2-8.2-1.5.6", "8.0-1.5.6", true),
            new JetPack("34.1", "5.0 (preview)", "2.31", "11.4", "8.3", "8.4", "11.4-8.2-1.5.6", "8.4-1.5.8", true),
            new JetPack("35.1", "5.0.2", "2.31", "11.4", "8.4", "8.4", "11.4-8.2-1.5.6", "8.4-1.5.8", true),
            new JetPack("35.", "5.1 to 5.1.6", "2.31", "11.4", "8.6", "8.5", "11.4-8.2-1.5.6", "8.4-1.5.8", true),
            new JetPack("36.2", "6.0", "2.35", "12.2", "8.9", "8.6", null, null, false),
            new JetPack("36.3", "6.0", "2.35", "12.2", "8.9", "8.6", null, null, false),
            new JetPack("36.", "6.1 to 6.2.2", "2.35", "12.6", "9.3", "10.3", "12.6-9.5-1.5.11", "10.6-1.5.11", false),
            new JetPack(
                    "38.", "7.0 or 7.1", "2.39", "13.0", "9.12", "10.13", "13.1-9.19-1.5.13", "10.15-1.5.13", false),
            new JetPack("39.", "7.2", "2.39", "13.2", null, null, "13.1-9.19-1.5.13", "10.15-1.5.13", false));

    /** The release that this Linux for Tegra belongs to, or null where it is not known. */
    static @Nullable JetPack of(String l4t) {
        return ALL.stream()
                .filter(j -> (l4t + ".").startsWith(j.l4t))
                .findFirst()
                .orElse(null);
    }

    /** The presets in words; empty where no build of DMS has presets for this release. */
    String presets() {
        return cudaPreset == null
                ? ""
                : "cuda " + cudaPreset + " and tensorrt " + tensorrtPreset
                        + (exact ? "" : " (newer than the board's libraries: not promised)");
    }
}
