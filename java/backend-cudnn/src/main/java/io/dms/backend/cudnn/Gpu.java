package io.dms.backend.cudnn;

import java.nio.ByteBuffer;

/**
 * Every native call of CUDA's runtime, cuBLAS and cuDNN, in addresses only: the seam at which tests put a device made of
 * ordinary memory. One stream, one cuBLAS and one cuDNN handle; one thread at a time. Work is enqueued on the stream.
 * A call that fails throws {@link GpuException}; one that succeeds allocates nothing in Java, except where an object is
 * given back.
 *
 * <p>Descriptors and memory belong to who made them, who gives them back; {@link #close} destroys handles and stream.
 */
interface Gpu extends AutoCloseable {
    /** Modes of an activation descriptor, as in cuDNN. */
    int RELU = 1, IDENTITY = 5;

    /** Kinds of mathematics, as in cuDNN: the library's choice (TF32 allowed), tensor cores, none of these. */
    int DEFAULT_MATH = 0, TENSOR_OP_MATH = 1, FMA_MATH = 3;

    /** What the device is called, as in {@code NVIDIA Orin}. */
    String deviceName();

    /** Compute capability, {@code 10 * major + minor}. */
    int architecture();

    /** As the library tells it: 8201, 91900. */
    long cudnnVersion();

    /** As the library tells it: 10020, 13010. */
    int runtimeVersion();

    /** Makes the device the calling thread's. */
    void enter();

    // ---- memory

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

    void fill(long address, int value, long bytes);

    /** The stream, a {@code cudaStream_t}. */
    long stream();

    /** Waits until everything on the stream is done; throws what went wrong there. */
    void synchronize();

    // ---- cuBLAS

    /**
     * {@code c = op(a) op(b)} in cuBLAS's order, columns first, {@code count} times with these strides in elements.
     *
     * @param half elements are half precision, else single; sums are single
     */
    void gemm(
            boolean transposeA,
            boolean transposeB,
            int m,
            int n,
            int k,
            long a,
            int lda,
            long strideA,
            long b,
            int ldb,
            long strideB,
            long c,
            int ldc,
            long strideC,
            int count,
            boolean half);

    // ---- cuDNN: descriptors

    long newTensor();

    void setTensor(
            long desc, boolean half, int n, int c, int h, int w, int nStride, int cStride, int hStride, int wStride);

    void destroyTensor(long desc);

    long newFilter();

    void setFilter(long desc, boolean half, boolean nhwc, int k, int c, int r, int s);

    void destroyFilter(long desc);

    long newConvolution();

    void setConvolution(
            long desc,
            int padH,
            int padW,
            int strideH,
            int strideW,
            int dilationH,
            int dilationW,
            int groups,
            int math);

    void setMath(long desc, int math);

    void destroyConvolution(long desc);

    long newActivation();

    void setActivation(long desc, int mode);

    void destroyActivation(long desc);

    // ---- cuDNN: convolutions

    /**
     * Runs every algorithm on these operands and gives those that work, the fastest first. Overwrites y (back: x).
     *
     * @param back the gradient by the input, which is the transposed convolution: reads y, writes x
     */
    Algorithm[] search(
            boolean back, long xDesc, long x, long wDesc, long w, long conv, long yDesc, long y, long work, long bytes);

    /** What the library expects to work, the best first; runs nothing. */
    Algorithm[] expect(boolean back, long xDesc, long wDesc, long conv, long yDesc);

    void convolve(
            long xDesc,
            long x,
            long wDesc,
            long w,
            long conv,
            int algorithm,
            long work,
            long bytes,
            long yDesc,
            long y);

    /** {@code y = activation(convolution + bias + z)}; z 0 for none. */
    void convolveFused(
            long xDesc,
            long x,
            long wDesc,
            long w,
            long conv,
            int algorithm,
            long work,
            long bytes,
            long z,
            long biasDesc,
            long bias,
            long activation,
            long yDesc,
            long y);

    void convolveBack(
            long wDesc,
            long w,
            long yDesc,
            long y,
            long conv,
            int algorithm,
            long work,
            long bytes,
            long xDesc,
            long x);

    @Override
    void close();
}
