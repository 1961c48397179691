package io.dms.backend.cudnn.bridge;

/** A call of the bridge that failed: a {@code dms_status} that is not 0, and one line of text. */
public final class BridgeException extends RuntimeException {
    private static final long serialVersionUID = 1L;

    /** Values of {@code dms_status}. */
    public static final int BAD_ARGUMENT = 1,
            UNSUPPORTED = 2,
            NO_DEVICE = 3,
            DRIVER_TOO_OLD = 4,
            NO_KERNEL_IMAGE = 5,
            OUT_OF_MEMORY = 6,
            DEVICE_LOST = 7,
            CAPTURE = 8,
            CUDA = 9;

    private final int status;
    private final int cudaError;

    /**
     * @param status a {@code dms_status}
     * @param cudaError the {@code cudaError_t} behind it, or 0
     * @param message one line
     */
    public BridgeException(int status, int cudaError, String message) {
        super(message);
        this.status = status;
        this.cudaError = cudaError;
    }

    /** The {@code dms_status}. */
    public int status() {
        return status;
    }

    /** The {@code cudaError_t}, or 0 where CUDA had no part in it. */
    public int cudaError() {
        return cudaError;
    }

    /** True after a fault that the device's context does not survive: only a new process helps. */
    public boolean isDeviceLost() {
        return status == DEVICE_LOST;
    }

    /** True where the device had no memory left. */
    public boolean isOutOfMemory() {
        return status == OUT_OF_MEMORY;
    }
}
