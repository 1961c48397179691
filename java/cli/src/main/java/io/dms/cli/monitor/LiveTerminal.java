package io.dms.cli.monitor;

import java.io.IOException;
import java.io.PrintWriter;
import java.util.List;
import java.util.function.BooleanSupplier;
import org.jline.terminal.Attributes;
import org.jline.terminal.Size;
import org.jline.terminal.Terminal;
import org.jline.terminal.TerminalBuilder;
import org.jspecify.annotations.Nullable;

/**
 * A terminal that is drawn over again and again, on its second screen, so that what was on the first comes back in the
 * end. Knows its size, also when a person changes it, and hears keys. JLine runs {@code stty} for that; no native
 * library is loaded.
 */
public final class LiveTerminal implements AutoCloseable {
    private static final String ENTER = "\u001b[?1049h\u001b[?25l";
    private static final String LEAVE = "\u001b[?25h\u001b[?1049l";

    private final Terminal terminal;
    private final Attributes before;
    private final PrintWriter out;
    private volatile Size size;
    private volatile boolean resized;

    private LiveTerminal(Terminal terminal, PrintWriter out) {
        this.terminal = terminal;
        this.out = out;
        before = terminal.enterRawMode();
        size = terminal.getSize();
        terminal.handle(Terminal.Signal.WINCH, s -> {
            size = terminal.getSize();
            resized = true;
        });
        out.print(ENTER);
        out.flush();
    }

    /** The terminal that this process has, or null where there is none that can be drawn over. */
    public static @Nullable LiveTerminal open(PrintWriter out) {
        String type = System.getenv("TERM");
        if (type == null || type.isEmpty() || type.equals("dumb")) {
            return null;
        }
        try {
            Terminal terminal = TerminalBuilder.builder()
                    .system(true)
                    .provider("exec")
                    .dumb(false)
                    .build();
            if (terminal.getSize().getColumns() < 1) {
                terminal.close();
                return null;
            }
            return new LiveTerminal(terminal, out);
        } catch (IOException | RuntimeException e) {
            return null;
        }
    }

    /** Columns. */
    public int columns() {
        return size.getColumns();
    }

    /** Lines. */
    public int rows() {
        return size.getRows();
    }

    /** Draws the lines from the top, in one go, and clears what was below. */
    public void draw(List<String> lines) {
        StringBuilder all = new StringBuilder("\u001b[H");
        for (int i = 0; i < lines.size(); i++) {
            all.append(lines.get(i)).append("\u001b[K").append(i + 1 < lines.size() ? "\r\n" : "");
        }
        out.print(all.append("\u001b[J"));
        out.flush();
    }

    /**
     * Waits for a key, a new size, until somebody cancels or the time is over; true where the key asks to end. Never
     * blocks in a read: JLine takes the raw mode away as soon as a signal ends the process.
     */
    public boolean waitForQuit(long millis, BooleanSupplier cancelled) {
        long end = System.nanoTime() + millis * 1_000_000;
        try {
            while (!resized && !cancelled.getAsBoolean() && System.nanoTime() < end) {
                if (System.in.available() > 0) {
                    int key = System.in.read();
                    if (key == 'q' || key == 'Q' || key == -1) {
                        return true;
                    }
                } else {
                    Thread.sleep(Math.max(1, Math.min(30, (end - System.nanoTime()) / 1_000_000)));
                }
            }
        } catch (IOException e) {
            return true;
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            return true;
        }
        resized = false;
        return false;
    }

    @Override
    public void close() {
        out.print(LEAVE);
        out.flush();
        try {
            terminal.setAttributes(before);
            terminal.close();
        } catch (IOException e) {
            // the terminal went away: there is nothing to put back
        }
    }
}
