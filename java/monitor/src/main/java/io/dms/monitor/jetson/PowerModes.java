package io.dms.monitor.jetson;

import io.dms.monitor.PowerMode;
import io.dms.monitor.SystemFiles;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * The power modes of a Jetson, from the configuration of {@code nvpmodel} and its status file; neither needs root. A
 * mode's number says nothing about its power, and numbers may be missing.
 *
 * @param modes in the order of the configuration
 * @param defaultId the mode of a freshly flashed board, or null where the configuration does not say
 * @param activeId the mode that holds now, or null where that is not known
 */
public record PowerModes(
        List<PowerMode> modes,
        @Nullable Integer defaultId,
        @Nullable Integer activeId) {
    static final String CONFIGURATION = "/etc/nvpmodel.conf";
    static final String STATUS = "/var/lib/nvpmodel/status";
    private static final Pattern MODE =
            Pattern.compile("(?m)^\\s*<\\s*POWER_MODEL\\s+ID=(\\d{1,6})\\s+NAME=(\\S+?)\\s*>");
    private static final Pattern DEFAULT = Pattern.compile("(?m)^\\s*<\\s*PM_CONFIG\\s+DEFAULT=(\\d{1,6})(?!\\d)");
    private static final Pattern ACTIVE = Pattern.compile("\\bpmode:\\s*(\\d{1,6})(?!\\d)");

    /** Copies the list. */
    public PowerModes {
        modes = List.copyOf(modes);
    }

    /** What the files say; null where there is neither. Throws nothing. */
    public static @Nullable PowerModes read(SystemFiles files) {
        String configuration = files.text(CONFIGURATION);
        String status = files.text(STATUS);
        return configuration == null && status == null ? null : parse(configuration, status);
    }

    /** Parses the two files, either of which may be missing. */
    static PowerModes parse(@Nullable String configuration, @Nullable String status) {
        List<PowerMode> modes = new ArrayList<>();
        Integer standard = null;
        if (configuration != null) {
            Matcher m = MODE.matcher(configuration);
            while (m.find()) {
                modes.add(new PowerMode(Integer.parseInt(m.group(1)), m.group(2)));
            }
            Matcher d = DEFAULT.matcher(configuration);
            if (d.find()) {
                standard = Integer.parseInt(d.group(1));
            }
        }
        Integer active = null;
        if (status != null) {
            Matcher a = ACTIVE.matcher(status);
            if (a.find()) {
                active = Integer.parseInt(a.group(1));
            }
        } else {
            // A board writes its status when the mode is first set: until then the default holds.
            active = standard;
        }
        return new PowerModes(modes, standard, active);
    }

    /** The mode that holds now, null where that is not known. A number without a name keeps the number as its name. */
    public @Nullable PowerMode active() {
        if (activeId == null) {
            return null;
        }
        Optional<PowerMode> named =
                modes.stream().filter(m -> m.id() == activeId).findFirst();
        return named.orElse(new PowerMode(activeId, "mode " + activeId));
    }
}
