package io.dms.backend.cudnn;

import io.dms.backend.cudnn.bridge.Layout;
import io.dms.model.Node;
import io.dms.runtime.Step;
import java.util.Arrays;

/** Operations that only move elements. */
final class MoveLowering {
    private MoveLowering() {}

    static int axis(int axis, int rank) {
        return axis < 0 ? axis + rank : axis;
    }

    /** Strides in elements of a value that lies so, on its own axes. */
    private static long[] strides(View v, int[] dims) {
        int rank = dims.length;
        long[] s = new long[rank];
        if (v.nhwc() && rank >= 3) {
            s[0] = v.strideN();
            s[1] = 1;
            long at = v.pitch();
            for (int i = rank - 1; i >= 2; i--) {
                s[i] = at;
                at *= dims[i];
            }
            return s;
        }
        long at = 1;
        for (int i = rank - 1; i >= 0; i--) {
            s[i] = at;
            at = i == 1 ? v.strideN() : at * dims[i];
        }
        return s;
    }

    /** Copies a box of elements. */
    private static void copy(PlanBuilder b, View x, long xSkip, long[] xStrides, View y, long[] yStrides, int[] dims) {
        long d = b.numbers(ElementLowering.longs(dims));
        long from = b.numbers(xStrides);
        long to = b.numbers(yStrides);
        long skip = xSkip * x.elementBytes();
        int rank = dims.length;
        b.run(
                "copy",
                () -> b.tensors.copy(rank, d, x.at() + skip, x.type(), from, y.at(), y.type(), to, b.stream),
                x,
                y);
    }

    /** Reshape and its kin: the same elements row-major in other dimensions. */
    static void reshape(PlanBuilder b, Step.Other s) {
        View x = b.plain(s.inputs()[0]);
        View like = b.fresh(b.dims(s.outputs()[0]), false, x.half());
        b.set(s.outputs()[0], x.plainAs(like.n(), like.c(), like.h(), like.w()));
    }

    static void transpose(PlanBuilder b, Step.Other s) {
        int[] in = b.dims(s.inputs()[0]);
        int[] perm = s.node().intsOrNull("perm");
        View x = b.view(s.inputs()[0]);
        int[] out = b.dims(s.outputs()[0]);
        View y = b.fresh(out, false, b.device.half);
        b.set(s.outputs()[0], y);
        long[] given = strides(x, in);
        long[] from = new long[in.length];
        for (int i = 0; i < in.length; i++) {
            from[i] = given[perm == null ? in.length - 1 - i : perm[i]];
        }
        copy(b, x, 0, from, y, strides(y, out), out);
    }

    static void concat(PlanBuilder b, Step.Other s) {
        int result = s.outputs()[0];
        int[] out = b.dims(result);
        int axis = axis(s.node().intAttr("axis", 1), out.length);
        View whole = b.viewOrNull(result);
        if (whole == null) {
            whole = b.place(result, axis == 1 && out.length >= 3 && widest(b, s).nhwc());
        }
        int at = 0;
        for (int v : s.inputs()) {
            View part = b.view(v);
            int[] size = b.dims(v);
            if (axis == 1) {
                View target = whole.channels(at, size[1]);
                if (part.buf() != target.buf() || part.offset() != target.offset()) {
                    b.convert(part, target);
                }
            } else {
                long[] to = strides(whole, out);
                View moved = new View(
                        whole.buf(),
                        whole.offset() + at * to[axis] * whole.elementBytes(),
                        whole.n(),
                        whole.c(),
                        whole.h(),
                        whole.w(),
                        whole.nhwc(),
                        whole.half(),
                        whole.pitch());
                copy(b, part, 0, strides(part, size), moved, to, size);
            }
            at += size[axis];
        }
    }

    private static View widest(PlanBuilder b, Step.Other s) {
        View best = b.view(s.inputs()[0]);
        for (int v : s.inputs()) {
            best = b.view(v).c() > best.c() ? b.view(v) : best;
        }
        return best;
    }

    static void split(PlanBuilder b, Step.Other s) {
        int axis = axis(s.node().intAttr("axis", 0), b.dims(s.inputs()[0]).length);
        int at = 0;
        int[] sizes = s.node().ints("split");
        for (int i = 0; i < s.outputs().length; i++) {
            if (s.outputs()[i] >= 0) {
                int[] from = new int[b.dims(s.inputs()[0]).length];
                from[axis] = at;
                cut(b, s.inputs()[0], s.outputs()[i], from);
            }
            at += sizes[i];
        }
    }

