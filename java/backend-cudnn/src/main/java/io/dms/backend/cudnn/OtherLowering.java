package io.dms.backend.cudnn;

import io.dms.backend.cudnn.bridge.Images;
import io.dms.backend.cudnn.bridge.Layout;
import io.dms.backend.cudnn.bridge.Tensors;
import io.dms.backend.cudnn.bridge.Window;
import io.dms.model.Node;
import io.dms.runtime.ResizeTables;
import io.dms.runtime.Step;
import java.util.Arrays;
import java.util.Set;

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
            case "GlobalAveragePool" -> reduce(b, s, Tensors.REDUCE_MEAN, 2, b.dims(s.inputs()[0]).length - 1);
            case "GlobalMaxPool" -> reduce(b, s, Tensors.REDUCE_MAX, 2, b.dims(s.inputs()[0]).length - 1);
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
            case "Identity", "Dropout" -> b.set(s.outputs()[0], b.view(s.inputs()[0]));
            default -> throw b.unsupported("operator " + s.node().op() + " in this form");
        }
    }

    private static void pool(PlanBuilder b, Step.Other s) {
        Node n = s.node();
        int[] kernel = n.ints("kernel_shape");
        if (s.outputs().length > 1 && s.outputs()[1] >= 0) {
            throw b.unsupported("output Indices of a pool");
        }
        if (kernel.length > 2) {
            throw b.unsupported("a pool over " + kernel.length + " axes");
        }
        int[] pads = n.ints("pads");
        int[] strides = orOnes(n.intsOrNull("strides"), kernel.length);
        int[] dilations = orOnes(n.intsOrNull("dilations"), kernel.length);
        boolean flat = kernel.length == 1;
        int last = kernel.length - 1;
        int kind = n.is("MaxPool")
                ? Images.POOL_MAX
                : n.intAttr("count_include_pad", 0) != 0 ? Images.POOL_AVERAGE_WINDOW : Images.POOL_AVERAGE;
        View x = b.view(s.inputs()[0]);
        View y = b.place(s.outputs()[0], x.nhwc());
        Window window = new Window(
                flat ? 1 : kernel[0],
                kernel[last],
                flat ? 1 : strides[0],
                strides[last],
                flat ? 0 : pads[0],
                pads[last],
                flat ? 1 : dilations[0],
                dilations[last]);
        Layout from = x.layout();
        Layout to = y.layout();
        b.run("pool", () -> b.images.pool(kind, from, x.at(), to, y.at(), window, b.stream), x, y);
    }

    private static int[] orOnes(int @org.jspecify.annotations.Nullable [] given, int n) {
        if (given != null) {
            return given;
        }
        int[] v = new int[n];
        Arrays.fill(v, 1);
        return v;
    }

    private static void mean(PlanBuilder b, Step.Other s) {
        int rank = b.dims(s.inputs()[0]).length;
        int[] axes = s.node().intsOrNull("axes");
        boolean[] reduced = new boolean[rank];
        if (axes == null) {
            Arrays.fill(reduced, true);
        } else {
            for (int a : axes) {
                reduced[MoveLowering.axis(a, rank)] = true;
            }
        }
        int first = 0;
        while (first < rank && !reduced[first]) {
            first++;
        }
        int last = rank - 1;
        while (last >= 0 && !reduced[last]) {
            last--;
        }
        for (int i = first; i <= last; i++) {
            if (!reduced[i]) {
                throw b.unsupported("a mean over axes that do not follow each other");
            }
        }
        reduce(b, s, Tensors.REDUCE_MEAN, first, last);
    }

    /** Reduces the axes from {@code first} to {@code last}. */
    private static void reduce(PlanBuilder b, Step.Other s, int kind, int first, int last) {
        int[] in = b.dims(s.inputs()[0]);
        View given = b.view(s.inputs()[0]);
        boolean space = first == 2 && last == in.length - 1 && given.nhwc();
        View x = space ? given : b.plain(s.inputs()[0]);
        View y = b.fresh(b.dims(s.outputs()[0]), false, b.device.half);
        b.set(s.outputs()[0], y);
        long outer = 1;
        long axis = 1;
        long inner = 1;
        for (int i = 0; i < in.length; i++) {
            if (i < first) {
                outer *= in[i];
            } else if (i <= last) {
                axis *= in[i];
            } else {
                inner *= in[i];
            }
        }
        Tensors.Lines lines = space
                ? new Tensors.Lines(x.n(), axis, x.c(), x.strideN(), x.pitch(), x.c())
                : new Tensors.Lines(outer, axis, inner, axis * inner, inner, inner);
        b.run("reduce", () -> b.tensors.reduce(kind, lines, x.at(), x.type(), y.at(), y.type(), b.stream), x, y);
    }

    private static void softmax(PlanBuilder b, Step.Other s) {
        int[] dims = b.dims(s.inputs()[0]);
        int axis = MoveLowering.axis(s.node().intAttr("axis", -1), dims.length);
        View x = b.plain(s.inputs()[0]);
        View y = b.fresh(dims, false, b.device.half);
        b.set(s.outputs()[0], y);
        long outer = Arrays.stream(dims, 0, axis).asLongStream().reduce(1, (p, q) -> p * q);
        long inner = Arrays.stream(dims, axis + 1, dims.length).asLongStream().reduce(1, (p, q) -> p * q);
        b.run(
                "softmax",
                () -> b.tensors.softmax(x.at(), x.type(), outer, dims[axis], inner, y.at(), y.type(), b.stream),
                x,
                y);
    }

    private static void lrn(PlanBuilder b, Step.Other s) {
        Node n = s.node();
        int size = n.intAttr("size", 1);
        float alpha = n.floatAttr("alpha", 0.0001f);
        float beta = n.floatAttr("beta", 0.75f);
        float bias = n.floatAttr("bias", 1);
        View x = b.view(s.inputs()[0]);
        View y = b.place(s.outputs()[0], x.nhwc());
        Layout from = x.layout();
        Layout to = y.layout();
        b.run("lrn", () -> b.images.lrn(from, x.at(), to, y.at(), size, alpha, beta, bias, b.stream), x, y);
    }

    private static void matmul(PlanBuilder b, Step.Other s) {
        int[] da = b.dims(s.inputs()[0]);
        int[] db = b.dims(s.inputs()[1]);
        int rank = da.length;
        if (rank != db.length || rank < 2 || !Arrays.equals(da, 0, rank - 2, db, 0, rank - 2)) {
            throw b.unsupported("a product of tensors whose leading axes differ");
        }
        int m = da[rank - 2];
        int c = da[rank - 1];
        int k = db[rank - 1];
        int count = 1;
        for (int i = 0; i < rank - 2; i++) {
            count = Math.multiplyExact(count, da[i]);
        }
        View x = b.plain(s.inputs()[0]);
        View w = b.plain(s.inputs()[1]);
        View y = b.fresh(b.dims(s.outputs()[0]), false, b.device.half);
        b.set(s.outputs()[0], y);
        Product product = Product.of(false, k, m, c, k, c, k, b.device.half)
                .times(count, (long) c * k, (long) m * c, (long) m * k);
        Blas blas = b.device.gpu.blas();
        b.run("gemm", () -> blas.multiply(product, w.at(), x.at(), y.at()), x, w, y);
    }

    private static void resize(PlanBuilder b, Step.Other s) {
        int[] in = b.dims(s.inputs()[0]);
        int[] out = b.dims(s.outputs()[0]);
        int rank = in.length;
        ResizeTables t = new ResizeTables(s.node(), ElementLowering.longs(in), ElementLowering.longs(out));
        boolean plane = rank == 3 || rank == 4;
        for (int i = 0; i < Math.min(2, rank); i++) {
            plane &= in[i] == out[i];
        }
        if (!plane) {
            if (!t.isNearest()) {
                throw b.unsupported("resizing these axes");
            }
            MoveLowering.gather(b, s, t.nearest(), 0);
            return;
        }
        int[][] rows = rank == 3 ? new int[][] {{0}} : indices(t, 2);
        float[][] rowWeights = rank == 3 ? new float[][] {{1}} : weights(t, 2, rows);
        int[][] columns = indices(t, rank - 1);
        float[][] columnWeights = weights(t, rank - 1, columns);
        Buf ri = b.content(new Content.Table(flat(rows)));
        Buf ci = b.content(new Content.Table(flat(columns)));
        Buf rw = b.content(new Content.Plain(flat(rowWeights), false));
        Buf cw = b.content(new Content.Plain(flat(columnWeights), false));
        View x = b.view(s.inputs()[0]);
        View y = b.place(s.outputs()[0], x.nhwc());
        Layout from = x.layout();
        Layout to = y.layout();
        int rowTaps = rows[0].length;
        int columnTaps = columns[0].length;
        b.run(
                "resize",
                () -> b.images.resize(
                        from,
                        x.at(),
                        to,
                        y.at(),
                        ri.address,
                        rw.address,
                        rowTaps,
                        ci.address,
                        cw.address,
                        columnTaps,
                        b.stream),
                x,
                y);
    }

    private static int[][] indices(ResizeTables t, int axis) {
        if (!t.isNearest()) {
            return t.taps(axis).index();
        }
        return Arrays.stream(t.nearest()[axis]).mapToObj(i -> new int[] {i}).toArray(int[][]::new);
    }

    private static float[][] weights(ResizeTables t, int axis, int[][] indices) {
        if (!t.isNearest()) {
            return t.taps(axis).weight();
        }
        return Arrays.stream(indices).map(i -> new float[] {1}).toArray(float[][]::new);
    }

    private static int[] flat(int[][] tables) {
        return Arrays.stream(tables).flatMapToInt(Arrays::stream).toArray();
    }

    private static float[] flat(float[][] tables) {
        float[] all = new float[tables.length * tables[0].length];
        for (int i = 0; i < all.length; i++) {
            all[i] = tables[i / tables[0].length][i % tables[0].length];
        }
        return all;
    }
}
