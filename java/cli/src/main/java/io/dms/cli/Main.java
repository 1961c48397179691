package io.dms.cli;

import io.dms.cli.report.TextTable;
import java.io.FileDescriptor;
import java.io.FileOutputStream;
import java.io.OutputStream;
import java.io.OutputStreamWriter;
import java.io.PrintWriter;
import java.nio.charset.StandardCharsets;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;

/** Entry point of the process. */
public final class Main {
    /** How long an interrupted command has to end by itself and print what it has. */
    private static final int GRACE_SECONDS = 20;

    private Main() {}

    /** Runs one command and exits with its status; on Ctrl-C lets it end cleanly first. */
    public static void main(String[] args) {
        WatchedOutput standardOutput = new WatchedOutput(new FileOutputStream(FileDescriptor.out));
        PrintWriter out = writer(standardOutput);
        PrintWriter err = writer(new FileOutputStream(FileDescriptor.err));
        int columns = Integer.getInteger("dms.columns", Console.COLUMNS);
        boolean shown = Boolean.getBoolean("dms.colours"); // a terminal shows standard output
        Console console = new Console(
                out, err, Boolean.getBoolean("dms.terminal"), columns, shown ? columns : TextTable.UNBOUNDED);
        CountDownLatch ended = new CountDownLatch(1);
        Thread interrupt = new Thread(
                () -> {
                    console.cancel();
                    try {
                        if (!ended.await(GRACE_SECONDS, TimeUnit.SECONDS)) {
                            err.println("dms: the command did not end in " + GRACE_SECONDS + " s and is stopped");
                        }
                    } catch (InterruptedException e) {
                        Thread.currentThread().interrupt();
                    }
                },
                "interrupt");
        Runtime.getRuntime().addShutdownHook(interrupt);
        int status = Dms.run(console, args);
        out.flush();
        String lost = standardOutput.complaint();
        if (lost != null) {
            err.println("dms: " + lost);
            status = Exit.ENVIRONMENT;
        }
        err.flush();
        ended.countDown();
        try {
            Runtime.getRuntime().removeShutdownHook(interrupt);
        } catch (IllegalStateException e) {
            return; // the process is on its way out already: its status is the signal's
        }
        System.exit(status);
    }

    private static PrintWriter writer(OutputStream stream) {
        return new PrintWriter(new OutputStreamWriter(stream, StandardCharsets.UTF_8), true);
    }
}