    /** A part of a value: a view where only channels are cut, else a copy. */
    private static void cut(PlanBuilder b, int input, int output, int[] from) {
        View x = b.view(input);
        int[] in = b.dims(input);
        int[] out = b.dims(output);
        boolean channels = in.length >= 2;
        for (int i = 0; i < in.length; i++) {
            channels &= i == 1 || in[i] == out[i];
        }
        if (channels) {
            b.set(output, x.channels(from[1], out[1]));
            return;
        }
        View y = b.fresh(out, false, b.device.half);
        b.set(output, y);
        long[] strides = strides(x, in);
        long skip = 0;
        for (int i = 0; i < in.length; i++) {
            skip += from[i] * strides[i];
        }
        copy(b, x, skip, strides, y, strides(y, out), out);
    }

    static void slice(PlanBuilder b, Step.Other s) {
        Node n = s.node();
        int[] in = b.dims(s.inputs()[0]);
        int[] out = b.dims(s.outputs()[0]);
        int[] starts = n.ints("starts");
        int[] axes = n.intsOrNull("axes");
        int[] steps = n.intsOrNull("steps");
        int[] from = new int[in.length];
        int[] step = new int[in.length];
        Arrays.fill(step, 1);
        for (int i = 0; i < starts.length; i++) {
            int a = axes == null ? i : axes[i];
            from[a] = starts[i];
            step[a] = steps == null ? 1 : steps[i];
        }
        if (Arrays.stream(step).allMatch(x -> x == 1)) {
            cut(b, s.inputs()[0], s.outputs()[0], from);
            return;
        }
        View x = b.view(s.inputs()[0]);
        View y = b.fresh(out, false, b.device.half);
        b.set(s.outputs()[0], y);
        long[] strides = strides(x, in);
        long skip = 0;
        for (int i = 0; i < in.length; i++) {
            skip += from[i] * strides[i];
            strides[i] *= step[i];
        }
        copy(b, x, skip, strides, y, strides(y, out), out);
    }

    static void pad(PlanBuilder b, Step.Other s) {
        Node n = s.node();
        int[] in = b.dims(s.inputs()[0]);
        int[] out = b.dims(s.outputs()[0]);
        int[] pads = n.ints("pads");
        String mode = n.stringAttr("mode", "constant");
        int[][] tables = new int[in.length][];
        for (int a = 0; a < in.length; a++) {
            tables[a] = new int[out[a]];
            int last = in[a] - 1;
            for (int i = 0; i < out[a]; i++) {
                int x = i - pads[a];
                if (x < 0 || x > last) {
                    x = switch (mode) {
                        case "edge" -> Math.max(0, Math.min(last, x));
                        case "reflect" -> x < 0 ? -x : 2 * last - x;
                        default -> -1;
                    };
                }
                tables[a][i] = x;
            }
        }
        gather(b, s, tables, n.floatAttr("value", 0));
    }

    /** Index i of axis a of the result reads index {@code tables[a][i]}, or is the fill value at -1. */
    static void gather(PlanBuilder b, Step.Other s, int[][] tables, float fill) {
        int[] in = b.dims(s.inputs()[0]);
        int[] out = b.dims(s.outputs()[0]);
        View x = b.typed(s.inputs()[0]);
        View y = b.fresh(out, false, b.device.half);
        b.set(s.outputs()[0], y);
        Buf table = b.content(new Content.Table(
                Arrays.stream(tables).flatMapToInt(Arrays::stream).toArray()));
        long dims = b.numbers(ElementLowering.longs(out));
        long from = b.numbers(strides(x, in));
        b.run(
                "gather",
                () -> b.tensors.gather(out.length, dims, x.at(), from, table.address, fill, y.at(), y.type(), b.stream),
                x,
                y);
    }

    static void shuffle(PlanBuilder b, Step.ChannelShuffle s) {
        View x = b.view(s.input());
        View y = b.place(s.output(), x.nhwc());
        Layout from = x.layout();
        Layout to = y.layout();
        b.run("shuffle", () -> b.images.shuffle(from, x.at(), to, y.at(), s.groups(), b.stream), x, y);
    }
}
