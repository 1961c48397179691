package io.dms.backend.cpu;

import static org.bytedeco.dnnl.global.dnnl.*;

import io.dms.model.Node;
import io.dms.model.UserException;
import io.dms.runtime.ResizeTables;
import io.dms.runtime.Step;
import java.util.Arrays;
import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** Nodes that no fused step stands for: pools, means, softmax, resizing, and those that only move elements. */
final class OtherLowering {
    /** Operators that reach this class and that it can run. */
    static final Set<String> OPERATORS = Set.of(
            "AveragePool",
            "Concat",
            "Dropout",
            "Flatten",
            "GlobalAveragePool",
            "GlobalMaxPool",
            "Identity",
            "LRN",
            "MatMul",
            "MaxPool",
            "Pad",
            "PRelu",
            "ReduceMean",
            "Reshape",
            "Resize",
            "Slice",
            "Softmax",
            "Split",
            "Squeeze",
            "Transpose",
            "Unsqueeze");

    private OtherLowering() {}

    static void lower(PlanBuilder b, Step.Other s) {
        switch (s.node().op()) {
            case "MaxPool", "AveragePool" -> pool(b, s);
            case "GlobalAveragePool", "GlobalMaxPool" -> globalPool(b, s);
            case "ReduceMean" -> mean(b, s);
            case "Softmax" -> softmax(b, s);
            case "LRN" -> lrn(b, s);
            case "MatMul" -> matmul(b, s);
            case "Resize" -> resize(b, s);
            case "Concat" -> MoveLowering.concat(b, s);
            case "Split" -> MoveLowering.split(b, s);
            case "Slice" -> MoveLowering.slice(b, s);
            case "Transpose" -> MoveLowering.transpose(b, s);
            case "Pad" -> MoveLowering.pad(b, s);
            case "Flatten", "Reshape", "Squeeze", "Unsqueeze" -> MoveLowering.reshape(b, s);
            case "Identity", "Dropout" -> MoveLowering.alias(b, s);
            default -> throw unsupported(s.node(), "the operator");
        }
    }

    static UserException unsupported(Node n, String what) {
        return new UserException(
                "the cpu backend can't run node " + n.name() + " (" + n.op() + "): " + what + " is not supported");
    }

    // ---- pools -------------------------------------------------------------------------------------------------

    private static void pool(PlanBuilder b, Step.Other s) {
        Node n = s.node();
        int[] pads = n.ints("pads");
        int rank = pads.length / 2;
        int[] kernel = n.ints("kernel_shape");
        int[] strides = n.intsOrNull("strides");
        int[] dilations = n.intsOrNull("dilations");
        Step.Window w = new Step.Window(
                kernel,
                strides == null ? ones(rank) : strides,
                Arrays.copyOf(pads, rank),
                Arrays.copyOfRange(pads, rank, 2 * rank),
                dilations == null ? ones(rank) : dilations);
        boolean max = n.is("MaxPool");
        boolean counts = n.intAttr("count_include_pad", 0) != 0;
        if (s.outputs().length > 1 && s.outputs()[1] >= 0) {
            throw unsupported(n, "output Indices");
        }
        if (!library(b, s, w, max, counts)) {
            if (rank != 2) {
                throw unsupported(n, "this geometry");
            }
            long[] in = b.dims(s.inputs()[0]);
            long[] out = b.dims(s.outputs()[0]);
            View x = b.plain(s.inputs()[0]);
            View y = b.temporary(Desc.plain(b.scope, out));
            b.set(s.outputs()[0], y);
            int planes = Math.toIntExact(in[0] * in[1]);
            b.run(
                    Kernels.pool(
                            planes,
                            new int[] {(int) in[2], (int) in[3]},
                            new int[] {(int) out[2], (int) out[3]},
                            w,
                            max,
                            counts),
                    List.of(x),
                    y);
        }
    }

    private static int[] ones(int n) {
        int[] v = new int[n];
        Arrays.fill(v, 1);
        return v;
    }

    private static void globalPool(PlanBuilder b, Step.Other s) {
        long[] in = b.dims(s.inputs()[0]);
        int rank = in.length - 2;
        int[] kernel = new int[rank];
        for (int i = 0; i < rank; i++) {
            kernel[i] = (int) in[i + 2];
        }
        Step.Window w = new Step.Window(kernel, ones(rank), new int[rank], new int[rank], ones(rank));
        if (!library(b, s, w, s.node().is("GlobalMaxPool"), false)) {
            throw unsupported(s.node(), "this geometry");
        }
    }

