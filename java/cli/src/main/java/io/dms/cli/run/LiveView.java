package io.dms.cli.run;

import io.dms.cli.Console;
import java.io.PrintWriter;
import java.util.Locale;

/** Shows what a run does: one line that is written over on a terminal, a line now and then elsewhere. */
public final class LiveView {
    private static final int MOST_COLUMNS = 110;
    private static final double PIPED_SECONDS = 10;

    private final PrintWriter err;
    private final boolean terminal;
    private final String prefix;
    private double next = PIPED_SECONDS;
    private final int columns;
    private int shown;

    /** @param prefix what each line begins with, as the name of the pass */
    public LiveView(Console console, String prefix) {
        this.err = console.err();
        this.terminal = console.terminal();
        this.columns = Math.min(MOST_COLUMNS, console.columns() - 1); // a full line would wrap
        this.prefix = prefix;
    }

    void show(double second, String text, double watts) {
        String power = Double.isNaN(watts) ? "" : String.format(Locale.ROOT, "  %.1f W", watts);
        String line = String.format(Locale.ROOT, "%s%6.1f s  %s%s", prefix, Math.max(0, second), text, power);
        if (terminal) {
            String cut = line.length() > columns ? line.substring(0, columns) : line;
            err.print("\r" + cut + " ".repeat(Math.max(0, shown - cut.length())));
            err.flush();
            shown = cut.length();
        } else if (second >= next) {
            next += PIPED_SECONDS;
            err.println(line);
        }
    }

    /** A line that stays. */
    void note(String text) {
        clear();
        err.println(text);
    }

    /** Takes the line that is written over away. */
    void clear() {
        if (terminal && shown > 0) {
            err.print("\r" + " ".repeat(shown) + "\r");
            err.flush();
            shown = 0;
        }
    }
}
