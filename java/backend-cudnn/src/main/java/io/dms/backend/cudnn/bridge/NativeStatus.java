package io.dms.backend.cudnn.bridge;

/** What the loaded library answers, as exceptions. */
final class NativeStatus {
    private NativeStatus() {}

    /** Throws where a call failed; allocates nothing where it did not. */
    static void check(int status) {
        if (status != 0) {
            throw failure(status);
        }
    }

    /** The failure of this thread's last call. */
    static BridgeException failure(int status) {
        return new BridgeException(status, NativeCalls.lastCudaError(), NativeCalls.lastError());
    }
}