    /** A pool by the library; false where the library has none for this geometry, or another meaning. */
    private static boolean library(PlanBuilder b, Step.Other s, Step.Window w, boolean max, boolean counts) {
        long[] in = b.dims(s.inputs()[0]);
        long[] out = b.dims(s.outputs()[0]);
        int n = w.kernel().length;
        long[] kernel = new long[n];
        long[] strides = new long[n];
        long[] dilations = new long[n];
        long[] begin = new long[n];
        long[] end = new long[n];
        for (int i = 0; i < n; i++) {
            kernel[i] = w.kernel()[i];
            strides[i] = w.strides()[i];
            dilations[i] = w.dilations()[i] - 1L;
            begin[i] = w.padsBegin()[i];
            long reach = (kernel[i] - 1) * w.dilations()[i] + 1;
            end[i] = (out[i + 2] - 1) * strides[i] + reach - in[i + 2] - begin[i];
            if (begin[i] >= reach || end[i] >= reach) {
                return false;
            }
        }
        View x = b.view(s.inputs()[0]);
        x = x.desc().isDense() ? x : b.plain(s.inputs()[0]);
        View src = x;
        Desc dst = src.desc().like(out);
        PostOps attr = new PostOps(b.scope);
        int algorithm =
                max ? dnnl_pooling_max : counts ? dnnl_pooling_avg_include_padding : dnnl_pooling_avg_exclude_padding;
        Primitive p = Primitive.tryMake(
                b.scope,
                pd -> dnnl_pooling_forward_primitive_desc_create(
                        pd,
                        Dnnl.get().engine(),
                        dnnl_forward_inference,
                        algorithm,
                        src.desc().md(),
                        dst.md(),
                        strides,
                        kernel,
                        dilations,
                        begin,
                        end,
                        attr.finish()),
                "planning " + s.name());
        if (p == null) {
            return false;
        }
        b.run(p, List.of(DNNL_ARG_SRC, DNNL_ARG_DST), List.of(src, b.place(s.outputs()[0], dst)));
        return true;
    }

    private static void mean(PlanBuilder b, Step.Other s) {
        long[] in = b.dims(s.inputs()[0]);
        int[] axes = s.node().intsOrNull("axes");
        boolean[] reduced = new boolean[in.length];
        if (axes == null) {
            Arrays.fill(reduced, true);
        } else {
            for (int a : axes) {
                reduced[MoveLowering.axis(a, in.length)] = true;
            }
        }
        long[] kept = in.clone();
        boolean space = in.length >= 3 && in.length <= 5;
        for (int i = 0; i < in.length; i++) {
            kept[i] = reduced[i] ? 1 : in[i];
            space &= reduced[i] == i >= 2;
        }
        View x = b.view(s.inputs()[0]);
        x = x.desc().isDense() ? x : b.plain(s.inputs()[0]);
        View src = x;
        PostOps attr = new PostOps(b.scope);
        Primitive p;
        Desc dst;
        if (space) {
            int n = in.length - 2;
            long[] kernel = Arrays.copyOfRange(in, 2, in.length);
            long[] one = new long[n];
            Arrays.fill(one, 1);
            Desc pooled = src.desc().like(kept);
            p = Primitive.make(
                    b.scope,
                    pd -> dnnl_pooling_forward_primitive_desc_create(
                            pd,
                            Dnnl.get().engine(),
                            dnnl_forward_inference,
                            dnnl_pooling_avg_exclude_padding,
                            src.desc().md(),
                            pooled.md(),
                            one,
                            kernel,
                            new long[n],
                            new long[n],
                            new long[n],
                            attr.finish()),
                    "planning " + s.name());
            dst = pooled;
        } else {
            dst = Desc.plain(b.scope, kept);
            Desc target = dst;
            p = Primitive.make(
                    b.scope,
                    pd -> dnnl_reduction_primitive_desc_create(
                            pd,
                            Dnnl.get().engine(),
                            dnnl_reduction_mean,
                            src.desc().md(),
                            target.md(),
                            0,
                            0,
                            attr.finish()),
                    "planning " + s.name());
        }
        boolean keeps = Arrays.equals(kept, b.dims(s.outputs()[0]));
        View y = keeps ? b.place(s.outputs()[0], dst) : b.temporary(dst);
        b.run(p, List.of(DNNL_ARG_SRC, DNNL_ARG_DST), List.of(src, y));
        if (!keeps) {
            if (!dst.isPlain()) {
                View plain = b.temporary(Desc.plain(b.scope, kept));
                b.reorder(y, plain);
                y = plain;
            }
            b.set(s.outputs()[0], y.with(Desc.plain(b.scope, b.dims(s.outputs()[0]))));
        }
    }

    // ---- the rest ----------------------------------------------------------------------------------------------

    private static void softmax(PlanBuilder b, Step.Other s) {
        View x = b.plain(s.inputs()[0]);
        int axis = MoveLowering.axis(s.node().intAttr("axis", -1), x.desc().rank());
        View y = b.place(s.outputs()[0], x.desc());
        PostOps attr = new PostOps(b.scope);
        Primitive p = Primitive.make(
                b.scope,
                pd -> dnnl_softmax_forward_primitive_desc_create(
                        pd,
                        Dnnl.get().engine(),
                        dnnl_forward_inference,
                        dnnl_softmax_accurate,
                        x.desc().md(),
                        y.desc().md(),
                        axis,
                        attr.finish()),
                "planning " + s.name());
        b.run(p, List.of(DNNL_ARG_SRC, DNNL_ARG_DST), List.of(x, y));
    }

