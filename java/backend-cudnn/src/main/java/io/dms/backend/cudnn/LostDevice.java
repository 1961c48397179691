package io.dms.backend.cudnn;

import java.util.Set;

/** Errors of CUDA after which the context, and with it every address and handle of the process, is of no use. */
final class LostDevice {
    private static final Set<String> NAMES = Set.of(
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

    private LostDevice() {}

    /** By name, since that is how the versions agree. */
    static boolean isLoss(String cudaErrorName) {
        return NAMES.contains(cudaErrorName);
    }
}
