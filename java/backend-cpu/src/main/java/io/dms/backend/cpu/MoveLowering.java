package io.dms.backend.cpu;

import static org.bytedeco.dnnl.global.dnnl.*;

import io.dms.model.Node;
import io.dms.runtime.Step;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.bytedeco.dnnl.dnnl_memory_desc;
import org.bytedeco.dnnl.dnnl_primitive_desc;
import org.bytedeco.javacpp.PointerPointer;
import org.jspecify.annotations.Nullable;

/** Operations that only move elements. */
final class MoveLowering {
    private MoveLowering() {}

    /** Reshape and its kin: the same elements row-major in other dimensions. */
    static void reshape(PlanBuilder b, Step.Other s) {
        View x = b.plain(s.inputs()[0]);
        b.set(s.outputs()[0], x.with(Desc.plain(b.scope, b.dims(s.outputs()[0]))));
    }

    /** The value as it is, under another name. */
    static void alias(PlanBuilder b, Step.Other s) {
        b.set(s.outputs()[0], b.view(s.inputs()[0]));
    }

    static void transpose(PlanBuilder b, Step.Other s) {
        int rank = b.dims(s.inputs()[0]).length;
        int[] perm = s.node().intsOrNull("perm");
        if (perm == null) {
            perm = new int[rank];
            for (int i = 0; i < rank; i++) {
                perm[i] = rank - 1 - i;
            }
        }
        View x = b.view(s.inputs()[0]);
        View seen = x.with(x.desc().permuted(perm));
        View y = b.place(s.outputs()[0], Desc.plain(b.scope, b.dims(s.outputs()[0])));
        b.reorder(seen, y);
    }

    static void concat(PlanBuilder b, Step.Other s) {
        int axis = axis(s.node().intAttr("axis", 1), b.dims(s.outputs()[0]).length);
        int out = s.outputs()[0];
        View whole = b.viewOrNull(out);
        if (whole == null) {
            whole = b.place(out, concatLayout(b, s, axis));
            if (joined(b, s, axis, whole)) {
                return;
            }
        }
        long at = 0;
        for (int v : s.inputs()) {
            View part = b.view(v);
            long[] size = b.dims(v);
            if (axis != 1 || !Concats.inPlace(part, whole, at)) {
                long[] from = new long[size.length];
                from[axis] = at;
                b.reorder(part, whole.with(whole.desc().part(from, size)));
            }
            at += size[axis];
        }
    }

    /** One primitive for all parts, if they all have the result's kind of layout; false where the library would be slow. */
    private static boolean joined(PlanBuilder b, Step.Other s, int axis, View whole) {
        int n = s.inputs().length;
        List<Integer> arguments = new ArrayList<>();
        List<View> views = new ArrayList<>();
        try (PointerPointer<dnnl_memory_desc> parts = new PointerPointer<>(n)) {
            for (int i = 0; i < n; i++) {
                View v = b.view(s.inputs()[i]);
                Desc want = whole.desc().like(v.desc().dims());
                if (!v.desc().same(want) && !(v.desc().isPlain() && want.isPlain())) {
                    return false;
                }
                parts.put(i, want.md());
                arguments.add(DNNL_ARG_MULTIPLE_SRC + i);
                views.add(v.with(want));
            }
            PostOps attr = new PostOps(b.scope);
            Primitive p;
            try (PointerPointer<dnnl_primitive_desc> made = new PointerPointer<>(1)) {
                int status = dnnl_concat_primitive_desc_create(
                        made, Dnnl.get().engine(), whole.desc().md(), n, axis, parts, attr.finish());
                if (status != 0) {
                    return false;
                }
                p = Primitive.adopt(b.scope, made.get(dnnl_primitive_desc.class, 0));
            }
            if (p.isReference()) {
                return false;
            }
            arguments.add(DNNL_ARG_DST);
            views.add(whole);
            b.run(p, arguments, views);
            return true;
        }
    }

    /** The layout of the widest part, if all parts are whole blocks of it; else plain. */
    private static Desc concatLayout(PlanBuilder b, Step.Other s, int axis) {
        int widest = s.inputs()[0];
        for (int v : s.inputs()) {
            widest = b.dims(v)[axis] > b.dims(widest)[axis] ? v : widest;
        }
        Desc d = b.view(widest).desc();
        long[] dims = b.dims(s.outputs()[0]);
        long block = d.channelBlock();
        boolean fits = block > 1 && dims.length >= 3 && dims.length <= 5;
        for (int v : s.inputs()) {
            fits &= b.dims(v)[1] % Math.max(1, block) == 0;
        }
        if (fits) {
            return Desc.blocked(b.scope, block, dims);
        }
        return d.isChannelsLast() && !d.isPlain() ? Desc.channelsLast(b.scope, dims) : Desc.plain(b.scope, dims);
    }

    static void split(PlanBuilder b, Step.Other s) {
        int axis = axis(s.node().intAttr("axis", 0), b.dims(s.inputs()[0]).length);
        long at = 0;
        int[] sizes = s.node().ints("split");
        for (int i = 0; i < s.outputs().length; i++) {
            if (s.outputs()[i] >= 0) {
                long[] from = new long[b.dims(s.inputs()[0]).length];
                from[axis] = at;
                cut(b, s.inputs()[0], s.outputs()[i], from);
            }
            at += sizes[i];
        }
    }

