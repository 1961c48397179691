package io.dms.model;

/**
 * A failure that a person can act on: the message is one line that says what was wrong, where (file, node, field), and
 * what to do. {@link #exitStatus()} is what the command line exits with.
 */
public abstract class DmsException extends RuntimeException {
    private static final long serialVersionUID = 1L;

    DmsException(String message, Throwable cause) {
        super(message, cause);
    }

    DmsException(String message) {
        super(message);
    }

    /** The exit status of the process: 2 for bad input, 3 for an environment that lacks something. */
    public abstract int exitStatus();
}
