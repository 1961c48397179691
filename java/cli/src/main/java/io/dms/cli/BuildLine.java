package io.dms.cli;

import io.dms.backend.tensorrt.cache.BuildProgress;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;

/**
 * Shows how far builds are while they go on: a line that changes each second on a terminal, a new line now and then
 * elsewhere. A thread of its own looks at the clock, since a library may say nothing for minutes.
 */
final class BuildLine implements AutoCloseable {
    private static final int EVERY_SECONDS = 10;

    private final Console console;
    private final BuildProgress progress;
    private final ScheduledExecutorService ticker;
    private final int columns;
    private boolean shown;

    BuildLine(Console console, BuildProgress progress) {
        this.console = console;
        this.columns = Math.min(Console.COLUMNS, console.columns()) - 1; // a full line would wrap
        this.progress = progress;
        this.ticker = Executors.newSingleThreadScheduledExecutor(r -> {
            Thread t = new Thread(r, "build progress");
            t.setDaemon(true);
            return t;
        });
        int every = console.terminal() ? 1 : EVERY_SECONDS;
        var unused = ticker.scheduleAtFixedRate(this::show, every, every, TimeUnit.SECONDS);
    }

    /** Shows how far it is now. */
    synchronized void show() {
        String line = "building " + progress.status().line();
        if (console.terminal()) {
            String cut = line.length() > columns ? line.substring(0, columns) : line;
            console.err().print("\r" + cut + " ".repeat(columns - cut.length()));
            console.err().flush();
            shown = true;
        } else {
            console.note(line);
        }
    }

    /** One line that stays. */
    synchronized void note(String line) {
        clear();
        console.note(line);
    }

    private void clear() {
        if (shown) {
            console.err().print("\r" + " ".repeat(columns) + "\r");
            console.err().flush();
            shown = false;
        }
    }

    @Override
    public void close() {
        ticker.shutdownNow();
        synchronized (this) {
            clear();
        }
    }
}
