package io.dms.monitor.actuate;

import io.dms.model.EnvironmentException;
import io.dms.model.UserException;
import io.dms.monitor.actuate.StateFile.Change;
import io.dms.monitor.actuate.StateFile.Content;
import java.nio.channels.FileChannel;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Caps clocks and chooses the power mode of this board, and puts everything back: when it is closed, when the process
 * ends, or, where the process was killed, when {@link #restoreLeftOver} is called or the next actuator opens. Only one
 * process at a time can have one. All methods may be called from any thread; setting a value may take milliseconds, a
 * power mode seconds.
 *
 * <p>Why there is a helper, and what it may do: {@code docs/decisions/0007-a-helper-and-not-a-root-jvm.md}.
 */
public final class Actuator implements AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger(Actuator.class);

    private final ActuatorOptions options;
    private final StateFile state;
    private final FileChannel lock;
    private final Thread hook = new Thread(this::closeAtExit, "dms-actuator-restore");
    private final List<Change> changes = new ArrayList<>();
    private boolean closed;

    private Actuator(ActuatorOptions options, StateFile state, FileChannel lock) {
        this.options = options;
        this.state = state;
        this.lock = lock;
    }

    /**
     * Opens the board's settings, and first puts back what a killed process left.
     *
     * @throws UserException if the options do not permit it
     * @throws EnvironmentException if another process acts now, or no state can be kept
     */
    public static Actuator open(ActuatorOptions options) {
        if (!options.permit()) {
            throw new UserException("changing clocks and power modes is switched off: switch it on with permit(true)");
        }
        StateFile state = new StateFile(options);
        FileChannel lock = state.lock();
        if (lock == null) {
            throw busy(state);
        }
        Actuator actuator = new Actuator(options, state, lock);
        try {
            Content left = state.read();
            if (left != null) {
                Restored restored = new Restore(options, state).run(left);
                restored.lines().forEach(line -> LOG.warn("left by a process that was killed: {}", line));
                if (!restored.complete()) {
                    throw new EnvironmentException("a process that was killed left settings which can't be put back: "
                            + String.join("; ", restored.lines()));
                }
            }
            Runtime.getRuntime().addShutdownHook(actuator.hook);
        } catch (RuntimeException e) {
            StateFile.unlock(lock);
            throw e;
        }
        return actuator;
    }

    private static EnvironmentException busy(StateFile state) {
        return new EnvironmentException("another process sets this board's clocks now, it holds "
                + state.path().resolveSibling("actuation.lock") + ": end it first");
    }

    /** What this board lets be set, and how; also where nothing may be changed. Never fails. */
    public static List<Setting> settings(ActuatorOptions options) {
        return new Settings(options).find();
    }

    /** What this board lets be set now. */
    public List<Setting> settings() {
        return settings(options);
    }

    /**
     * Sets a value, after the one from before went to disk.
     *
     * @param name of a {@link Setting}
     * @param value one that the setting offers, in its unit
     * @return the value that holds now, as the board tells it; lower where the kernel itself holds a clock down
     * @throws UserException if the board has no such setting, or does not offer the value
     * @throws EnvironmentException if it is not permitted, or the board refuses
     */
    public synchronized long set(String name, long value) {
        if (closed) {
            throw new IllegalStateException("closed");
        }
        Settings settings = new Settings(options);
        List<Setting> all = settings.find();
        Setting setting = all.stream()
                .filter(s -> s.name().equals(name))
                .findFirst()
                .orElseThrow(() -> new UserException("this board has no setting " + name + "; it has "
                        + all.stream().map(Setting::name).collect(Collectors.joining(", "))));
        if (!setting.offers().contains(value)) {
            throw new UserException(name + " can't be " + value + "; this board offers "
                    + setting.offers().stream().map(String::valueOf).collect(Collectors.joining(", "))
                    + (setting.unit().isEmpty() ? "" : " " + setting.unit()));
        }
        if (setting.way() == null) {
            throw new EnvironmentException("can't set " + name + ": " + setting.cure());
        }
        Long now = setting.now();
        if (now == null) {
            throw new EnvironmentException("can't read what " + name + " is now, so it could not be put back");
        }
        if (!setting.isClock()) {
            // A power mode sets clocks as well, so what they are now has to go back with it.
            all.stream().filter(Setting::isClock).forEach(this::remember);
        }
        keep(name, now, value);
        new Writer(options).set(setting, settings.file(name), value);
        Long holds = settings.now(name);
        return holds == null ? value : holds;
    }

    private void remember(Setting clock) {
        Long now = clock.now();
        if (now != null && changes.stream().noneMatch(c -> c.name().equals(clock.name()))) {
            changes.add(new Change(clock.name(), now, now));
        }
    }

    private void keep(String name, long now, long value) {
        for (int i = 0; i < changes.size(); i++) {
            Change c = changes.get(i);
            if (c.name().equals(name)) {
                if (c.set() != value) {
                    changes.set(i, new Change(name, c.before(), value));
                    state.write(changes);
                }
                return;
            }
        }
        changes.add(new Change(name, now, value));
        state.write(changes);
    }

    /**
     * Caps the GPU's clock.
     *
     * @param hertz one of the clocks that the board offers
     */
    public long capGpu(long hertz) {
        return set("gpu.max", hertz);
    }

    /**
     * Caps the clocks of all CPU cores, each cluster at its highest clock that is not above the limit.
     *
     * @param kilohertz the limit
     */
    public void capCpu(long kilohertz) {
        for (Setting s : settings()) {
            if (s.name().startsWith("cpu") && s.name().endsWith(".max")) {
                set(s.name(), s.atMost(kilohertz));
            }
        }
    }

    /** Chooses the power mode with this number. Takes seconds; some modes need a restart of the board and are refused. */
    public void powerMode(int id) {
        set(Setting.POWER_MODE, id);
    }

    /** Puts everything back; the actuator can be used further, and what could not be put back is tried again at its end. */
    public synchronized Restored restore() {
        if (changes.isEmpty()) {
            return Restored.NOTHING;
        }
        Restored restored = new Restore(options, state).run(new Content(state.boot(), changes));
        changes.clear();
        Content left = state.read();
        if (left != null) {
            changes.addAll(left.changes());
        }
        return restored;
    }

    /** Puts everything back. What could not be put back is logged, and stays in the state file. */
    @Override
    public void close() {
        closeQuietly();
        try {
            Runtime.getRuntime().removeShutdownHook(hook);
        } catch (IllegalStateException e) {
            // the process is ending: the hook finds nothing to do
        }
    }

    private synchronized void closeQuietly() {
        if (closed) {
            return;
        }
        closed = true;
        try {
            Restored restored = restore();
            if (!restored.complete()) {
                restored.lines().forEach(line -> LOG.warn("{}", line));
            }
        } finally {
            StateFile.unlock(lock);
        }
    }

    private void closeAtExit() {
        try {
            closeQuietly();
        } catch (RuntimeException e) {
            LOG.warn("what was set could not be put back: {}; run \"dms doctor --restore\"", e.getMessage());
        }
    }

    /** What {@link #leftOver} found. */
    public enum LeftOver {
        /** All is as it was. */
        NOTHING,
        /** A process acts now. */
        IN_USE,
        /** A process was killed before it could put things back. */
        LEFT
    }

    /** Whether a process that was killed left settings changed. Changes nothing. */
    public static LeftOver leftOver(ActuatorOptions options) {
        StateFile state = new StateFile(options);
        if (state.read() == null) {
            return LeftOver.NOTHING;
        }
        @Nullable FileChannel lock = state.lock();
        if (lock == null) {
            return LeftOver.IN_USE;
        }
        StateFile.unlock(lock);
        return LeftOver.LEFT;
    }

    /**
     * Puts back what a process left that was killed; does nothing where there is nothing.
     *
     * @throws EnvironmentException if another process acts now, or the state can't be read
     */
    public static Restored restoreLeftOver(ActuatorOptions options) {
        StateFile state = new StateFile(options);
        if (state.read() == null) {
            return Restored.NOTHING;
        }
        FileChannel lock = state.lock();
        if (lock == null) {
            throw busy(state);
        }
        try {
            Content left = state.read();
            return left == null ? Restored.NOTHING : new Restore(options, state).run(left);
        } finally {
            StateFile.unlock(lock);
        }
    }
}
