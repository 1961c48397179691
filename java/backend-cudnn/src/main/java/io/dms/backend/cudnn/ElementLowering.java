package io.dms.backend.cudnn;

import io.dms.backend.cudnn.bridge.Activation;
import io.dms.backend.cudnn.bridge.Images;
import io.dms.backend.cudnn.bridge.Layout;
import io.dms.runtime.PostOp;
import io.dms.runtime.Step;
import java.util.Arrays;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** Operations on each element: activations, normalisation on its own, sums and products of two tensors. */
final class ElementLowering {
    private ElementLowering() {}

    /** The bridge's activation. */
    private static Activation activation(PostOp op) {
        return op instanceof PostOp.Activation a
                ? new Activation(kind(a.kind()), a.a(), a.b())
                : new Activation(Activation.PRELU, 0, 0);
    }

    private static int kind(PostOp.Kind kind) {
        return switch (kind) {
            case RELU -> Activation.RELU;
            case CLIP -> Activation.CLIP;
            case SIGMOID -> Activation.SIGMOID;
            case TANH -> Activation.TANH;
            case HARD_SIGMOID -> Activation.HARD_SIGMOID;
            case HARD_SWISH -> Activation.HARD_SWISH;
            case SILU -> Activation.SILU;
            case LINEAR -> Activation.LINEAR;
            case POWER -> Activation.POWER;
            case ELU -> Activation.ELU;
            case EXP -> Activation.EXP;
            case SQRT -> Activation.SQRT;
            case ABS -> Activation.ABS;
        };
    }

    /** What a kernel does at its end: the first of these where it is a plain activation, else nothing. */
    static Activation head(List<PostOp> after) {
        return hasHead(after) ? activation(after.get(0)) : Activation.IDENTITY;
    }

    /** What is left behind {@link #head}. */
    static List<PostOp> tail(List<PostOp> after) {
        return hasHead(after) ? after.subList(1, after.size()) : after;
    }

    private static boolean hasHead(List<PostOp> after) {
        return !after.isEmpty() && after.get(0) instanceof PostOp.Activation;
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
            Activation first = Activation.IDENTITY;
            Activation second = Activation.IDENTITY;
            View residual = null;
            float[] slopes = null;
            if (isActivation(after, i)) {
                slopes = slopes(after.get(i));
                first = activation(after.get(i++));
            }
            if (isAdd(after, i)) {
                residual = b.view(((PostOp.Add) after.get(i++)).value());
            }
            if (isActivation(after, i) && (slopes == null || slopes(after.get(i)) == null)) {
                slopes = slopes == null ? slopes(after.get(i)) : slopes;
                second = activation(after.get(i++));
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
            Activation first,
            Activation second) {
        Layout from = x.layout();
        Layout more = z == null ? y.layout() : z.layout();
        Layout to = y.layout();
        if (z != null) {
            b.use(z);
        }
        b.run(
                "epilogue",
                () -> b.images.epilogue(
                        from,
                        x.at(),
                        more,
                        z == null ? 0 : z.at(),
                        to,
                        y.at(),
                        at(scale),
                        at(bias),
                        at(slopes),
                        first,
                        second,
                        b.stream),
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
        b.run(
                "binary",
                () -> b.tensors.binary(
                        kind, out.length, dims, x.at(), xStrides, z.at(), zStrides, y.at(), y.type(), b.stream),
                x,
                z,
                y);
        epilogue(b, y, y, null, null, s.after());
    }

    private static int kind(Step.BinaryKind kind, boolean swapped) {
        return switch (kind) {
            case ADD -> Images.ADD;
            case MUL -> Images.MUL;
            case SUB -> swapped ? Images.SUB_FROM : Images.SUB;
            case DIV -> swapped ? Images.DIV_INTO : Images.DIV;
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
                ? new int[] {Images.AXIS_N, Images.AXIS_C}
                : dims.length == 3
                        ? new int[] {Images.AXIS_N, Images.AXIS_C, Images.AXIS_W}
                        : new int[] {Images.AXIS_N, Images.AXIS_C, Images.AXIS_H, Images.AXIS_W};
        int axes = 0;
        for (int i = 0; i < dims.length; i++) {
            axes |= other[i] != 1 ? bits[i] : 0;
        }
        View x = b.view(big);
        View z = given.length == dims.length ? b.view(small) : expand(b.plain(small), other);
        if (Arrays.equals(dims, other)) {
            axes = Images.ALL_AXES;
        }
        int varies = axes;
        View y = b.place(s.output(), x.nhwc());
        Activation activation = head(s.after());
        Layout from = x.layout();
        Layout with = z.layout();
        Layout to = y.layout();
        b.run(
                "binary",
                () -> b.images.binary(kind, from, x.at(), with, z.at(), varies, to, y.at(), activation, b.stream),
                x,
                z,
                y);
        epilogue(b, y, y, null, null, tail(s.after()));
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
