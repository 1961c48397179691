package io.dms.cuda;

/** A call of CUDA or of a library on it that failed. Sessions and builders turn it into what a user can act on. */
public final class DeviceException extends RuntimeException {
    private static final long serialVersionUID = 1L;

    /** What can be done about it. */
    public enum Kind {
        /** Not enough free memory, of the device or of the machine. */
        OUT_OF_MEMORY,
        /** The device's context is gone: nothing works any more in this process. */
        LOST,
        /** The library has not this combination. */
        UNSUPPORTED,
        /** Anything else. */
        OTHER
    }

    private final Kind kind;

    /** @param message what was done and what the library says */
    public DeviceException(Kind kind, String message) {
        super(message);
        this.kind = kind;
    }

    /** What can be done about it. */
    public Kind kind() {
        return kind;
    }

    /** True where the device is well and has room, so that another way to do the same may work. */
    public boolean isRefusal() {
        return kind == Kind.UNSUPPORTED || kind == Kind.OTHER;
    }
}
