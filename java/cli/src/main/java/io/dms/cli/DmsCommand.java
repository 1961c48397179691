package io.dms.cli;

import java.util.concurrent.Callable;
import picocli.CommandLine.Option;

/** What all commands share. */
abstract class DmsCommand implements Callable<Integer> {
    private final Console console;

    @Option(
            names = {"-h", "--help"},
            usageHelp = true,
            description = "Show this help and exit.")
    @SuppressWarnings("UnusedVariable") // picocli acts on it
    private boolean help;

    DmsCommand(Console console) {
        this.console = console;
    }

    final Console console() {
        return console;
    }

    /** The exit status. */
    @Override
    public abstract Integer call();
}
