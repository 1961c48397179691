package io.dms.backend.cudnn;

import org.jspecify.annotations.Nullable;

/**
 * What is used of cuDNN, on the stream of the {@link Gpu} that it belongs to. Operands are addresses of device memory,
 * described by the descriptors of a {@link Described}.
 */
interface Dnn {
    /** Kinds of mathematics, as in cuDNN: the library's choice (TF32 allowed), tensor cores, none of these. */
    int DEFAULT_MATH = 0, TENSOR_OP_MATH = 1, FMA_MATH = 3;

    /**
     * The descriptors of one convolution, by their addresses.
     *
     * @param x of the image
     * @param y of the result, and of what is added to it
     */
    record Described(long x, long weights, long bias, long convolution, long relu, long identity, long y) {}

    /** As the library tells it: 8201, 91900. */
    long version();

    Descriptors descriptors();

    /**
     * The graph interface; null where preset or library have none.
     *
     * @param compiled whether engines may be taken that are compiled when a plan is made
     */
    default @Nullable Plans plans(boolean compiled) {
        return null;
    }

    /**
     * Runs every algorithm on these operands and gives those that work, the fastest first. Overwrites y (back: x).
     *
     * @param back the gradient by the input, which is the transposed convolution: reads y, writes x
     * @param bytes of scratch memory at {@code work}
     */
    Algorithm[] search(boolean back, Described d, long x, long weights, long y, long work, long bytes);

    /** What the library expects to work, the best first; runs nothing. */
    Algorithm[] expect(boolean back, Described d);

    /** {@code y = convolution of x}; {@code work} is as large as the algorithm wants, 0 where it wants none. */
    void forward(Described d, long x, long weights, long y, Algorithm a, long work);

    /** {@code y = activation(convolution + bias + z)}, by ReLU or the identity; z 0 for none. */
    void fused(Described d, long x, long weights, long bias, long z, boolean relu, long y, Algorithm a, long work);

    /** {@code x = transposed convolution of y}. */
    void back(Described d, long y, long weights, long x, Algorithm a, long work);
}
