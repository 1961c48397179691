package io.dms.cuda;

import static org.bytedeco.cuda.global.cudart.*;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import org.bytedeco.javacpp.BytePointer;
import org.bytedeco.javacpp.IntPointer;
import org.bytedeco.javacpp.SizeTPointer;

/**
 * CUDA's runtime through JavaCPP's presets. Calls only methods that {@code native-functions.txt} lists, whose signatures
 * are the same in all flavours. Backends add the calls of their libraries by extending it.
 */
public class PresetDevice implements CudaDevice {
    /** {@code cudaDevAttrMultiProcessorCount}, {@code ...ComputeCapabilityMajor} and {@code Minor}. */
    private static final int MULTIPROCESSORS = 16, MAJOR = 75, MINOR = 76;

    /** The stream, for calls of libraries; it stays this object's. */
    protected final StreamRef stream = new StreamRef();

    private final int device;
    private final String name;
    private final int architecture;
    private final int multiprocessors;
    private final int runtime;
    private final MemoryRef a = new MemoryRef();
    private final MemoryRef b = new MemoryRef();
    private final IntPointer number = new IntPointer(1);
    private final SizeTPointer size = new SizeTPointer(1);
    private final SizeTPointer size2 = new SizeTPointer(1);
    private boolean closed;

    /**
     * Opens a device.
     *
     * @param device its number among those that are visible
     * @throws DeviceException if that fails; nothing stays open then
     */
    protected PresetDevice(int device) {
        this.device = device;
        try {
            CudaErrors.check(cudaSetDevice(device), "choosing device " + device);
            architecture = 10 * attribute(MAJOR) + attribute(MINOR);
            multiprocessors = attribute(MULTIPROCESSORS);
            CudaErrors.check(cudaRuntimeGetVersion(number), "asking for the version");
            runtime = number.get();
            name = nameOf(device);
            CudaErrors.check(cudaStreamCreateWithFlags(stream, cudaStreamNonBlocking), "making a stream");
        } catch (RuntimeException | Error failed) {
            release();
            throw failed;
        }
    }

    private int attribute(int which) {
        CudaErrors.check(cudaDeviceGetAttribute(number, which, device), "asking what the device is");
        return number.get();
    }

    private static String nameOf(int device) {
        try (IntPointer handle = new IntPointer(1);
                BytePointer text = new BytePointer(256)) {
            text.put(0, (byte) 0);
            if (cuInit(0) != 0 || cuDeviceGet(handle, device) != 0 || cuDeviceGetName(text, 255, handle.get()) != 0) {
                return "device " + device;
            }
            // With a limit a BytePointer takes all its bytes for the string; without one it ends at the first zero.
            return text.limit(0).getString(StandardCharsets.UTF_8).strip();
        }
    }

    /** The newest CUDA that the driver knows, 0 where there is no driver. */
    public static int knownToDriver() {
        try (IntPointer n = new IntPointer(1)) {
            return cudaDriverGetVersion(n) == 0 ? n.get() : 0;
        }
    }

    /** The version of the runtime library. */
    public static int libraryVersion() {
        try (IntPointer n = new IntPointer(1)) {
            return cudaRuntimeGetVersion(n) == 0 ? n.get() : 0;
        }
    }

    // ---- what it is

    @Override
    public final String deviceName() {
        return name;
    }

    @Override
    public final int architecture() {
        return architecture;
    }

    @Override
    public final int multiprocessors() {
        return multiprocessors;
    }

    @Override
    public final int runtimeVersion() {
        return runtime;
    }

    @Override
    public final int driverVersion() {
        return knownToDriver();
    }

    @Override
    public final void enter() {
        CudaErrors.check(cudaSetDevice(device), "choosing the device");
    }

    // ---- memory

    @Override
    public final long freeBytes() {
        CudaErrors.check(cudaMemGetInfo(size, size2), "asking for free memory");
        return size.get();
    }

    @Override
    public final long malloc(long bytes) {
        a.to(0);
        CudaErrors.check(cudaMalloc(a, bytes), "allocating device memory");
        return a.address();
    }

    @Override
    public final void free(long address) {
        CudaErrors.check(cudaFree(a.to(address)), "freeing device memory");
    }

    @Override
    public final long hostAlloc(long bytes) {
        a.to(0);
        CudaErrors.check(cudaHostAlloc(a, bytes, cudaHostAllocDefault), "allocating pinned memory");
        return a.address();
    }

    @Override
    public final void hostFree(long address) {
        CudaErrors.check(cudaFreeHost(a.to(address)), "freeing pinned memory");
    }

    @Override
    public final ByteBuffer hostBuffer(long address, long bytes) {
        return new BytePointer(new MemoryRef().to(address))
                .capacity(bytes)
                .asByteBuffer()
                .order(ByteOrder.nativeOrder());
    }

    @Override
    public final void copyToDevice(long to, long host, long bytes) {
        int status = cudaMemcpyAsync(a.to(to), b.to(host), bytes, cudaMemcpyHostToDevice, stream);
        CudaErrors.check(status, "copying to the device");
    }

    @Override
    public final void copyToHost(long host, long from, long bytes) {
        int status = cudaMemcpyAsync(a.to(host), b.to(from), bytes, cudaMemcpyDeviceToHost, stream);
        CudaErrors.check(status, "copying to the host");
    }

    @Override
    public final void fill(long address, int value, long bytes) {
        CudaErrors.check(cudaMemsetAsync(a.to(address), value, bytes, stream), "filling device memory");
    }

    // ---- the stream

    @Override
    public final long stream() {
        return stream.address();
    }

    @Override
    public final void synchronize() {
        CudaErrors.check(cudaStreamSynchronize(stream), "waiting for the device");
    }

    /** Gives everything back; once. Who extends this gives its own back first. */
    @Override
    public void close() {
        release();
    }

    private void release() {
        if (closed) {
            return;
        }
        closed = true;
        if (!stream.isNull()) {
            cudaStreamDestroy(stream);
        }
        number.deallocate();
        size.deallocate();
        size2.deallocate();
    }
}
