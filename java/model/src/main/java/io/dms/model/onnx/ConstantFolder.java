package io.dms.model.onnx;

import ai.onnx.proto.OnnxMl.TensorProto;
import io.dms.model.ModelException;
import java.util.Arrays;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Computes nodes whose inputs are all known at import: exporters write shapes, pads and axes as little subgraphs. Work
 * is bounded, so that a small file cannot ask for a large computation. Not thread-safe.
 */
final class ConstantFolder {
    private static final long LEAST_WORK = 1L << 27;

    private final TensorReader reader;
    private long workLeft;

    /** @param fileElements elements of all constants in the file; the work allowed grows with them */
    ConstantFolder(TensorReader reader, long fileElements) {
        this.reader = reader;
        this.workLeft = Math.max(LEAST_WORK, 32 * Math.min(fileElements, Integer.MAX_VALUE));
    }

    /**
     * The node's outputs, or null where it cannot be computed here.
     *
     * @param in its inputs; null where one is left out
     */
    @Nullable
    List<Constant> fold(SourceNode n, List<@Nullable Constant> in) {
        for (Constant c : in) {
            spend(n, c == null ? 0 : c.size());
        }
        if (!n.domain().isEmpty()) {
            return null;
        }
        try {
            if (n.op().equals("Split")) {
                return FoldMovement.split(n, in);
            }
            Constant one = one(n, in);
            return one == null ? null : List.of(one);
        } catch (UnsupportedForm e) {
            return null;
        } catch (ArithmeticException e) {
            throw n.error("computes a constant that is too large: the file is damaged");
        }
    }

    private @Nullable Constant one(SourceNode n, List<@Nullable Constant> in) {
        switch (n.op()) {
            case "Constant":
                return constant(n);
            case "Identity":
                return first(in);
            case "Dropout":
                return n.outputs().size() == 1 ? first(in) : null;
            case "Cast":
                return FoldArithmetic.cast(first(in), (int) n.integer("to", 0));
            case "CastLike":
                return FoldArithmetic.cast(first(in), second(in).type());
            case "Shape":
                return ofShape(n, first(in).dims(), -1);
            case "Size":
                return Constant.longs(ElementType.INT64, new int[0], first(in).size());
            case "ConstantOfShape":
                return constantOfShape(n, first(in));
            case "Range":
                return range(n, first(in), second(in), third(in));
            case "MatMul":
                return matMul(n, first(in), second(in));
            default:
        }
        if (FoldMovement.handles(n.op())) {
            return FoldMovement.fold(n, in, this);
        }
        if (n.op().startsWith("Reduce")) {
            return FoldReduce.fold(n, in);
        }
        return FoldArithmetic.fold(n, in, this);
    }

    /** Takes note of work to be done; call it before memory of that many elements is taken. */
    void spend(SourceNode n, long elements) {
        if (elements > Integer.MAX_VALUE / 8 || elements > workLeft) {
            throw new ModelException(
                    n + " computes a constant that is too large: simplify the model (onnxsim) before it is imported");
        }
        workLeft -= elements;
    }

    static Constant first(List<@Nullable Constant> in) {
        return at(in, 0);
    }

    static Constant second(List<@Nullable Constant> in) {
        return at(in, 1);
    }

    static Constant third(List<@Nullable Constant> in) {
        return at(in, 2);
    }

    static @Nullable Constant optional(List<@Nullable Constant> in, int i) {
        return i < in.size() ? in.get(i) : null;
    }

    private static Constant at(List<@Nullable Constant> in, int i) {
        Constant c = optional(in, i);
        if (c == null) {
            throw new UnsupportedForm("lacks an input");
        }
        return c;
    }

    private @Nullable Constant constant(SourceNode n) {
        TensorProto t = n.tensor("value");
        if (t != null) {
            return reader.read(t, "the value of " + n);
        }
        if (n.has("value_float")) {
            return Constant.floats(new int[0], n.real("value_float", 0));
        }
        if (n.has("value_int")) {
            return Constant.longs(ElementType.INT64, new int[0], n.integer("value_int", 0));
        }
        float[] f = n.reals("value_floats");
        if (f != null) {
            return Constant.floats(new int[] {f.length}, f);
        }
        long[] l = n.integers("value_ints");
        return l == null ? null : Constant.longs(ElementType.INT64, new int[] {l.length}, l);
    }

