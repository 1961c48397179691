package io.dms.backend.tensorrt;

import io.dms.cuda.CudaDevice;
import io.dms.cuda.DeviceException;

/**
 * A device that also records and launches graphs by CUDA's runtime: the seam at which tests put a device made of ordinary
 * memory. Graphs belong to who made them. What {@link CudaDevice} says of calls holds here: one that fails throws {@link
 * DeviceException}.
 */
interface Cuda extends CudaDevice {
    /** From here to {@link #endCapture} work on the stream is recorded and not done. */
    void beginCapture();

    /** Ends a recording; a graph that can be launched, to be given to {@link #destroyGraph} once. */
    long endCapture();

    /** Ends a recording that went wrong; does nothing where none is going on. */
    void abortCapture();

    void launch(long graph);

    void destroyGraph(long graph);
}
