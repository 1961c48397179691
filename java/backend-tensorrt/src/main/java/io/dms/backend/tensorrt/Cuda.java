package io.dms.backend.tensorrt;

import java.nio.ByteBuffer;

/**
 * One device and one stream of CUDA's runtime, in addresses only: the seam at which tests put a device made of ordinary
 * memory. One thread at a time. A call that fails throws {@link DeviceException}; one that succeeds allocates nothing in
 * Java, except where an object is given back. Memory and graphs belong to who made them; {@link #close} destroys the
 * stream.
 */
interface Cuda extends AutoCloseable {
    /** What the device is called, as in {@code Orin}. */
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

    void free(long address);

    /** Host memory that the device reads and writes at full speed. */
    long hostAlloc(long bytes);

    void hostFree(long address);

    /** Host memory as a buffer of native byte order, to be used only while it lives. */
    ByteBuffer hostBuffer(long address, long bytes);

    void copyToDevice(long to, long host, long bytes);

    void copyToHost(long host, long from, long bytes);

    /** The stream, a {@code cudaStream_t}. */
    long stream();

    /** Waits until everything on the stream is done; throws what went wrong there. */
    void synchronize();

    /** From here to {@link #endCapture} work on the stream is recorded and not done. */
    void beginCapture();

    /** Ends a recording; a graph that can be launched, to be given to {@link #destroyGraph} once. */
    long endCapture();

    /** Ends a recording that went wrong; does nothing where none is going on. */
    void abortCapture();

    void launch(long graph);

    void destroyGraph(long graph);

    @Override
    void close();
}
