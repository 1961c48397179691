package io.dms.backend.cudnn;

import static org.bytedeco.cuda.global.cudnn.cudnnGetErrorString;

import io.dms.cuda.CudaErrors;
import io.dms.cuda.DeviceException;

/**
 * What the status codes of cuBLAS and cuDNN mean to a caller. They are told by name; cuDNN's are compared only with 0, since
 * their numbers changed between cuDNN 8 and 9; what is behind them is asked of CUDA's runtime.
 */
final class LibraryErrors {
    private LibraryErrors() {}

    /**
     * Throws where a call of cuBLAS failed; allocates nothing where it did not.
     *
     * @param what was done, as in {@code multiplying matrices}
     */
    static void blas(int status, String what) {
        if (status != 0) {
            throw failure("cuBLAS", what, name(status));
        }
    }

    /** Those that say something of the call; numbers of cuBLAS are the same in all generations. */
    private static String name(int status) {
        return switch (status) {
            case 1 -> "NOT_INITIALIZED";
            case 3 -> "ALLOC_FAILED";
            case 7 -> "INVALID_VALUE";
            case 8 -> "ARCH_MISMATCH";
            case 13 -> "EXECUTION_FAILED";
            case 15 -> "NOT_SUPPORTED";
            default -> "status " + status;
        };
    }

    /** The same of cuDNN. */
    static void dnn(int status, String what) {
        if (status != 0) {
            throw failure("cuDNN", what, cudnnGetErrorString(status).getString());
        }
    }

    /** A library's failure, or CUDA's where that is behind it. */
    private static DeviceException failure(String library, String what, String text) {
        DeviceException behind = CudaErrors.last(what);
        if (behind != null && behind.kind() == DeviceException.Kind.LOST) {
            return behind;
        }
        String message = what + ": " + library + " says " + text;
        boolean full = behind != null && behind.kind() == DeviceException.Kind.OUT_OF_MEMORY;
        if (text.contains("ALLOC_FAILED") || full) {
            return new DeviceException(DeviceException.Kind.OUT_OF_MEMORY, message);
        }
        boolean unsupported = text.contains("NOT_SUPPORTED") || text.contains("BAD_PARAM");
        return new DeviceException(
                unsupported ? DeviceException.Kind.UNSUPPORTED : DeviceException.Kind.OTHER, message);
    }
}
