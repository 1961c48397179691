package io.dms.backend.cudnn;

/** What is used of cuBLAS, on the stream of the {@link Gpu} that it belongs to. */
interface Blas {
    /** Enqueues a product of the matrices at these addresses of device memory. */
    void multiply(Product p, long a, long b, long c);
}
