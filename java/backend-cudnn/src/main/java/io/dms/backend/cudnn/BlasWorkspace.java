package io.dms.backend.cudnn;

import static org.bytedeco.cuda.global.cublas.cublasSetWorkspace_v2;

import io.dms.cuda.CudaDevice;
import io.dms.cuda.DeviceMemory;
import io.dms.cuda.MemoryRef;
import org.bytedeco.cuda.cublas.cublasContext;

/**
 * Scratch memory of ours for cuBLAS. Without it the library takes its own, which while a stream is recorded becomes an
 * allocation inside the recording: one more for each, and slower replays. CUDA 10.2 has no such function, so nobody may
 * come here with an older runtime than 11.0. Owns the memory, which must outlive the handle.
 */
final class BlasWorkspace implements AutoCloseable {
    /** The first of CUDA's runtimes that has it. */
    static final int SINCE = 11000;

    /** What NVIDIA's documentation of {@code cublasSetWorkspace} recommends: for Hopper and newer, and for the others. */
    private static final long NEWER = 32L << 20, OLDER = 4L << 20;

    private static final int HOPPER = 90;

    private final DeviceMemory memory;

    /**
     * Allocates and gives it to a handle. {@code cublasSetStream} takes it back, so the stream comes first.
     *
     * @throws io.dms.cuda.DeviceException if there is not so much memory
     */
    BlasWorkspace(CudaDevice device, cublasContext handle) {
        memory = DeviceMemory.device(device, device.architecture() >= HOPPER ? NEWER : OLDER);
        try {
            LibraryErrors.blas(
                    cublasSetWorkspace_v2(handle, new MemoryRef().to(memory.address()), memory.bytes()),
                    "giving cuBLAS its scratch memory");
        } catch (RuntimeException | Error failed) {
            memory.close();
            throw failed;
        }
    }

    @Override
    public void close() {
        memory.close();
    }
}
