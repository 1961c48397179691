package io.dms.cli.monitor;

import io.dms.cli.Console;
import io.dms.monitor.Absence;
import io.dms.monitor.BoardMonitor;
import io.dms.monitor.EnergyWindow;
import io.dms.monitor.MonitorEvent;
import io.dms.monitor.Snapshot;
import java.time.Duration;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.List;
import java.util.Queue;
import org.jspecify.annotations.Nullable;

/**
 * Shows a board at fixed times, until a limit is reached, somebody asks to stop, or nobody reads on. Times are multiples of
 * the interval since the beginning; one that was missed is not made up for.
 */
public final class WatchLoop {
    private static final long FIRST_DRAW_MILLIS = 250;

    private final BoardMonitor monitor;
    private final EnergyWindow energy;
    private final Queue<MonitorEvent> events;
    private final Console console;
    private final Limits limits;
    private final long begin = System.nanoTime();

    /**
     * When to show, and when to end.
     *
     * @param interval between two moments
     * @param count moments; {@link Long#MAX_VALUE} for no limit
     * @param nanos from the beginning on; {@link Long#MAX_VALUE} for no limit
     * @param replayed true where it is over as soon as everything is {@link Absence#GONE}
     */
    public record Limits(Duration interval, long count, long nanos, boolean replayed) {}

    /**
     * Begins now.
     *
     * @param energy since the beginning
     * @param events filled by a listener, emptied here
     */
    public WatchLoop(
            BoardMonitor monitor, EnergyWindow energy, Queue<MonitorEvent> events, Console console, Limits limits) {
        this.monitor = monitor;
        this.energy = energy;
        this.events = events;
        this.console = console;
        this.limits = limits;
    }

    /** Shows until the end; the last moment that was shown, null where none was. */
    public @Nullable Moment run(List<Viewer> viewers) {
        return run(viewers, this::sleep);
    }

    /** The same, with keys heard and the screen drawn anew when the terminal's size changes. */
    public @Nullable Moment run(List<Viewer> viewers, LiveTerminal terminal, Screen screen) {
        return run(viewers, new Redrawing(terminal, screen));
    }

    private @Nullable Moment run(List<Viewer> viewers, Pause pause) {
        Moment last = null;
        long interval = limits.interval().toNanos();
        long next = begin + interval;
        for (long shown = 0; shown < limits.count(); shown++) {
            next = Math.max(next, System.nanoTime());
            if (pause.until(Math.min(next - begin, limits.nanos()) + begin) || console.cancelled()) {
                break;
            }
            List<MonitorEvent> come = new ArrayList<>();
            for (MonitorEvent e = events.poll(); e != null; e = events.poll()) {
                come.add(e);
            }
            Moment moment = moment();
            boolean over = limits.replayed() && over(moment.snapshot());
            // That a recording ends is no loss of its sensors.
            come.removeIf(e -> over && e.kind() == MonitorEvent.Kind.SENSOR_LOST);
            come.forEach(e -> viewers.forEach(v -> v.event(e)));
            if (over) {
                break;
            }
            viewers.forEach(v -> v.show(moment));
            last = moment;
            next += interval;
            if (System.nanoTime() - begin >= limits.nanos() || console.out().checkError()) {
                break;
            }
        }
        return last;
    }

    /** True where everything that a recording had is gone. */
    private static boolean over(Snapshot s) {
        for (int i = 0; i < s.sensors().size(); i++) {
            if (s.absence(i) != Absence.GONE) {
                return false;
            }
        }
        return true;
    }

    private Moment moment() {
        Instant now = Instant.now().truncatedTo(ChronoUnit.MILLIS);
        return new Moment(monitor, monitor.snapshot(), energy, now, (System.nanoTime() - begin) * 1e-9);
    }

    // ---- waiting ----

    /** Waits; true where a person asked to end meanwhile. */
    private interface Pause {
        boolean until(long nanoTime);
    }

    private boolean sleep(long until) {
        try {
            for (long left = until - System.nanoTime();
                    left > 0 && !console.cancelled();
                    left = until - System.nanoTime()) {
                Thread.sleep(Math.max(1, Math.min(50, left / 1_000_000)));
            }
            return false;
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            return true;
        }
    }

    /** Waits for keys, and draws anew when the terminal's size changes and soon after the beginning. */
    private final class Redrawing implements Pause {
        private final LiveTerminal terminal;
        private final Screen screen;
        private boolean drawn;

        Redrawing(LiveTerminal terminal, Screen screen) {
            this.terminal = terminal;
            this.screen = screen;
        }

        @Override
        public boolean until(long until) {
            while (!console.cancelled()) {
                long left = (until - System.nanoTime()) / 1_000_000;
                if (left <= 0) {
                    return false;
                }
                if (terminal.waitForQuit(drawn ? left : Math.min(left, FIRST_DRAW_MILLIS), console::cancelled)) {
                    return true;
                }
                if ((until - System.nanoTime()) / 1_000_000 > 0) {
                    drawn = true;
                    terminal.draw(screen.lines(moment(), terminal.columns(), terminal.rows()));
                }
            }
            return true;
        }
    }
}
