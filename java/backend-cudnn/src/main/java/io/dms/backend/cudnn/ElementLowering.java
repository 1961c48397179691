package io.dms.backend.cudnn;

import io.dms.backend.cudnn.bridge.Bridge;
import io.dms.runtime.PostOp;
import io.dms.runtime.Step;
import java.util.Arrays;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** Operations on each element: activations, normalisation on its own, sums and products of two tensors. */
final class ElementLowering {
    private ElementLowering() {}

    /** The bridge's number of an activation. */
    static int activation(PostOp.Kind kind) {
        return switch (kind) {
            case RELU -> Bridge.RELU;
            case CLIP -> Bridge.CLIP;
            case SIGMOID -> Bridge.SIGMOID;
            case TANH -> Bridge.TANH;
            case HARD_SIGMOID -> Bridge.HARD_SIGMOID;
            case HARD_SWISH -> Bridge.HARD_SWISH;
            case SILU -> Bridge.SILU;
            case LINEAR -> Bridge.LINEAR;
            case POWER -> Bridge.POWER;
            case ELU -> Bridge.ELU;
            case EXP -> Bridge.EXP;
            case SQRT -> Bridge.SQRT;
            case ABS -> Bridge.ABS;
        };
    }

    /** Activations that one epilogue applies: one before the residual is added, one behind. */
    private static final class Pair {
        int kind = Bridge.NONE;
        float p;
        float q;

        void take(PostOp op) {
            if (op instanceof PostOp.Activation a) {
                kind = activation(a.kind());
                p = a.a();
                q = a.b();
            } else {
                kind = Bridge.PRELU;
            }
        }
    }

    private static boolean isAdd(List<PostOp> ops, int i) {
        return i < ops.size() && ops.get(i) instanceof PostOp.Add;
    }

    private static boolean isActivation(List<PostOp> ops, int i) {
        return i < ops.size() && !(ops.get(i) instanceof PostOp.Add);
    }

    /** {@code y = after(scale * x + bias)} in as few kernels as possible; x and y may be the same. */
    static void epilogue(
            PlanBuilder b, View x, View y, float @Nullable [] scale, float @Nullable [] bias, List<PostOp> after) {
        if (x.equals(y) && scale == null && bias == null && after.isEmpty()) {
            return;
        }
        int i = 0;
        View from = x;
        float[] s = scale;
        float[] t = bias;
        do {
            Pair first = new Pair();
            Pair second = new Pair();
            View residual = null;
            float[] slopes = null;
            if (isActivation(after, i)) {
                slopes = slopes(after.get(i));
                first.take(after.get(i++));
            }
            if (isAdd(after, i)) {
                residual = b.view(((PostOp.Add) after.get(i++)).value());
            }
            if (isActivation(after, i) && (slopes == null || slopes(after.get(i)) == null)) {
                slopes = slopes == null ? slopes(after.get(i)) : slopes;
                second.take(after.get(i++));
            }
            emit(b, from, y, residual, b.floats(s), b.floats(t), b.floats(slopes), first, second);
            from = y;
            s = null;
            t = null;
        } while (i < after.size());
    }

    private static float @Nullable [] slopes(PostOp op) {
        return op instanceof PostOp.Slopes s ? s.slopes().floats() : null;
    }

    private static void emit(
            PlanBuilder b,
            View x,
            View y,
            @Nullable View z,
            @Nullable Buf scale,
            @Nullable Buf bias,
            @Nullable Buf slopes,
            Pair first,
            Pair second) {
        Bridge k = b.bridge;
        long stream = b.stream;
        int zFormat = z == null ? y.format() : z.format();
        int zPitch = z == null ? y.pitch() : z.pitch();
        if (z != null) {
            b.use(z);
        }
        b.run(
                "epilogue",
                () -> k.epilogue(
                        x.at(),
                        x.format(),
                        x.pitch(),
                        z == null ? 0 : z.at(),
                        zFormat,
                        zPitch,
                        y.at(),
                        y.format(),
                        y.pitch(),
                        y.n(),
                        y.c(),
                        y.hw(),
                        at(scale),
                        at(bias),
                        at(slopes),
                        first.kind,
                        first.p,
                        first.q,
                        second.kind,
                        second.p,
                        second.q,
                        stream),
                x,
                y);
    }

    /** Address of a buffer, 0 for none. */
    static long at(@Nullable Buf b) {
        return b == null ? 0 : b.address;
    }

    static void elementwise(PlanBuilder b, Step.Elementwise s) {
        View x = b.view(s.input());
        epilogue(b, x, b.place(s.output(), x.nhwc()), null, null, s.after());
    }

