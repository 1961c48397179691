package io.dms.backend.cpu;

import static org.bytedeco.dnnl.global.dnnl.*;

import io.dms.model.Node;
import io.dms.runtime.Step;
import java.util.Arrays;
import java.util.List;

/** Pools, over windows or all of space, and means over axes. */
final class PoolLowering {
    private PoolLowering() {}

    /** A pool by the library where that has one for the geometry, else by our own kernel, in two dimensions. */
    static void pool(PlanBuilder b, Step.Other s) {
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
            throw OtherLowering.unsupported(n, "output Indices");
        }
        if (!library(b, s, w, max, counts)) {
            if (rank != 2) {
                throw OtherLowering.unsupported(n, "this geometry");
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

    /** A pool whose window is all of space. */
    static void global(PlanBuilder b, Step.Other s) {
        long[] in = b.dims(s.inputs()[0]);
        int rank = in.length - 2;
        int[] kernel = new int[rank];
        for (int i = 0; i < rank; i++) {
            kernel[i] = (int) in[i + 2];
        }
        Step.Window w = new Step.Window(kernel, ones(rank), new int[rank], new int[rank], ones(rank));
        if (!library(b, s, w, s.node().is("GlobalMaxPool"), false)) {
            throw OtherLowering.unsupported(s.node(), "this geometry");
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

    /** The mean over any axes; over all of space it is a pool. */
    static void mean(PlanBuilder b, Step.Other s) {
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
}
