package io.dms.backend.cudnn;

import java.util.List;

/**
 * cuBLASLt: products that fuse what follows, on the stream of the {@link Gpu} that it belongs to. In addresses of device memory.
 */
interface Matmuls extends AutoCloseable {
    /** As the library tells it; what it proposed is of no use to another one. */
    long version();

    /**
     * Algorithms that the library proposes, the best first by its own guess; none that rounds more than asked. Empty where
     * it has none, or refuses the product. Runs nothing.
     *
     * @param most how many
     * @param workspace bytes of scratch memory that one may want
     * @param bias address of the numbers; 0 where it has none
     */
    List<MatmulWay> propose(Matmul m, int most, long workspace, long bias);

    /**
     * Makes a product ready, which is the caller's to close.
     *
     * @throws io.dms.cuda.DeviceException if the library refuses the algorithm
     */
    Plan plan(Matmul m, MatmulWay way);

    @Override
    void close();

    /** A product with its algorithm. Owns its descriptors. Not thread-safe. */
    interface Plan extends AutoCloseable {
        /** Bytes of scratch memory. */
        long workspace();

        /**
         * Enqueues it. Allocates nothing.
         *
         * @param scale and {@code bias} and {@code z} 0 where there is none; {@code work} 0 where it wants none
         */
        void run(long a, long b, long scale, long bias, long z, long d, long work);

        @Override
        void close();
    }
}
