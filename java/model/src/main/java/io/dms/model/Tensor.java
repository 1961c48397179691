package io.dms.model;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.FloatBuffer;
import org.jspecify.annotations.Nullable;

/**
 * A constant: a weight, a bias, a list of axes. Elements are little-endian, row-major, outermost dimension first.
 *
 * <p>A tensor is either <em>dense</em> (it owns its bytes) or a <em>view</em>: the cut of a dense tensor, the
 * {@linkplain #base() base}, along its axes. A level of a scalable model is made of views of the one full-width copy;
 * nothing is copied until a backend packs it. Immutable, and safe to share: readers get buffers of their own.
 */
public final class Tensor {
    private final DataType type;
    private final Shape shape;
    private final ByteBuffer data;
    private final @Nullable Tensor base;
    private final AxisCut[] cuts;

    private Tensor(DataType type, Shape shape, ByteBuffer data, @Nullable Tensor base, AxisCut[] cuts) {
        this.type = type;
        this.shape = shape;
        this.data = data;
        this.base = base;
        this.cuts = cuts;
    }

    /**
     * A dense tensor over the given bytes, which are not copied and must not change afterwards.
     *
     * @param data position to limit hold exactly the elements, little-endian
     * @throws ModelException if the number of bytes does not fit type and shape
     */
    public static Tensor of(DataType type, Shape shape, ByteBuffer data) {
        long want = Math.multiplyExact(shape.elements(), (long) type.bytes());
        if (shape.hasBatch() || want != data.remaining()) {
            throw new ModelException(
                    "a constant of shape " + shape + " needs " + want + " bytes but has " + data.remaining());
        }
        AxisCut[] cuts = new AxisCut[shape.rank()];
        for (int i = 0; i < cuts.length; i++) {
            cuts[i] = AxisCut.whole(shape.dim(i));
        }
        ByteBuffer own = data.slice().asReadOnlyBuffer().order(ByteOrder.LITTLE_ENDIAN);
        return new Tensor(type, shape, own, null, cuts);
    }

    /** A dense float tensor; the array is copied. */
    public static Tensor ofFloats(Shape shape, float... values) {
        ByteBuffer b =
                ByteBuffer.allocateDirect(Math.multiplyExact(values.length, 4)).order(ByteOrder.LITTLE_ENDIAN);
        b.asFloatBuffer().put(values);
        return of(DataType.FLOAT32, shape, b);
    }

    /** A dense 64-bit integer tensor; the array is copied. */
    public static Tensor ofLongs(Shape shape, long... values) {
        ByteBuffer b = ByteBuffer.allocate(Math.multiplyExact(values.length, 8)).order(ByteOrder.LITTLE_ENDIAN);
        b.asLongBuffer().put(values);
        return of(DataType.INT64, shape, b);
    }

    /** Element type. */
    public DataType type() {
        return type;
    }

    /** Shape, after the cut where this is a view. */
    public Shape shape() {
        return shape;
    }

    /** Number of elements, after the cut where this is a view. */
    public long elements() {
        return shape.elements();
    }

    /** True where this is the cut of another tensor. */
    public boolean isView() {
        return base != null;
    }

    /** The dense tensor under a view; a dense tensor is its own base. */
    public Tensor base() {
        return base == null ? this : base;
    }

    /** What this view keeps of one axis of its {@link #base()}. */
    public AxisCut cut(int axis) {
        return cuts[axis];
    }

    /** True where every axis is a prefix, so that one strided walk over the base reads this tensor. */
    public boolean isPrefix() {
        for (AxisCut cut : cuts) {
            if (!cut.isPrefix()) {
                return false;
            }
        }
        return true;
    }

    /**
     * A view of this dense tensor.
     *
     * @param cuts one for each axis, of that axis's size
     */
    public Tensor cutTo(AxisCut... cuts) {
        if (base != null) {
            throw new IllegalStateException("a view is not cut again: cut its base");
        }
        if (cuts.length != shape.rank()) {
            throw new IllegalArgumentException("one cut per axis: cuts=" + cuts.length + " rank=" + shape.rank());
        }
        int[] dims = new int[cuts.length];
        boolean whole = true;
        for (int i = 0; i < dims.length; i++) {
            if (cuts[i].size() != shape.dim(i)) {
                throw new IllegalArgumentException("cut " + cuts[i] + " does not fit axis " + i + " of " + shape);
            }
            dims[i] = cuts[i].kept();
            whole &= cuts[i].isWhole();
        }
        return whole ? this : new Tensor(type, Shape.of(dims), data, this, cuts.clone());
    }

    /**
     * The bytes of a dense tensor, little-endian, read-only; direct where the model was mapped from a file.
     *
     * @throws IllegalStateException if this is a view
     */
    public ByteBuffer bytes() {
        if (base != null) {
            throw new IllegalStateException("a view has no bytes of its own: use base() and cut()");
        }
        return data.duplicate().order(ByteOrder.LITTLE_ENDIAN);
    }

    /** The elements as floats, dense and row-major, in a new array. */
    public float[] floats() {
        float[] out = new float[Math.toIntExact(elements())];
        copyTo(FloatBuffer.wrap(out));
        return out;
    }

    /**
     * Writes the elements, dense and row-major, at the buffer's position, which moves behind them.
     *
     * @throws IllegalStateException if this is not a float tensor
     */
    public void copyTo(FloatBuffer out) {
        if (type != DataType.FLOAT32) {
            throw new IllegalStateException("not a float tensor: " + type);
        }
        FloatBuffer in = base().bytes().asFloatBuffer();
        if (base == null) {
            out.put(in);
            return;
        }
        int rank = shape.rank();
        int[] strides = new int[rank];
        int stride = 1;
        for (int i = rank - 1; i >= 0; i--) {
            strides[i] = stride;
            stride = Math.multiplyExact(stride, cuts[i].size());
        }
        copy(in, out, 0, 0, strides);
    }

    private void copy(FloatBuffer in, FloatBuffer out, int axis, int offset, int[] strides) {
        AxisCut cut = cuts[axis];
        boolean contiguous = true;
        for (int i = axis + 1; i < cuts.length; i++) {
            contiguous &= cuts[i].isWhole();
        }
        for (int r = 0; r < cut.ranges(); r++) {
            int from = offset + cut.start(r) * strides[axis];
            if (contiguous) {
                int n = cut.length(r) * strides[axis];
                out.put(out.position(), in, from, n);
                out.position(out.position() + n);
            } else {
                for (int i = 0; i < cut.length(r); i++) {
                    copy(in, out, axis + 1, from + i * strides[axis], strides);
                }
            }
        }
    }

    /** The elements of an integer tensor, widened, in a new array. */
    public long[] longs() {
        if (base != null) {
            throw new IllegalStateException("integer constants are never cut");
        }
        long[] out = new long[Math.toIntExact(elements())];
        ByteBuffer b = bytes();
        for (int i = 0; i < out.length; i++) {
            out[i] = switch (type) {
                case INT64 -> b.getLong(i * 8);
                case INT32 -> b.getInt(i * 4);
                case INT8 -> b.get(i);
                case UINT8, BOOL -> b.get(i) & 0xff;
                case FLOAT32 -> throw new IllegalStateException("not an integer tensor: " + type);
            };
        }
        return out;
    }

    /** This tensor without a base: itself where it is dense, else a dense copy. */
    public Tensor dense() {
        return base == null ? this : ofFloats(shape, floats());
    }

    /** As in {@code FLOAT32[64, 3, 7, 7]}. */
    @Override
    public String toString() {
        return type + shape.toString() + (base == null ? "" : " cut of " + base.shape);
    }
}