    private static void lrn(PlanBuilder b, Step.Other s) {
        Node n = s.node();
        int size = n.intAttr("size", 1);
        if (size % 2 == 0) {
            throw unsupported(n, "an even size");
        }
        View v = b.view(s.inputs()[0]);
        View x = v.desc().isDense() ? v : b.plain(s.inputs()[0]);
        PostOps attr = new PostOps(b.scope);
        Primitive p = Primitive.make(
                b.scope,
                pd -> dnnl_lrn_forward_primitive_desc_create(
                        pd,
                        Dnnl.get().engine(),
                        dnnl_forward_inference,
                        dnnl_lrn_across_channels,
                        x.desc().md(),
                        x.desc().md(),
                        size,
                        n.floatAttr("alpha", 0.0001f),
                        n.floatAttr("beta", 0.75f),
                        n.floatAttr("bias", 1),
                        attr.finish()),
                "planning " + s.name());
        View y = b.place(s.outputs()[0], x.desc());
        b.run(p, List.of(DNNL_ARG_SRC, DNNL_ARG_DST), List.of(x, y));
    }

    private static void matmul(PlanBuilder b, Step.Other s) {
        long[] da = b.dims(s.inputs()[0]);
        long[] db = b.dims(s.inputs()[1]);
        if (da.length != db.length || da.length < 2) {
            throw unsupported(s.node(), "a product of tensors of different rank");
        }
        View x = b.plain(s.inputs()[0]);
        View w = b.plain(s.inputs()[1]);
        View y = b.place(s.outputs()[0], Desc.plain(b.scope, b.dims(s.outputs()[0])));
        PostOps attr = new PostOps(b.scope);
        Primitive p = Primitive.make(
                b.scope,
                pd -> dnnl_matmul_primitive_desc_create(
                        pd,
                        Dnnl.get().engine(),
                        x.desc().md(),
                        w.desc().md(),
                        null,
                        y.desc().md(),
                        attr.finish()),
                "planning " + s.name());
        b.run(p, List.of(DNNL_ARG_SRC, DNNL_ARG_WEIGHTS, DNNL_ARG_DST), List.of(x, w, y));
    }

    private static void resize(PlanBuilder b, Step.Other s) {
        long[] in = b.dims(s.inputs()[0]);
        long[] out = b.dims(s.outputs()[0]);
        ResizeTables t = new ResizeTables(s.node(), in, out);
        if (t.isNearest()) {
            if (t.isHalfPixelNearest() && nearest(b, s)) {
                return;
            }
            MoveLowering.gather(b, s, t.nearest(), 0);
            return;
        }
        int r = in.length;
        for (int i = 0; i < r - 2; i++) {
            if (in[i] != out[i]) {
                throw unsupported(s.node(), "resizing axis " + i);
            }
        }
        if (r < 3) {
            throw unsupported(s.node(), "a tensor of rank " + r);
        }
        View x = b.plain(s.inputs()[0]);
        View y = b.temporary(Desc.plain(b.scope, out));
        b.set(s.outputs()[0], y);
        int planes = 1;
        for (int i = 0; i < r - 2; i++) {
            planes = Math.toIntExact(planes * in[i]);
        }
        ResizeTables.Taps rows = t.taps(r - 2);
        ResizeTables.Taps columns = t.taps(r - 1);
        b.run(
                Kernels.taps(
                        planes,
                        (int) in[r - 2],
                        (int) in[r - 1],
                        rows.index(),
                        rows.weight(),
                        columns.index(),
                        columns.weight()),
                List.of(x),
                y);
    }

    /** Nearest neighbour by the library, which knows only half-pixel centres. */
    private static boolean nearest(PlanBuilder b, Step.Other s) {
        View v = b.view(s.inputs()[0]);
        View x = v.desc().isDense() ? v : b.plain(s.inputs()[0]);
        long[] in = b.dims(s.inputs()[0]);
        // With one pixel the layouts can't be told apart, and the library then writes another one than it is asked for.
        if (in.length < 3 || in.length > 5 || Arrays.stream(in, 2, in.length).allMatch(d -> d == 1)) {
            return false;
        }
        Desc dst = x.desc().like(b.dims(s.outputs()[0]));
        PostOps attr = new PostOps(b.scope);
        @Nullable
        Primitive p = Primitive.tryMake(
                b.scope,
                pd -> dnnl_resampling_forward_primitive_desc_create(
                        pd,
                        Dnnl.get().engine(),
                        dnnl_forward_inference,
                        dnnl_resampling_nearest,
                        (float[]) null,
                        x.desc().md(),
                        dst.md(),
                        attr.finish()),
                "planning " + s.name());
        if (p == null) {
            return false;
        }
        b.run(p, List.of(DNNL_ARG_SRC, DNNL_ARG_DST), List.of(x, b.place(s.outputs()[0], dst)));
        return true;
    }
}
