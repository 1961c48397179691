package io.dms.model.onnx;

import static io.dms.model.onnx.ConstantFolder.axes;
import static io.dms.model.onnx.ConstantFolder.axis;
import static io.dms.model.onnx.ConstantFolder.dims;
import static io.dms.model.onnx.ConstantFolder.first;
import static io.dms.model.onnx.ConstantFolder.optional;
import static io.dms.model.onnx.ConstantFolder.second;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Set;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;

/** Folds operators that only move elements: each output element is one input element, found by an index. */
final class FoldMovement {
    private static final Set<String> OPERATORS = Set.of(
            "Reshape", "Flatten", "Squeeze", "Unsqueeze", "Transpose", "Slice", "Gather", "Concat", "Expand", "Tile");

    private FoldMovement() {}

    static boolean handles(String op) {
        return OPERATORS.contains(op);
    }

    static @Nullable Constant fold(SourceNode n, List<@Nullable Constant> in, ConstantFolder work) {
        Constant x = first(in);
        return switch (n.op()) {
            case "Reshape" -> reshape(n, x, second(in));
            case "Flatten" -> flatten(n, x);
            case "Squeeze" -> squeeze(n, x, optional(in, 1));
            case "Unsqueeze" -> unsqueeze(n, x, optional(in, 1));
            case "Transpose" -> transpose(n, x);
            case "Slice" -> slice(n, x, in);
            case "Gather" -> gather(n, x, second(in), work);
            case "Concat" -> concat(n, in, work);
            case "Expand" -> expand(n, x, second(in), work);
            default -> tile(n, x, second(in), work);
        };
    }

    /** Row-major strides. */
    static int[] strides(int[] dims) {
        int[] s = new int[dims.length];
        int stride = 1;
        for (int i = dims.length - 1; i >= 0; i--) {
            s[i] = stride;
            stride = Math.multiplyExact(stride, Math.max(1, dims[i]));
        }
        return s;
    }

    /**
     * Indices of a strided walk: element {@code [i0, i1, ..]} of the output is at
     * {@code offset + sum(ik * steps[k])}.
     */
    static int[] walk(int[] dims, int offset, int[] steps) {
        int[] out = new int[Constant.size(dims)];
        int[] at = new int[dims.length];
        int place = offset;
        for (int i = 0; i < out.length; i++) {
            out[i] = place;
            for (int k = dims.length - 1; k >= 0; k--) {
                place += steps[k];
                if (++at[k] < dims[k]) {
                    break;
                }
                place -= steps[k] * dims[k];
                at[k] = 0;
            }
        }
        return out;
    }

    /** Steps that broadcast a tensor to a larger shape, 0 along repeated axes. */
    static int[] broadcastSteps(int[] from, int[] to) {
        int[] strides = strides(from);
        int[] steps = new int[to.length];
        int shift = to.length - from.length;
        for (int i = 0; i < from.length; i++) {
            steps[i + shift] = from[i] == 1 ? 0 : strides[i];
        }
        return steps;
    }

    private static Constant reshape(SourceNode n, Constant x, Constant shape) {
        long[] want = shape.longs();
        int[] dims = new int[want.length];
        int open = -1;
        long known = 1;
        for (int i = 0; i < dims.length; i++) {
            if (want[i] == -1 && open < 0) {
                open = i;
            } else if (want[i] == 0 && n.integer("allowzero", 0) == 0 && i < x.rank()) {
                dims[i] = x.dims()[i];
            } else if (want[i] < 0) {
                throw n.error("reshapes to " + Arrays.toString(want) + ": the file is damaged");
            } else {
                dims[i] = Math.toIntExact(want[i]);
            }
            known = i == open ? known : Math.multiplyExact(known, dims[i]);
        }
        if (open >= 0 && known > 0) {
            dims[open] = (int) (x.size() / known);
            known *= dims[open];
        }
        if (known != x.size()) {
            throw n.error("reshapes a constant of " + x.size() + " elements to " + Arrays.toString(want));
        }
        return x.reshaped(dims);
    }

