package io.dms.cli;

/** Exit statuses of the process. */
final class Exit {
    /** All is well. */
    static final int OK = 0;
    /** Bad input: a file, an option. */
    static final int USER = 2;
    /** The machine lacks something. */
    static final int ENVIRONMENT = 3;
    /** A bug of DMS. */
    static final int BUG = 70;
    /** Ended by Ctrl-C, as shells have it. */
    static final int INTERRUPTED = 130;

    private Exit() {}
}
