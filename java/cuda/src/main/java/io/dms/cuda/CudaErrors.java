package io.dms.cuda;

import static org.bytedeco.cuda.global.cudart.cudaGetErrorName;
import static org.bytedeco.cuda.global.cudart.cudaGetErrorString;
import static org.bytedeco.cuda.global.cudart.cudaGetLastError;
import static org.bytedeco.cuda.global.cudart.cudaMemGetInfo;

import java.util.Set;
import org.bytedeco.javacpp.SizeTPointer;
import org.jspecify.annotations.Nullable;

/** What the codes of CUDA's runtime mean to a caller. */
public final class CudaErrors {
    /** A code that never changed. */
    private static final int OUT_OF_MEMORY = 2;

    /**
     * Errors after which the context, and with it every address and handle of the process, is of no use: by name, since
     * that is how the versions agree.
     */
    private static final Set<String> LOSSES = Set.of(
            "cudaErrorIllegalAddress",
            "cudaErrorLaunchFailure",
            "cudaErrorLaunchTimeout",
            "cudaErrorHardwareStackError",
            "cudaErrorIllegalInstruction",
            "cudaErrorMisalignedAddress",
            "cudaErrorInvalidAddressSpace",
            "cudaErrorInvalidPc",
            "cudaErrorECCUncorrectable",
            "cudaErrorContextIsDestroyed",
            "cudaErrorDevicesUnavailable",
            "cudaErrorNoDevice",
            "cudaErrorSystemNotReady",
            "cudaErrorExternalDevice",
            "cudaErrorAssert",
            "cudaErrorUnknown");

    private CudaErrors() {}

    /**
     * Throws where a call failed; allocates nothing where it did not.
     *
     * @param status what the runtime returned
     * @param what was done, as in {@code waiting for the device}
     * @throws DeviceException where the status is not 0
     */
    public static void check(int status, String what) {
        if (status != 0) {
            cudaGetLastError();
            throw failure(status, what);
        }
    }

    /**
     * The runtime's error behind the failure of a library that stands on it, which is forgotten thereby; null where there
     * is none. Libraries bring a runtime of their own inside them, so what they met is not this one's last error: a lost
     * device answers the next call with it, though.
     *
     * @param what was done
     */
    public static @Nullable DeviceException last(String what) {
        int status = cudaGetLastError();
        if (status == 0) {
            try (SizeTPointer free = new SizeTPointer(1);
                    SizeTPointer total = new SizeTPointer(1)) {
                status = cudaMemGetInfo(free, total);
            }
            cudaGetLastError();
        }
        return status == 0 ? null : failure(status, what);
    }

    private static DeviceException failure(int status, String what) {
        String code = cudaGetErrorName(status).getString();
        String text = cudaGetErrorString(status).getString();
        return new DeviceException(kind(status, code), what + ": " + text + " (" + code + ")");
    }

    static DeviceException.Kind kind(int status, String code) {
        if (status == OUT_OF_MEMORY) {
            return DeviceException.Kind.OUT_OF_MEMORY;
        }
        return LOSSES.contains(code) ? DeviceException.Kind.LOST : DeviceException.Kind.OTHER;
    }
}
