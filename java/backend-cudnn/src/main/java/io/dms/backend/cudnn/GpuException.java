package io.dms.backend.cudnn;

/** A call of CUDA, cuBLAS or cuDNN that failed. The session turns it into what a user can act on. */
final class GpuException extends RuntimeException {
    private static final long serialVersionUID = 1L;

    /** What can be done about it. */
    enum Kind {
        /** The device had not enough free memory. */
        OUT_OF_MEMORY,
        /** The device's context is gone: nothing works any more in this process. */
        LOST,
        /** The library has not this combination. */
        UNSUPPORTED,
        /** Anything else. */
        OTHER
    }

    private final Kind kind;

    GpuException(Kind kind, String message) {
        super(message);
        this.kind = kind;
    }

    Kind kind() {
        return kind;
    }
}