    static void scaleShift(PlanBuilder b, Step.ScaleShift s) {
        View x = b.view(s.input());
        epilogue(b, x, b.place(s.output(), x.nhwc()), s.scale(), s.shift(), s.after());
    }

    static void binary(PlanBuilder b, Step.Binary s) {
        int[] out = b.dims(s.output());
        if (out.length <= 4 && out.length >= 2) {
            if (Arrays.equals(b.dims(s.a()), out)) {
                images(b, s, kind(s.kind(), false), s.a(), s.b());
                return;
            }
            if (Arrays.equals(b.dims(s.b()), out)) {
                images(b, s, kind(s.kind(), true), s.b(), s.a());
                return;
            }
        }
        View x = b.plain(s.a());
        View z = b.plain(s.b());
        View y = b.fresh(out, false, b.device.half);
        b.set(s.output(), y);
        long dims = b.numbers(longs(out));
        long xStrides = b.numbers(broadcast(b.dims(s.a()), out.length));
        long zStrides = b.numbers(broadcast(b.dims(s.b()), out.length));
        int kind = kind(s.kind(), false);
        int type = b.device.half ? Bridge.F16 : Bridge.F32;
        b.run(
                "binary",
                () -> b.bridge.ndBinary(
                        kind, out.length, dims, x.at(), xStrides, z.at(), zStrides, y.at(), type, b.stream),
                x,
                z,
                y);
        epilogue(b, y, y, null, null, s.after());
    }

    private static int kind(Step.BinaryKind kind, boolean swapped) {
        return switch (kind) {
            case ADD -> Bridge.ADD;
            case MUL -> Bridge.MUL;
            case SUB -> swapped ? Bridge.SUB_FROM : Bridge.SUB;
            case DIV -> swapped ? Bridge.DIV_INTO : Bridge.DIV;
        };
    }

    /** {@code big kind small}, the small one perhaps with axes of extent 1. */
    private static void images(PlanBuilder b, Step.Binary s, int kind, int big, int small) {
        int[] dims = b.dims(big);
        int[] given = b.dims(small);
        int[] other = new int[dims.length];
        Arrays.fill(other, 1);
        System.arraycopy(given, 0, other, dims.length - given.length, given.length);
        int[] bits = dims.length == 2
                ? new int[] {Bridge.AXIS_N, Bridge.AXIS_C}
                : dims.length == 3
                        ? new int[] {Bridge.AXIS_N, Bridge.AXIS_C, Bridge.AXIS_W}
                        : new int[] {Bridge.AXIS_N, Bridge.AXIS_C, Bridge.AXIS_H, Bridge.AXIS_W};
        int axes = 0;
        for (int i = 0; i < dims.length; i++) {
            axes |= other[i] != 1 ? bits[i] : 0;
        }
        View x = b.view(big);
        View z = given.length == dims.length ? b.view(small) : expand(b.plain(small), other);
        if (Arrays.equals(dims, other)) {
            axes = Bridge.ALL_AXES;
        }
        int varies = axes;
        View y = b.place(s.output(), x.nhwc());
        PostOp head = s.after().isEmpty() ? null : s.after().get(0);
        PostOp.Activation act = head instanceof PostOp.Activation a ? a : null;
        int activation = act == null ? Bridge.NONE : activation(act.kind());
        float p = act == null ? 0 : act.a();
        float q = act == null ? 0 : act.b();
        b.run(
                "binary",
                () -> b.bridge.binary(
                        kind,
                        x.at(),
                        x.format(),
                        x.pitch(),
                        z.at(),
                        z.format(),
                        z.pitch(),
                        varies,
                        y.at(),
                        y.format(),
                        y.pitch(),
                        y.n(),
                        y.c(),
                        y.h(),
                        y.w(),
                        activation,
                        p,
                        q,
                        b.stream),
                x,
                z,
                y);
        epilogue(
                b,
                y,
                y,
                null,
                null,
                act == null ? s.after() : s.after().subList(1, s.after().size()));
    }

    /** A plain view under dimensions of more axes. */
    private static View expand(View v, int[] dims) {
        int h = dims.length == 4 ? dims[2] : 1;
        int w = dims.length > 2 ? dims[dims.length - 1] : 1;
        return v.plainAs(dims[0], dims[1], h, w);
    }

    static long[] longs(int... values) {
        return Arrays.stream(values).asLongStream().toArray();
    }

    /** Row-major strides, 0 on axes that are broadcast, aligned at the last axis. */
    private static long[] broadcast(int[] dims, int rank) {
        long[] s = new long[rank];
        long stride = 1;
        for (int i = dims.length - 1; i >= 0; i--) {
            s[i + rank - dims.length] = dims[i] == 1 ? 0 : stride;
            stride *= dims[i];
        }
        return s;
    }
}
