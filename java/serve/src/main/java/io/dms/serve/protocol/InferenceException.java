package io.dms.serve.protocol;

import io.dms.model.EnvironmentException;

/** A request that was not answered, with the reason. */
public final class InferenceException extends EnvironmentException {
    private static final long serialVersionUID = 1L;

    private final Refusal refusal;

    /** @param message one line: what, where, what to do */
    public InferenceException(Refusal refusal, String message) {
        super(message);
        this.refusal = refusal;
    }

    /**
     * @param message one line: what, where, what to do
     * @param cause what was caught
     */
    public InferenceException(Refusal refusal, String message, Throwable cause) {
        super(message, cause);
        this.refusal = refusal;
    }

    /** A request that is wrong. */
    public static InferenceException invalid(String message) {
        return new InferenceException(Refusal.INVALID, message);
    }

    /** Why. */
    public Refusal refusal() {
        return refusal;
    }

    /** What went wrong, never null. */
    public String reason() {
        return String.valueOf(getMessage());
    }

    /** 2 where the request was wrong, 3 where the server or the way to it was. */
    @Override
    public int exitStatus() {
        return switch (refusal) {
            case INVALID, NOT_FOUND, METHOD, TOO_LARGE, UNSUPPORTED -> 2;
            default -> 3;
        };
    }
}
