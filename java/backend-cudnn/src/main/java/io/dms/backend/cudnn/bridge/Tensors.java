package io.dms.backend.cudnn.bridge;

/**
 * Kernels on tensors that are given by extents and strides in elements. Where those are addresses, they are of host
 * memory, {@code rank} numbers each, and read during the call.
 */
public interface Tensors {
    /** Types of elements. */
    int F32 = 0, F16 = 1;

    /** Kinds of {@link #reduce}. */
    int REDUCE_SUM = 0, REDUCE_MEAN = 1, REDUCE_MAX = 2;

    /** Limits of the header. */
    int MAX_RANGES = 128, MAX_RANK = 8, MAX_TOP_K = 1024;

    /**
     * Lines of elements of which each becomes one: element (o, a, i) of the operand lies at
     * {@code o * outerStride + a * axisStride + i}, that of the result at {@code o * resultStride + i}.
     *
     * @param axis elements of a line
     */
    record Lines(long outer, long axis, long inner, long outerStride, long axisStride, long resultStride) {}

    /** {@code y = a kind b}, a kind of {@link Images}; y is dense, strides are 0 on axes that are broadcast. */
    void binary(
            int kind, int rank, long dims, long a, long aStrides, long b, long bStrides, long y, int type, long stream);

    /** The sum, the mean or the largest of each line. */
    void reduce(int kind, Lines lines, long x, int xType, long y, int yType, long stream);

    /** Softmax over the middle axis of a dense [outer][axis][inner]. */
    void softmax(long x, int xType, long outer, long axis, long inner, long y, int yType, long stream);

    /** The k largest of each row, the largest first. */
    void topK(long x, int xType, int rows, int columns, long rowStride, int k, long values, long indices, long stream);

    /** Copies between strided tensors. */
    void copy(int rank, long dims, long x, int xType, long xStrides, long y, int yType, long yStrides, long stream);

    /** Reads by a table for each axis, one behind the other in device memory, or fills where an index is negative. */
    void gather(int rank, long dims, long x, long xStrides, long tables, float fill, long y, int type, long stream);

    /**
     * Packs a cut of master weights in single precision.
     *
     * @param ranges0 what is kept of axis 0: {@code count0} pairs of start and length, in host memory
     * @param ranges1 the same of axis 1
     * @param scale the factor of each output channel, 0 for none
     */
    void pack(
            Packing packing,
            long master,
            long ranges0,
            int count0,
            long ranges1,
            int count1,
            long scale,
            long packed,
            long stream);
}
