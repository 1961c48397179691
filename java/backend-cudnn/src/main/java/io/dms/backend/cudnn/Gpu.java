package io.dms.backend.cudnn;

import io.dms.cuda.CudaDevice;
import io.dms.cuda.DeviceException;

/**
 * A device with cuBLAS and cuDNN, in addresses only: the seam at which tests put a device made of ordinary memory. Beside
 * the stream one handle of each library; one thread at a time. What {@link CudaDevice} says of calls holds here: one that
 * fails throws {@link DeviceException}, one that succeeds allocates nothing in Java, except where an object is given back.
 *
 * <p>Descriptors belong to who made them, who gives them back; {@link #close} destroys handles and stream.
 */
interface Gpu extends CudaDevice {
    /** Modes of an activation descriptor, as in cuDNN. */
    int RELU = 1, IDENTITY = 5;

    /** Kinds of mathematics, as in cuDNN: the library's choice (TF32 allowed), tensor cores, none of these. */
    int DEFAULT_MATH = 0, TENSOR_OP_MATH = 1, FMA_MATH = 3;

    /** As the library tells it: 8201, 91900. */
    long cudnnVersion();

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
}
