package io.dms.backend.cudnn;

/**
 * cuDNN's descriptors, which lie in host memory and need no device. They belong to who made them, who destroys each once.
 */
interface Descriptors {
    /** Modes of an activation, as in cuDNN. */
    int RELU = 1, IDENTITY = 5;

    /** What a descriptor is of. */
    enum Kind {
        TENSOR,
        FILTER,
        CONVOLUTION,
        ACTIVATION
    }

    /** A new one, to be set before it is used. */
    long create(Kind kind);

    /** Gives one back. */
    void destroy(Kind kind, long desc);

    /** An image with its strides in elements. */
    void setTensor(
            long desc, boolean half, int n, int c, int h, int w, int nStride, int cStride, int hStride, int wStride);

    /** Weights without gaps, [K][C][R][S], or [K][R][S][C] for channels last. */
    void setFilter(long desc, boolean half, boolean nhwc, int k, int c, int r, int s);

    /** @param math a kind of mathematics, as in {@link Dnn} */
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

    /** Of a convolution that is set, the mathematics alone. */
    void setMath(long desc, int math);

    /** @param mode {@link #RELU} or {@link #IDENTITY} */
    void setActivation(long desc, int mode);
}