    /** A part of a value: in place where it is one run of bytes, else copied. */
    private static void cut(PlanBuilder b, int input, int output, long[] from) {
        View x = b.view(input);
        long[] size = b.dims(output);
        long block = x.desc().channelBlock();
        boolean whole = block > 0 && from.length > 1 && from[1] % block == 0 && size[1] % block == 0;
        if (block > 1 && !whole) {
            x = b.plain(input);
            block = 1;
        }
        if (block > 0 && x.desc().isDense() && x.buf().place != Buf.Place.INPUT) {
            View run = run(b, x, from, size, block);
            if (run != null) {
                b.set(output, run);
                return;
            }
        }
        View y = b.place(output, block > 1 ? Desc.blocked(b.scope, block, size) : Desc.plain(b.scope, size));
        b.reorder(x.with(x.desc().part(from, size)), y);
    }

    /** The part as a view, if every axis before the one that is cut has size 1 and all behind it are whole. */
    private static @Nullable View run(PlanBuilder b, View x, long[] from, long[] size, long block) {
        boolean layout = block > 1 || x.desc().isPlain();
        long[] dims = x.desc().dims();
        int first = 0;
        while (first < dims.length - 1 && dims[first] == 1) {
            first++;
        }
        long inner = 4;
        for (int i = first + 1; i < dims.length; i++) {
            if (size[i] != dims[i]) {
                return null;
            }
            inner *= dims[i];
        }
        if (!layout || (block > 1 && first != 1)) {
            return null;
        }
        Desc d = block > 1 ? Desc.blocked(b.scope, block, size) : Desc.plain(b.scope, size);
        return new View(d, x.buf(), x.offset() + from[first] * inner);
    }

    static void slice(PlanBuilder b, Step.Other s) {
        Node n = s.node();
        long[] in = b.dims(s.inputs()[0]);
        long[] out = b.dims(s.outputs()[0]);
        int[] starts = n.ints("starts");
        int[] axes = n.intsOrNull("axes");
        int[] steps = n.intsOrNull("steps");
        long[] from = new long[in.length];
        long[] step = new long[in.length];
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
        int[][] tables = new int[in.length][];
        for (int a = 0; a < in.length; a++) {
            tables[a] = new int[(int) out[a]];
            for (int i = 0; i < out[a]; i++) {
                tables[a][i] = (int) (from[a] + i * step[a]);
            }
        }
        gather(b, s, tables, 0);
    }

    static void pad(PlanBuilder b, Step.Other s) {
        Node n = s.node();
        long[] in = b.dims(s.inputs()[0]);
        long[] out = b.dims(s.outputs()[0]);
        int[] pads = n.ints("pads");
        String mode = n.stringAttr("mode", "constant");
        int[][] tables = new int[in.length][];
        for (int a = 0; a < in.length; a++) {
            tables[a] = new int[(int) out[a]];
            int last = (int) in[a] - 1;
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

    /** A kernel that reads index {@code tables[a][i]} of axis a for index i of the result, or the fill value at -1. */
    static void gather(PlanBuilder b, Step.Other s, int[][] tables, float fill) {
        View x = b.plain(s.inputs()[0]);
        View y = b.temporary(Desc.plain(b.scope, b.dims(s.outputs()[0])));
        b.set(s.outputs()[0], y);
        b.run(Kernels.gather(b.dims(s.inputs()[0]), tables, fill), List.of(x), y);
    }

    static void shuffle(PlanBuilder b, Step.ChannelShuffle s) {
        View x = b.view(s.input());
        long[] d = b.dims(s.input());
        if (x.desc().channelBlock() > 1 && x.desc().isDense()) {
            PostOps attr = new PostOps(b.scope);
            Primitive p = Primitive.tryMake(
                    b.scope,
                    out -> dnnl_shuffle_forward_primitive_desc_create(
                            out,
                            Dnnl.get().engine(),
                            dnnl_forward_inference,
                            x.desc().md(),
                            x.desc().md(),
                            1,
                            d[1] / s.groups(),
                            attr.finish()),
                    "planning " + s.name());
            if (p != null && !p.isReference()) {
                b.run(p, List.of(DNNL_ARG_SRC, DNNL_ARG_DST), List.of(x, b.place(s.output(), x.desc())));
                return;
            }
        }
        long inner = 1;
        for (int i = 2; i < d.length; i++) {
            inner *= d[i];
        }
        View plain = b.plain(s.input());
        View y = b.place(s.output(), Desc.plain(b.scope, d));
        Desc dealt =
                Desc.plain(b.scope, d[0], s.groups(), d[1] / s.groups(), inner).permuted(new int[] {0, 2, 1, 3});
        b.reorder(plain.with(dealt), y.with(Desc.plain(b.scope, d[0], d[1] / s.groups(), s.groups(), inner)));
    }

    static int axis(int axis, int rank) {
        return axis < 0 ? axis + rank : axis;
    }
}
