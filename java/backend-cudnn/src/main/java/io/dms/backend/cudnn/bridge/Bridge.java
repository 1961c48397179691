package io.dms.backend.cudnn.bridge;

/**
 * The calls of {@code native/include/dms_bridge.h}, which says what each does and what its arguments mean. Addresses,
 * streams and graphs are {@code long} (0 is null), what does not change between calls are records that a caller makes
 * once; nothing is allocated by a call that succeeds.
 *
 * <p>A call that fails throws {@link BridgeException} with the status and one line of text. Calls enqueue on the stream
 * and return at once, except in the host build, where they have done their work. Thread-safe; one stream from one thread
 * at a time.
 *
 * <p>There is one instance of a process, from {@link Bridges}.
 */
public interface Bridge {
    /** What Java was written for: {@code DMS_ABI_VERSION} of the header. */
    int ABI_VERSION = 1;

    /** What {@link #attribute} tells. */
    int TOOLKIT_VERSION = 0,
            RUNTIME_VERSION = 1,
            DRIVER_VERSION = 2,
            DEVICES = 3,
            ARCHITECTURE = 4,
            MULTIPROCESSORS = 5,
            INTEGRATED = 6,
            FREE_MEMORY = 7,
            TOTAL_MEMORY = 8;

    /** One line: flavour, CUDA toolkit, architectures. */
    String buildInfo();

    /** True for the build without CUDA, whose "device" addresses are ordinary ones. */
    boolean isHost();

    /** Throws where toolkit, driver, runtime library and the device's architecture do not fit, saying the cure. */
    void checkDevice(int device);

    /** An attribute, -1 where it is not known. */
    long attribute(int device, int attribute);

    /** Recordings of streams. */
    Graphs graphs();

    /** Kernels on image tensors. */
    Images images();

    /** Kernels on tensors of any rank, on rows, and on weights. */
    Tensors tensors();
}
