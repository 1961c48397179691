package io.dms.backend.cudnn;

import io.dms.cuda.CudaDevice;

/**
 * A device with a handle of each library on its stream, in addresses only: the seam at which tests put a device made of
 * ordinary memory. What {@link CudaDevice} says of calls holds for those of both libraries: one that fails throws
 * {@link io.dms.cuda.DeviceException}, one that succeeds allocates nothing in Java, except where an object is given back.
 * One thread at a time; {@link #close} destroys handles and stream.
 */
interface Gpu extends CudaDevice {
    /** Products of matrices; lives as long as this. */
    Blas blas();

    /** Convolutions; lives as long as this. */
    Dnn dnn();
}
