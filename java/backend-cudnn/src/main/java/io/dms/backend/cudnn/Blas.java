package io.dms.backend.cudnn;

import org.jspecify.annotations.Nullable;

/** What is used of cuBLAS, on the stream of the {@link Gpu} that it belongs to. */
interface Blas {
    /** Enqueues a product of the matrices at these addresses of device memory. */
    void multiply(Product p, long a, long b, long c);

    /** cuBLASLt; null where preset or library have none. Lives as long as this. */
    default @Nullable Matmuls matmuls() {
        return null;
    }
}