    /**
     * The operator Shape.
     *
     * @param dims sizes; {@code batchSize} stands for N
     */
    static Constant ofShape(SourceNode n, int[] dims, int batchSize) {
        int rank = dims.length;
        int from = clamp(n.integer("start", 0), rank);
        int to = Math.max(from, clamp(n.integer("end", rank), rank));
        double[] v = new double[to - from];
        double[] b = new double[to - from];
        for (int i = from; i < to; i++) {
            boolean batch = dims[i] == batchSize;
            v[i - from] = batch ? 0 : dims[i];
            b[i - from] = batch ? 1 : 0;
        }
        return Constant.symbolic(ElementType.INT64, new int[] {to - from}, v, b);
    }

    private static int clamp(long at, int rank) {
        return (int) Math.max(0, Math.min(rank, at < 0 ? at + rank : at));
    }

    private @Nullable Constant constantOfShape(SourceNode n, Constant shape) {
        int[] dims = dims(shape);
        int size = Constant.size(dims);
        spend(n, size);
        TensorProto t = n.tensor("value");
        Constant value = t == null ? Constant.floats(new int[0], 0f) : reader.read(t, "the value of " + n);
        return value.size() != 1 ? null : value.take(dims, new int[size]);
    }

    /** The elements of a constant as sizes. */
    static int[] dims(Constant shape) {
        long[] l = shape.longs();
        if (shape.rank() > 1 || l.length > 32) {
            throw new UnsupportedForm("not a shape");
        }
        int[] dims = new int[l.length];
        for (int i = 0; i < dims.length; i++) {
            if (l[i] < 0) {
                throw new UnsupportedForm("negative size");
            }
            dims[i] = Math.toIntExact(l[i]);
        }
        return dims;
    }

    private @Nullable Constant range(SourceNode n, Constant start, Constant limit, Constant delta) {
        if (start.size() != 1
                || limit.size() != 1
                || delta.size() != 1
                || start.isSymbolic()
                || limit.isSymbolic()
                || delta.isSymbolic()) {
            return null;
        }
        double from = start.value(0);
        double step = delta.value(0);
        double count = Math.max(0, Math.ceil((limit.value(0) - from) / step));
        if (!(count <= Integer.MAX_VALUE)) {
            throw n.error("computes a range without end: the file is damaged");
        }
        int size = (int) count;
        spend(n, size);
        double[] v = new double[size];
        for (int i = 0; i < size; i++) {
            v[i] = from + i * step;
        }
        return Constant.symbolic(start.type(), new int[] {size}, v, new double[size]);
    }

    private @Nullable Constant matMul(SourceNode n, Constant a, Constant b) {
        if (a.rank() != 2 || b.rank() != 2 || a.dims()[1] != b.dims()[0]) {
            return null;
        }
        int m = a.dims()[0];
        int inner = a.dims()[1];
        int k = b.dims()[1];
        spend(n, Math.multiplyExact(Math.multiplyExact((long) m, (long) k), (long) Math.max(1, inner)));
        float[] x = a.floats();
        float[] y = b.floats();
        float[] out = new float[Constant.size(new int[] {m, k})];
        for (int i = 0; i < m; i++) {
            for (int j = 0; j < inner; j++) {
                float f = x[i * inner + j];
                for (int c = 0; c < k; c++) {
                    out[i * k + c] += f * y[j * k + c];
                }
            }
        }
        return Constant.floats(new int[] {m, k}, out);
    }

    /** An axis made non-negative. */
    static int axis(SourceNode n, long axis, int rank) {
        if (axis < -rank || axis >= rank) {
            throw n.error("has axis " + axis + " for a tensor of " + rank + " dimensions: the file is damaged");
        }
        return (int) (axis < 0 ? axis + rank : axis);
    }

    /** Several axes made non-negative, each at most once. */
    static int[] axes(SourceNode n, long[] axes, int rank) {
        int[] out = new int[axes.length];
        for (int i = 0; i < out.length; i++) {
            out[i] = axis(n, axes[i], rank);
        }
        if (Arrays.stream(out).distinct().count() != out.length) {
            throw n.error("names an axis twice: " + Arrays.toString(axes));
        }
        return out;
    }
}
