package io.dms.model;

/** A model that is damaged, inconsistent, or beyond what this version reads. Exit status 2. */
public class ModelException extends UserException {
    private static final long serialVersionUID = 1L;

    /** @param message one line: what, where (file, node), what to do */
    public ModelException(String message) {
        super(message);
    }

    /**
     * @param message one line: what, where (file, node), what to do
     * @param cause what was caught
     */
    public ModelException(String message, Throwable cause) {
        super(message, cause);
    }
}