    private static Constant flatten(SourceNode n, Constant x) {
        long a = n.integer("axis", 1);
        int axis = a == x.rank() ? x.rank() : axis(n, a, Math.max(1, x.rank()));
        int left = Constant.size(Arrays.copyOf(x.dims(), axis));
        return x.reshaped(new int[] {left, left == 0 ? 0 : x.size() / left});
    }

    /** Axes from an attribute (before opset 13) or an input; null where there are none. */
    private static long @Nullable [] axesOf(SourceNode n, @Nullable Constant input) {
        return input != null ? input.longs() : n.integers("axes");
    }

    private static Constant squeeze(SourceNode n, Constant x, @Nullable Constant input) {
        long[] a = axesOf(n, input);
        int[] axes = a == null
                ? IntStream.range(0, x.rank()).filter(i -> x.dims()[i] == 1).toArray()
                : axes(n, a, x.rank());
        List<Integer> gone = Arrays.stream(axes).boxed().toList();
        int[] dims = IntStream.range(0, x.rank())
                .filter(i -> !gone.contains(i))
                .map(i -> x.dims()[i])
                .toArray();
        if (Constant.size(dims) != x.size()) {
            throw n.error("squeezes an axis whose size is not 1");
        }
        return x.reshaped(dims);
    }

    private static Constant unsqueeze(SourceNode n, Constant x, @Nullable Constant input) {
        long[] a = axesOf(n, input);
        if (a == null || a.length > 32) {
            throw new UnsupportedForm("no axes");
        }
        int rank = x.rank() + a.length;
        List<Integer> added = Arrays.stream(axes(n, a, rank)).boxed().toList();
        int[] dims = new int[rank];
        for (int i = 0, from = 0; i < rank; i++) {
            dims[i] = added.contains(i) ? 1 : x.dims()[from++];
        }
        return x.reshaped(dims);
    }

    private static Constant transpose(SourceNode n, Constant x) {
        int rank = x.rank();
        long[] perm = n.integers("perm");
        int[] order =
                perm == null ? IntStream.range(0, rank).map(i -> rank - 1 - i).toArray() : axes(n, perm, rank);
        if (order.length != rank) {
            throw n.error("permutes " + order.length + " axes of a tensor that has " + rank);
        }
        int[] strides = strides(x.dims());
        int[] dims = Arrays.stream(order).map(i -> x.dims()[i]).toArray();
        return x.take(
                dims, walk(dims, 0, Arrays.stream(order).map(i -> strides[i]).toArray()));
    }

    private static Constant slice(SourceNode n, Constant x, List<@Nullable Constant> in) {
        SliceRange[] ranges = SliceRange.of(n, x.dims(), i -> {
            Constant c = optional(in, i);
            return c == null ? null : c.longs();
        });
        int[] strides = strides(x.dims());
        int[] dims = new int[x.rank()];
        int[] steps = new int[x.rank()];
        int offset = 0;
        for (int i = 0; i < dims.length; i++) {
            dims[i] = ranges[i].count();
            steps[i] = ranges[i].step() * strides[i];
            offset += ranges[i].start() * strides[i];
        }
        return x.take(dims, walk(dims, offset, steps));
    }

    private static Constant gather(SourceNode n, Constant x, Constant indices, ConstantFolder work) {
        int axis = axis(n, n.integer("axis", 0), x.rank());
        int size = x.dims()[axis];
        long[] at = indices.longs();
        int inner = strides(x.dims())[axis];
        int outer = size == 0 ? 0 : x.size() / size / Math.max(1, inner);
        int[] dims = new int[x.rank() - 1 + indices.rank()];
        System.arraycopy(x.dims(), 0, dims, 0, axis);
        System.arraycopy(indices.dims(), 0, dims, axis, indices.rank());
        System.arraycopy(x.dims(), axis + 1, dims, axis + indices.rank(), x.rank() - axis - 1);
        work.spend(n, Constant.size(dims));
        int[] index = new int[Constant.size(dims)];
        if (size == 0 && index.length > 0) {
            throw n.error("gathers from an axis that has no elements");
        }
        int out = 0;
        for (int o = 0; o < outer; o++) {
            for (long i : at) {
                if (i < -size || i >= size) {
                    throw n.error("gathers element " + i + " of an axis of " + size);
                }
                int from = (o * size + (int) (i < 0 ? i + size : i)) * inner;
                for (int k = 0; k < inner && out < index.length; k++) {
                    index[out++] = from + k;
                }
            }
        }
        return x.take(dims, index);
    }

