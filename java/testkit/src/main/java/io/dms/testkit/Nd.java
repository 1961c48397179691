package io.dms.testkit;

import java.util.Arrays;
import java.util.function.DoubleUnaryOperator;

/** A dense float tensor, row-major: what the reference kernels read and write. */
final class Nd {
    private final int[] dims;
    final float[] data;

    Nd(int[] dims, float[] data) {
        if (elements(dims) != data.length) {
            throw new IllegalArgumentException(
                    "shape and elements must fit: shape=" + Arrays.toString(dims) + " elements=" + data.length);
        }
        this.dims = dims.clone();
        this.data = data;
    }

    /** All zeros. */
    static Nd zeros(int... dims) {
        return new Nd(dims, new float[elements(dims)]);
    }

    static int elements(int[] dims) {
        int n = 1;
        for (int d : dims) {
            n = Math.multiplyExact(n, d);
        }
        return n;
    }

    int rank() {
        return dims.length;
    }

    int dim(int axis) {
        return dims[axis];
    }

    int[] dims() {
        return dims.clone();
    }

    /** Product of the sizes of axes {@code from} (inclusive) to {@code to} (exclusive). */
    int elements(int from, int to) {
        return elements(Arrays.copyOfRange(dims, from, to));
    }

    /** The place of [i, j, k, l] in {@link #data}. */
    int at(int i, int j, int k, int l) {
        return ((i * dims[1] + j) * dims[2] + k) * dims[3] + l;
    }

    /** The same elements under another shape. */
    Nd reshape(int... newDims) {
        return new Nd(newDims, data);
    }

    /** A function of each element. */
    Nd map(DoubleUnaryOperator f) {
        Nd y = zeros(dims);
        for (int i = 0; i < data.length; i++) {
            y.data[i] = (float) f.applyAsDouble(data[i]);
        }
        return y;
    }

    /** An axis, counted from the end where it is negative. */
    static int axis(int axis, int rank) {
        return axis < 0 ? axis + rank : axis;
    }

    /** Moves an index on to its successor in row-major order. */
    static void advance(int[] index, int[] dims) {
        for (int a = dims.length - 1; a >= 0 && ++index[a] == dims[a]; a--) {
            index[a] = 0;
        }
    }

    @Override
    public String toString() {
        return "Nd" + Arrays.toString(dims);
    }
}
