package io.dms.backend.cpu;

import static org.bytedeco.dnnl.global.dnnl.*;

import io.dms.runtime.ResizeTables;
import io.dms.runtime.Step;
import java.util.Arrays;
import java.util.List;

/** Resizing an image, by the library where it knows the rule, else by our own kernels. */
final class ResizeLowering {
    private ResizeLowering() {}

    /** Nearest neighbours over any axes, bilinear over the last two. */
    static void lower(PlanBuilder b, Step.Other s) {
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
                throw OtherLowering.unsupported(s.node(), "resizing axis " + i);
            }
        }
        if (r < 3) {
            throw OtherLowering.unsupported(s.node(), "a tensor of rank " + r);
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
