package io.dms.cli;

import java.io.PrintWriter;
import java.io.StringWriter;

/** One command that ran, in process, as {@link Main} would run it. */
record Ran(int status, String out, String err) {
    /** Runs a command away from a terminal. */
    static Ran dms(String... args) {
        StringWriter out = new StringWriter();
        StringWriter err = new StringWriter();
        PrintWriter outWriter = new PrintWriter(out);
        PrintWriter errWriter = new PrintWriter(err);
        int status = Dms.run(new Console(outWriter, errWriter, false), args);
        outWriter.flush();
        errWriter.flush();
        return new Ran(status, out.toString(), err.toString());
    }

    /** The one line on standard error; fails where there is not exactly one. */
    String complaint() {
        if (err.lines().count() != 1) {
            throw new AssertionError("one line expected on standard error, but there was:\n" + err);
        }
        return err.strip();
    }
}
