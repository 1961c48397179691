package io.dms.monitor;

import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * What a Jetson board tells about itself.
 *
 * @param l4t version of its Linux for Tegra, as in {@code 36.4.0}
 * @param jetpack the JetPack generation that this belongs to, as in {@code 6}, or null where it is not known
 */
public record JetsonRelease(String l4t, @Nullable Integer jetpack) {
    private static final Pattern RELEASE = Pattern.compile("# R(\\d+) \\(release\\), REVISION: ([\\d.]+)");

    /** Reads {@code /etc/nv_tegra_release}; null where this is no Jetson. */
    public static @Nullable JetsonRelease read(SystemFiles files) {
        String text = files.text("/etc/nv_tegra_release");
        return text == null ? null : parse(text);
    }

    /** The first line of {@code nv_tegra_release}; null where it does not read as one. */
    public static @Nullable JetsonRelease parse(String text) {
        Matcher m = RELEASE.matcher(text);
        if (!m.find()) {
            return null;
        }
        int major = Integer.parseInt(m.group(1));
        Integer jetpack = switch (major) {
            case 32 -> 4;
            case 34, 35 -> 5;
            case 36 -> 6;
            case 38, 39 -> 7;
            default -> null;
        };
        return new JetsonRelease(major + "." + m.group(2), jetpack);
    }
}
