package io.dms.model.onnx;

import static io.dms.model.onnx.ConstantFolder.first;
import static io.dms.model.onnx.ConstantFolder.optional;

import java.util.Arrays;
import java.util.List;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;

/** Folds reductions. Sums are taken in double precision. */
final class FoldReduce {
    private FoldReduce() {}

    static @Nullable Constant fold(SourceNode n, List<@Nullable Constant> in) {
        Constant x = first(in);
        Constant given = optional(in, 1);
        long[] a = given != null ? given.longs() : n.integers("axes");
        if (a == null || a.length == 0) {
            if (n.integer("noop_with_empty_axes", 0) != 0) {
                return x;
            }
            a = IntStream.range(0, x.rank()).asLongStream().toArray();
        }
        int[] axes = ConstantFolder.axes(n, a, x.rank());
        int[] kept = x.dims().clone();
        for (int axis : axes) {
            kept[axis] = 1;
        }
        int outSize = Constant.size(kept);
        int[] steps = FoldMovement.broadcastSteps(kept, x.dims());
        int[] to = FoldMovement.walk(x.dims(), 0, steps);
        if (x.size() == 0) {
            return null;
        }
        boolean product = n.op().equals("ReduceProd");
        double[] v = new double[outSize];
        double[] b = new double[outSize];
        boolean[] seen = new boolean[outSize];
        for (int i = 0; i < to.length; i++) {
            int o = to[i];
            double value = n.op().equals("ReduceL2") || n.op().equals("ReduceSumSquare")
                    ? x.value(i) * x.value(i)
                    : n.op().equals("ReduceL1") ? Math.abs(x.value(i)) : x.value(i);
            double batch = x.batch(i);
            if (batch != 0 && !product && !n.op().equals("ReduceSum")) {
                return null;
            }
            if (!seen[o]) {
                seen[o] = true;
                v[o] = value;
                b[o] = batch;
            } else if (product) {
                if (b[o] != 0 && batch != 0) {
                    return null;
                }
                b[o] = b[o] * value + batch * v[o];
                v[o] *= value;
            } else {
                b[o] += batch;
                v[o] = switch (n.op()) {
                    case "ReduceSum", "ReduceMean", "ReduceL1", "ReduceL2", "ReduceSumSquare" -> v[o] + value;
                    case "ReduceMax" -> Math.max(v[o], value);
                    case "ReduceMin" -> Math.min(v[o], value);
                    default -> throw new UnsupportedForm(n.op());
                };
            }
        }
        int count = x.size() / outSize;
        if (n.op().equals("ReduceMean")) {
            Arrays.setAll(v, i -> v[i] / count);
        } else if (n.op().equals("ReduceL2")) {
            Arrays.setAll(v, i -> Math.sqrt(v[i]));
        }
        int[] gone = axes;
        int[] dims = n.integer("keepdims", 1) != 0
                ? kept
                : IntStream.range(0, kept.length)
                        .filter(i -> Arrays.stream(gone).noneMatch(g -> g == i))
                        .map(i -> kept[i])
                        .toArray();
        return Constant.symbolic(x.type(), dims, v, b);
    }
}
