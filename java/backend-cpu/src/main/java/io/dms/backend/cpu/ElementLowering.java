package io.dms.backend.cpu;

import static org.bytedeco.dnnl.global.dnnl.*;

import io.dms.runtime.PostOp;
import io.dms.runtime.Step;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** Operations on each element: activations, normalisation on its own, sums and products of two tensors. */
final class ElementLowering {
    private ElementLowering() {}

    /** One number per channel, [1, C, 1, ...] against a tensor of these dimensions. */
    static View perChannel(PlanBuilder b, long[] dims, float[] values) {
        long[] d = new long[dims.length];
        Arrays.fill(d, 1);
        d[1] = values.length;
        return b.constant(Desc.plain(b.scope, d), values);
    }

    /** As {@link #perChannel}, in the layout that the library's fast kernels want beside {@code x}. */
    private static View perChannelOf(PlanBuilder b, Desc x, float[] values) {
        long block = x.channelBlock();
        if (block <= 1) {
            return perChannel(b, x.dims(), values);
        }
        long[] d = new long[x.rank()];
        Arrays.fill(d, 1);
        d[1] = values.length;
        int padded = Math.toIntExact((values.length + block - 1) / block * block);
        return b.constant(Desc.blocked(b.scope, block, d), Arrays.copyOf(values, padded));
    }

    /** The value in a layout without gaps between its elements. */
    private static View dense(PlanBuilder b, int value) {
        View v = b.view(value);
        return v.desc().isDense() ? v : b.plain(value);
    }

    static void elementwise(PlanBuilder b, Step.Elementwise s) {
        View x = dense(b, s.input());
        View y;
        if (b.dies(s.input()) && x.buf().place == Buf.Place.ARENA) {
            y = x;
            b.set(s.output(), y);
        } else {
            y = b.place(s.output(), x.desc());
        }
        apply(b, s.after().get(0), x, y);
        inPlace(b, s.output(), s.after().subList(1, s.after().size()));
    }

    /** Applies post-ops one by one to a value that was just written. */
    static void inPlace(PlanBuilder b, int value, List<PostOp> ops) {
        for (PostOp op : ops) {
            apply(b, op, b.view(value), b.view(value));
        }
    }

    private static void apply(PlanBuilder b, PostOp op, View x, View y) {
        PostOps attr = new PostOps(b.scope);
        if (op instanceof PostOp.Activation a) {
            Primitive p = Primitive.make(
                    b.scope,
                    out -> dnnl_eltwise_forward_primitive_desc_create(
                            out,
                            Dnnl.get().engine(),
                            dnnl_forward_inference,
                            PostOps.algorithm(a.kind()),
                            x.desc().md(),
                            y.desc().md(),
                            PostOps.alpha(a),
                            PostOps.beta(a),
                            attr.finish()),
                    "planning " + b.name());
            b.run(p, List.of(DNNL_ARG_SRC, DNNL_ARG_DST), List.of(x, y));
        } else if (op instanceof PostOp.Slopes s) {
            View slopes = perChannel(b, x.desc().dims(), s.slopes().floats());
            Primitive p = Primitive.make(
                    b.scope,
                    out -> dnnl_prelu_forward_primitive_desc_create(
                            out,
                            Dnnl.get().engine(),
                            dnnl_forward_inference,
                            x.desc().md(),
                            slopes.desc().md(),
                            y.desc().md(),
                            attr.finish()),
                    "planning " + b.name());
            b.run(p, List.of(DNNL_ARG_SRC, DNNL_ARG_WEIGHTS, DNNL_ARG_DST), List.of(x, slopes, y));
        } else if (op instanceof PostOp.Add add) {
            View other = b.as(add.value(), x.desc());
            Primitive p = binary(b, dnnl_binary_add, x.desc(), other.desc(), y.desc(), attr);
            if (p == null) {
                throw new IllegalStateException("no addition of equal layouts: " + x.desc());
            }
            b.run(p, List.of(DNNL_ARG_SRC_0, DNNL_ARG_SRC_1, DNNL_ARG_DST), List.of(x, other, y));
        }
    }

    private static @Nullable Primitive binary(PlanBuilder b, int kind, Desc x, Desc z, Desc y, PostOps attr) {
        return Primitive.tryMake(
                b.scope,
                out -> dnnl_binary_primitive_desc_create(
                        out, Dnnl.get().engine(), kind, x.md(), z.md(), y.md(), attr.finish()),
                "planning " + b.name());
    }

    private static boolean activationsOnly(List<PostOp> ops) {
        return ops.stream().allMatch(PostOp.Activation.class::isInstance);
    }

