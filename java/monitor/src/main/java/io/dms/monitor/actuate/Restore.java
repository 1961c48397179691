package io.dms.monitor.actuate;

import io.dms.model.DmsException;
import io.dms.monitor.actuate.StateFile.Change;
import io.dms.monitor.actuate.StateFile.Content;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * Puts the values from before back. The power mode goes first, as setting it sets clocks too. The others take two rounds, since the kernel refuses a minimum above the maximum of the
 * moment. Clocks of an earlier start of the kernel are forgotten, as the start itself reset them; a power mode outlives
 * a start, and is put back where it is still the one that was set.
 */
final class Restore {
    private final ActuatorOptions options;
    private final StateFile state;
    private final Map<String, String> lines = new LinkedHashMap<>();

    Restore(ActuatorOptions options, StateFile state) {
        this.options = options;
        this.state = state;
    }

    /** Puts back what the file says; removes the file where all of it went well. The caller holds the lock. */
    Restored run(Content content) {
        boolean sameStart = content.boot().equals(state.boot());
        List<Change> failed = new ArrayList<>();
        List<Change> clocks = new ArrayList<>();
        for (Change c : content.changes()) {
            if (c.name().equals(Setting.POWER_MODE)) {
                if (!putModeBack(c, sameStart)) {
                    failed.add(c);
                }
            } else if (sameStart) {
                clocks.add(c);
            } else {
                lines.put(c.name(), c.name() + ": of an earlier start of this machine, which reset it");
            }
        }
        failed.addAll(putClocksBack(putClocksBack(clocks)));
        state.write(content.boot(), failed);
        return new Restored(new ArrayList<>(lines.values()), failed.isEmpty());
    }

    private boolean putModeBack(Change mode, boolean sameStart) {
        Settings settings = new Settings(options);
        settings.find();
        Long now = settings.now(Setting.POWER_MODE);
        if (!sameStart && now != null && now != mode.set()) {
            lines.put(mode.name(), mode.name() + ": is " + now + ", somebody chose it since; left as it is");
            return true;
        }
        return putBack(mode);
    }

    /** Those that could not be put back. */
    private List<Change> putClocksBack(List<Change> clocks) {
        return clocks.stream().filter(c -> !putBack(c)).toList();
    }

    private boolean putBack(Change change) {
        Settings settings = new Settings(options);
        Setting setting = settings.find().stream()
                .filter(s -> s.name().equals(change.name()))
                .findFirst()
                .orElse(null);
        if (setting == null) {
            lines.put(change.name(), change.name() + ": is not there any more");
            return true;
        }
        if (setting.now() != null && setting.now() == change.before()) {
            lines.putIfAbsent(change.name(), change.name() + ": is " + change.before() + " as before");
            return true;
        }
        try {
            new Writer(options).set(setting, settings.file(change.name()), change.before());
        } catch (DmsException e) {
            lines.put(
                    change.name(),
                    change.name() + ": could not be put back to " + change.before() + ": " + e.getMessage());
            return false;
        }
        Long now = settings.now(change.name());
        if (now == null || now != change.before()) {
            lines.put(
                    change.name(), change.name() + ": could not be put back to " + change.before() + ", it is " + now);
            return false;
        }
        lines.put(change.name(), change.name() + ": put back to " + change.before());
        return true;
    }
}
