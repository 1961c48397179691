package io.dms.backend.tensorrt;

/** A call of CUDA or TensorRT that failed. Session and builder turn it into what a user can act on. */
final class DeviceException extends RuntimeException {
    private static final long serialVersionUID = 1L;

    /** What can be done about it. */
    enum Kind {
        /** Not enough free memory, of the device or of the machine. */
        OUT_OF_MEMORY,
        /** The device's context is gone: nothing works any more in this process. */
        LOST,
        /** Anything else. */
        OTHER
    }

    private final Kind kind;

    DeviceException(Kind kind, String message) {
        super(message);
        this.kind = kind;
    }

    Kind kind() {
        return kind;
    }
}
