package io.dms.model;

/** Bad input: a damaged or foreign file, an impossible option, a wrong shape. Exit status 2. */
public class UserException extends DmsException {
    private static final long serialVersionUID = 1L;

    /** @param message one line: what, where, what to do */
    public UserException(String message) {
        super(message);
    }

    /**
     * @param message one line: what, where, what to do
     * @param cause what was caught
     */
    public UserException(String message, Throwable cause) {
        super(message, cause);
    }

    @Override
    public int exitStatus() {
        return 2;
    }
}
