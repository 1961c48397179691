package io.dms.cuda;

import java.nio.ByteBuffer;

/**
 * One device and one stream of CUDA's runtime, in addresses only: the seam at which tests put a device made of ordinary
 * memory. One thread at a time. Work is enqueued on the stream. A call that fails throws {@link DeviceException}; one that
 * succeeds allocates nothing in Java, except where an object is given back. Memory belongs to who made it, who gives it
 * back ({@link DeviceMemory}); {@link #close} destroys the stream.
 */
public interface CudaDevice extends AutoCloseable {
    /** What the device is called, as in {@code NVIDIA Orin}. */
    String deviceName();

    /** Compute capability, {@code 10 * major + minor}. */
    int architecture();

    /** Multiprocessors that are on: a power mode may switch some off. */
    int multiprocessors();

    /** As the library tells it: 10020, 13010. */
    int runtimeVersion();

    /** The newest CUDA that the driver knows, as the library tells it. */
    int driverVersion();

    /** Makes the device the calling thread's. */
    void enter();

    /** Bytes of the device that nobody holds now. */
    long freeBytes();

    /** Device memory. */
    long malloc(long bytes);

    /** Gives device memory back. */
    void free(long address);

    /** Host memory that the device reads and writes at full speed. */
    long hostAlloc(long bytes);

    /** Gives such memory back. */
    void hostFree(long address);

    /** Host memory as a buffer of native byte order, to be used only while it lives. */
    ByteBuffer hostBuffer(long address, long bytes);

    /** Copies from host memory. */
    void copyToDevice(long to, long host, long bytes);

    /** Copies to host memory. */
    void copyToHost(long host, long from, long bytes);

    /** Sets each byte to this value. */
    void fill(long address, int value, long bytes);

    /** The stream, a {@code cudaStream_t}. */
    long stream();

    /** Waits until everything on the stream is done; throws what went wrong there. */
    void synchronize();

    @Override
    void close();
}