    static void scaleShift(PlanBuilder b, Step.ScaleShift s) {
        View x = dense(b, s.input());
        View scale = perChannelOf(b, x.desc(), s.scale());
        View shift = perChannelOf(b, x.desc(), s.shift());
        boolean over = b.dies(s.input()) && x.buf().place == Buf.Place.ARENA;
        if (over) {
            b.set(s.output(), x);
        }
        View y = over ? x : b.place(s.output(), x.desc());
        PostOps attr = new PostOps(b.scope);
        attr.binary(dnnl_binary_add, shift);
        boolean fused = activationsOnly(s.after());
        if (fused) {
            s.after().forEach(op -> attr.activation((PostOp.Activation) op));
        }
        Primitive p = binary(b, dnnl_binary_mul, x.desc(), scale.desc(), y.desc(), attr);
        if (p == null) {
            throw new IllegalStateException("no multiplication by channel: " + x.desc());
        }
        runBinary(b, p, x, scale, y, attr);
        if (!fused) {
            inPlace(b, s.output(), s.after());
        }
    }

    private static void runBinary(PlanBuilder b, Primitive p, View x, View z, View y, PostOps attr) {
        List<Integer> args = new ArrayList<>(List.of(DNNL_ARG_SRC_0, DNNL_ARG_SRC_1, DNNL_ARG_DST));
        List<View> views = new ArrayList<>(List.of(x, z, y));
        for (PostOps.Operand o : attr.operands) {
            View v = o.view();
            if (v != null) {
                args.add(o.argument());
                views.add(v);
            }
        }
        b.run(p, args, views);
    }

    static void binary(PlanBuilder b, Step.Binary s) {
        long[] out = b.dims(s.output());
        boolean commutes = s.kind() == Step.BinaryKind.ADD || s.kind() == Step.BinaryKind.MUL;
        if (Arrays.equals(b.dims(s.a()), out) && byLibrary(b, s, s.a(), s.b())) {
            return;
        }
        if (commutes && Arrays.equals(b.dims(s.b()), out) && byLibrary(b, s, s.b(), s.a())) {
            return;
        }
        View x = b.plain(s.a());
        View z = b.plain(s.b());
        View y = b.temporary(Desc.plain(b.scope, out));
        b.set(s.output(), y);
        b.run(Kernels.broadcast(s.kind(), b.dims(s.a()), b.dims(s.b()), out), List.of(x, z), y);
        inPlace(b, s.output(), s.after());
    }

    /** {@code big op small} by the library; false where it would use its slow implementation. */
    private static boolean byLibrary(PlanBuilder b, Step.Binary s, int big, int small) {
        View x = dense(b, big);
        long[] dims = b.dims(big);
        long[] other = padLeft(b.dims(small), dims.length);
        boolean same = Arrays.equals(dims, other);
        int kind = switch (s.kind()) {
            case ADD -> dnnl_binary_add;
            case SUB -> dnnl_binary_sub;
            case MUL -> dnnl_binary_mul;
            case DIV -> dnnl_binary_div;
        };
        PostOps attr = new PostOps(b.scope);
        boolean fused = activationsOnly(s.after());
        if (fused) {
            s.after().forEach(op -> attr.activation((PostOp.Activation) op));
        }
        Desc wide = x.desc();
        Desc plain = Desc.plain(b.scope, dims);
        Desc narrow = Desc.plain(b.scope, other);
        Desc[][] layouts = same
                ? new Desc[][] {{wide, wide}, {plain, plain}}
                : new Desc[][] {{wide, wide.like(other)}, {wide, narrow}, {plain, narrow}};
        Primitive p = null;
        Desc[] chosen = layouts[0];
        for (Desc[] l : layouts) {
            p = binary(b, kind, l[0], l[1], l[0], attr);
            if (p != null && !p.isReference()) {
                chosen = l;
                break;
            }
        }
        if (p == null || p.isReference()) {
            return false;
        }
        x = b.as(big, chosen[0]);
        boolean ranked = b.dims(small).length == dims.length;
        View z = ranked ? b.as(small, chosen[1]) : b.plain(small).with(narrow);
        if (!ranked && !chosen[1].isPlain()) {
            View converted = b.temporary(chosen[1]);
            b.reorder(z, converted);
            z = converted;
        }
        boolean over = b.dies(big) && x.buf().place == Buf.Place.ARENA && z.buf() != x.buf();
        if (over) {
            b.set(s.output(), x);
        }
        View y = over ? x : b.place(s.output(), x.desc());
        runBinary(b, p, x, z, y, attr);
        if (!fused) {
            inPlace(b, s.output(), s.after());
        }
        return true;
    }

    private static long[] padLeft(long[] dims, int rank) {
        long[] d = new long[rank];
        Arrays.fill(d, 1);
        System.arraycopy(dims, 0, d, rank - dims.length, dims.length);
        return d;
    }
}
