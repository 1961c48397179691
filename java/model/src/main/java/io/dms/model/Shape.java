package io.dms.model;

import java.util.Arrays;

/**
 * Dimensions of a tensor, outermost first. At most one of them, the batch, may be {@link #BATCH}: it takes its value
 * when a plan is made. Immutable.
 */
public final class Shape {
    /** Stands for the batch dimension, whose size is not known before a plan is made. */
    public static final int BATCH = -1;

    private final int[] dims;

    private Shape(int[] dims) {
        this.dims = dims;
    }

    /**
     * @param dims sizes, each at least 0, or {@link #BATCH}
     * @throws ModelException if a size is negative
     */
    public static Shape of(int... dims) {
        for (int d : dims) {
            if (d < BATCH) {
                throw new ModelException("dimension " + d + " in shape " + Arrays.toString(dims) + " is negative");
            }
        }
        return new Shape(dims.clone());
    }

    /** Number of dimensions. */
    public int rank() {
        return dims.length;
    }

    /** Size of one dimension, {@link #BATCH} where it is the batch. A negative axis counts from the end. */
    public int dim(int axis) {
        return dims[axis < 0 ? axis + dims.length : axis];
    }

    /** A copy of all sizes. */
    public int[] dims() {
        return dims.clone();
    }

    /** True where one of the dimensions is {@link #BATCH}. */
    public boolean hasBatch() {
        for (int d : dims) {
            if (d == BATCH) {
                return true;
            }
        }
        return false;
    }

    /** This shape with the batch set. */
    public Shape withBatch(int batch) {
        int[] d = dims.clone();
        for (int i = 0; i < d.length; i++) {
            d[i] = d[i] == BATCH ? batch : d[i];
        }
        return new Shape(d);
    }

    /** This shape with one dimension replaced. */
    public Shape with(int axis, int size) {
        int[] d = dims.clone();
        d[axis] = size;
        return of(d);
    }

    /** Number of elements, the batch counted as one. */
    public long elements() {
        return elements(0, dims.length);
    }

    /** Number of elements from {@code from} (inclusive) to {@code to} (exclusive), the batch counted as one. */
    public long elements(int from, int to) {
        long n = 1;
        for (int i = from; i < to; i++) {
            n = Math.multiplyExact(n, dims[i] == BATCH ? 1L : dims[i]);
        }
        return n;
    }

    @Override
    public boolean equals(Object o) {
        return o instanceof Shape s && Arrays.equals(dims, s.dims);
    }

    @Override
    public int hashCode() {
        return Arrays.hashCode(dims);
    }

    /** As in {@code [N, 64, 56, 56]}. */
    @Override
    public String toString() {
        StringBuilder s = new StringBuilder("[");
        for (int i = 0; i < dims.length; i++) {
            s.append(i == 0 ? "" : ", ");
            if (dims[i] == BATCH) {
                s.append('N');
            } else {
                s.append(dims[i]);
            }
        }
        return s.append(']').toString();
    }
}