    private static @Nullable Constant concat(SourceNode n, List<@Nullable Constant> in, ConstantFolder work) {
        Constant x = first(in);
        int axis = axis(n, n.integer("axis", 0), x.rank());
        int[] dims = x.dims().clone();
        boolean symbolic = false;
        dims[axis] = 0;
        for (Constant c : in) {
            if (c == null || c.rank() != x.rank() || c.type() != x.type()) {
                throw n.error("joins constants that do not fit");
            }
            for (int i = 0; i < dims.length; i++) {
                if (i != axis && c.dims()[i] != dims[i]) {
                    throw n.error("joins constants of shapes " + x + " and " + c + " along axis " + axis);
                }
            }
            dims[axis] = Math.addExact(dims[axis], c.dims()[axis]);
            symbolic |= c.isSymbolic();
        }
        int size = Constant.size(dims);
        work.spend(n, size);
        int outer = Constant.size(Arrays.copyOf(dims, axis));
        double[] values = new double[symbolic || x.isFloat() ? size : 0];
        double[] batch = new double[values.length];
        long[] longs = new long[values.length == 0 ? size : 0];
        int at = 0;
        for (int o = 0; o < outer; o++) {
            for (Constant c : in) {
                int run = c == null ? 0 : c.size() / outer;
                for (int i = 0; c != null && i < run; i++, at++) {
                    if (values.length == 0) {
                        longs[at] = c.longs()[o * run + i];
                    } else {
                        values[at] = c.value(o * run + i);
                        batch[at] = c.batch(o * run + i);
                    }
                }
            }
        }
        return values.length == 0 && !x.isFloat()
                ? Constant.longs(x.type(), dims, longs)
                : Constant.symbolic(x.type(), dims, values, batch);
    }

    private static Constant expand(SourceNode n, Constant x, Constant shape, ConstantFolder work) {
        int[] dims = FoldArithmetic.broadcast(n, x.dims(), dims(shape));
        work.spend(n, Constant.size(dims));
        return x.take(dims, walk(dims, 0, broadcastSteps(x.dims(), dims)));
    }

    private static @Nullable Constant tile(SourceNode n, Constant x, Constant repeats, ConstantFolder work) {
        int[] times = dims(repeats);
        if (times.length != x.rank()) {
            return null;
        }
        int[] dims = new int[x.rank()];
        for (int i = 0; i < dims.length; i++) {
            dims[i] = Math.multiplyExact(x.dims()[i], times[i]);
        }
        work.spend(n, Constant.size(dims));
        int[] strides = strides(x.dims());
        int[] index = new int[Constant.size(dims)];
        int[] out = strides(dims);
        for (int i = 0; i < index.length; i++) {
            for (int k = 0; k < dims.length; k++) {
                index[i] += i / out[k] % dims[k] % x.dims()[k] * strides[k];
            }
        }
        return x.take(dims, index);
    }

    static @Nullable List<Constant> split(SourceNode n, List<@Nullable Constant> in) {
        Constant x = first(in);
        int axis = axis(n, n.integer("axis", 0), x.rank());
        Constant given = optional(in, 1);
        int[] parts = ShapeOperators.splitParts(n, given == null ? n.integers("split") : given.longs(), x.dims()[axis]);
        List<Constant> out = new ArrayList<>();
        int start = 0;
        for (int part : parts) {
            int[] dims = x.dims().clone();
            dims[axis] = part;
            int[] strides = strides(x.dims());
            out.add(x.take(dims, walk(dims, start * strides[axis], strides)));
            start += part;
        }
        return out;
    }
}
