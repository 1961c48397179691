package io.dms.model;

/** The machine lacks something: a library, a permission, space, memory. Exit status 3. */
public class EnvironmentException extends DmsException {
    private static final long serialVersionUID = 1L;

    /** @param message one line: what is missing and how to get it */
    public EnvironmentException(String message) {
        super(message);
    }

    /**
     * @param message one line: what is missing and how to get it
     * @param cause what was caught
     */
    public EnvironmentException(String message, Throwable cause) {
        super(message, cause);
    }

    @Override
    public int exitStatus() {
        return 3;
    }
}
