package io.dms.cli;

import io.dms.cli.report.Prose;
import io.dms.cli.report.TextTable;
import java.io.PrintWriter;

/**
 * Where a command writes: results to {@link #out}, everything else to {@link #err}. Knows whether a person looks at it,
 * and whether that person asked to stop.
 */
public final class Console {
    /** As wide as lines are where nobody says how much room there is. */
    public static final int COLUMNS = 100;

    private static final int LEAST_COLUMNS = 55;

    private final PrintWriter out;
    private final PrintWriter err;
    private final boolean terminal;
    private final int columns;
    private final int room;
    private volatile boolean cancelled;

    /**
     * @param out results
     * @param err progress, warnings, errors
     * @param terminal true where {@code err} is a terminal
     */
    public Console(PrintWriter out, PrintWriter err, boolean terminal) {
        this(out, err, terminal, COLUMNS, TextTable.UNBOUNDED);
    }

    /**
     * @param out results
     * @param err progress, warnings, errors
     * @param terminal true where {@code err} is a terminal
     * @param columns of that terminal
     * @param room most characters in a line of a result: those columns, or {@link TextTable#UNBOUNDED} where no terminal
     *     shows {@code out}
     */
    public Console(PrintWriter out, PrintWriter err, boolean terminal, int columns, int room) {
        this.out = out;
        this.err = err;
        this.terminal = terminal;
        this.columns = Math.max(LEAST_COLUMNS, columns);
        this.room = Math.max(LEAST_COLUMNS, room);
    }

    /** How long the lines of a table may be: as wide as the terminal that shows {@link #out}, endless elsewhere. */
    public int room() {
        return room;
    }

    /** Columns of the terminal, at least 55; {@link #COLUMNS} where there is none. */
    public int columns() {
        return columns;
    }

    /** Results. */
    public PrintWriter out() {
        return out;
    }

    /** Progress, warnings, errors. */
    public PrintWriter err() {
        return err;
    }

    /** True where a terminal shows {@link #err}. */
    public boolean terminal() {
        return terminal;
    }

    /** One line of a result. */
    public void print(String line) {
        out.println(line);
    }

    /** One line about what happens; a terminal gets it in several that fit, so that no word is broken. */
    public void note(String line) {
        if (terminal) {
            Prose.within(line, columns).forEach(err::println);
        } else {
            err.println(line);
        }
    }

    /** One line about what may be wrong with a result. */
    public void warn(String line) {
        note("warning: " + line);
    }

    /** Shows how far a piece of work is: a bar on a terminal, now and then a line elsewhere. */
    public Progress progress(String task, String unit, long total) {
        return terminal ? new BarProgress(err, task, unit, total) : new LineProgress(err, task, unit, total);
    }

    /** Asks the running command to stop and to print what it has. */
    public void cancel() {
        cancelled = true;
    }

    /** True once the command was asked to stop. */
    public boolean cancelled() {
        return cancelled;
    }
}
