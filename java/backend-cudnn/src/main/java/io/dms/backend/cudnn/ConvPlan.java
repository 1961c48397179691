package io.dms.backend.cudnn;

/** One convolution with what follows it, ready to run on any memory. Owns its descriptors. Not thread-safe. */
interface ConvPlan extends AutoCloseable {
    /** Bytes of scratch memory. */
    long workspace();

    /**
     * Enqueues it. Allocates nothing where the addresses are those of the last call.
     *
     * @param bias and {@code z} 0 where there is none; {@code work} 0 where it wants none
     */
    void run(long x, long weights, long bias, long z, long y, long work);

    @Override
    void close();
}
