package io.dms.backend.cpu;

import static org.bytedeco.dnnl.global.dnnl.*;

import io.dms.runtime.PostOp;
import io.dms.runtime.Step;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.bytedeco.dnnl.dnnl_memory_desc;
import org.bytedeco.dnnl.dnnl_primitive_attr;
import org.bytedeco.dnnl.dnnl_primitive_desc;
import org.jspecify.annotations.Nullable;

/** Convolutions, transposed convolutions and matrix products with constant weights. */
final class LinearLowering {
    private final PlanBuilder b;
    private final Step.Linear s;
    private final WeightSource source;
    private final long[] in;
    private final long[] out;
    private final Desc weightsAny;
    private final @Nullable View bias;

    /** A primitive that may serve, with the attributes that it was made of. */
    private record Candidate(Primitive primitive, PostOps attr, int fused) {}

    LinearLowering(PlanBuilder b, Step.Linear s) {
        this.b = b;
        this.s = s;
        this.source = WeightSource.of(s);
        long[] in = b.dims(s.input());
        long[] out = b.dims(s.output());
        if (s.kind() == Step.LinearKind.GEMM) {
            in = matrix(in);
            out = matrix(out);
        }
        this.in = in;
        this.out = out;
        this.weightsAny = Desc.any(b.scope, source.dims());
        float[] values = s.bias();
        this.bias = values == null ? null : b.constant(Desc.plain(b.scope, values.length), values);
    }

    private static long[] matrix(long[] dims) {
        long rows = 1;
        for (int i = 0; i < dims.length - 1; i++) {
            rows *= dims[i];
        }
        return new long[] {rows, dims[dims.length - 1]};
    }

    void lower() {
        List<PostOp> after = s.after();
        Candidate c = choose(after);
        Primitive p = c.primitive;
        Desc dst = p.destination();
        List<Integer> args = new ArrayList<>(List.of(DNNL_ARG_SRC, DNNL_ARG_WEIGHTS));
        List<View> views = new ArrayList<>(List.of(source(p.source()), weights(p.weights())));
        if (bias != null) {
            args.add(DNNL_ARG_BIAS);
            views.add(bias);
        }
        View target = null;
        for (int i = 0; i < c.fused; i++) {
            if (after.get(i) instanceof PostOp.Add add && sums(after, i)) {
                target = b.as(add.value(), dst);
                b.set(s.output(), shaped(target));
            }
        }
        for (PostOps.Operand o : c.attr.operands) {
            args.add(o.argument());
            View v = o.view();
            views.add(v != null ? v : b.as(o.value(), dst));
        }
        if (target == null) {
            target = place(dst);
        }
        args.add(DNNL_ARG_DST);
        views.add(target);
        b.run(p, args, views);
        if (c.fused < after.size()) {
            ElementLowering.inPlace(b, s.output(), after.subList(c.fused, after.size()));
        }
    }

    private View source(Desc want) {
        if (s.kind() == Step.LinearKind.GEMM) {
            return b.plain(s.input()).with(want);
        }
        return b.as(s.input(), want);
    }

    private View place(Desc dst) {
        if (s.kind() == Step.LinearKind.GEMM) {
            Desc whole = Desc.plain(b.scope, b.dims(s.output()));
            return b.place(s.output(), whole).with(dst);
        }
        return b.place(s.output(), dst);
    }

    private View shaped(View target) {
        return s.kind() == Step.LinearKind.GEMM ? target.with(Desc.plain(b.scope, b.dims(s.output()))) : target;
    }

    private View weights(Desc packed) {
        return new View(packed, b.content(new Content.Weights(source, packed)), 0);
    }

    /** True where the post-op adds a value that nothing needs any more: the result can be written over it. */
    private boolean sums(List<PostOp> after, int i) {
        return after.get(i) instanceof PostOp.Add add
                && b.dies(add.value())
                && b.view(add.value()).buf() != b.view(s.input()).buf()
                && after.stream().filter(PostOp.Add.class::isInstance).count() == 1;
    }

    // ---- choice of implementation ------------------------------------------------------------------------------

    private Candidate choose(List<PostOp> after) {
        Candidate slow = null;
        for (int fused = after.size(); fused >= 0; fused = fused == 0 ? -1 : 0) {
            for (Desc[] layout : layouts()) {
                PostOps attr = attributes(after.subList(0, fused));
                Primitive p =
                        Primitive.tryMake(b.scope, out -> make(out, layout, attr.finish()), "planning " + s.name());
                if (p == null) {
                    continue;
                }
                Candidate c = new Candidate(p, attr, fused);
                if (!p.isReference()) {
                    return c;
                }
                slow = slow == null ? c : slow;
            }
        }
        if (slow == null) {
            throw new io.dms.model.UserException("the cpu backend can't run node " + s.name() + ": oneDNN has no "
                    + s.kind() + " of input " + Arrays.toString(in) + " to " + Arrays.toString(out));
        }
        return slow;
    }

    /** Source and destination layouts to try: the plan's family, the library's choice, then plain, then channels last. */
    private List<Desc[]> layouts() {
        if (s.kind() == Step.LinearKind.GEMM) {
            return List.<Desc[]>of(new Desc[] {Desc.plain(b.scope, in), Desc.plain(b.scope, out)});
        }
        List<Desc[]> layouts = new ArrayList<>();
        if (b.blocked && s.kind() == Step.LinearKind.CONV && in.length == 4) {
            Desc from = in[1] < LayoutChoice.BLOCK
                    ? Desc.plain(b.scope, in)
                    : Desc.blocked(b.scope, LayoutChoice.BLOCK, in);
            layouts.add(new Desc[] {from, Desc.blocked(b.scope, LayoutChoice.BLOCK, out)});
        }
        layouts.addAll(List.of(
                new Desc[] {Desc.any(b.scope, in), Desc.any(b.scope, out)},
                new Desc[] {Desc.plain(b.scope, in), Desc.plain(b.scope, out)},
                new Desc[] {Desc.channelsLast(b.scope, in), Desc.channelsLast(b.scope, out)}));
        return layouts;
    }

    private PostOps attributes(List<PostOp> after) {
        PostOps attr = new PostOps(b.scope);
        for (int i = 0; i < after.size(); i++) {
            PostOp op = after.get(i);
            if (op instanceof PostOp.Activation a) {
                attr.activation(a);
            } else if (op instanceof PostOp.Add add) {
                if (sums(after, i)) {
                    attr.sum();
                } else {
                    attr.add(Desc.any(b.scope, out), add.value());
                }
            } else if (op instanceof PostOp.Slopes slopes) {
                attr.slopes(ElementLowering.perChannel(b, out, slopes.slopes().floats()));
            }
        }
        return attr;
    }

    private int make(dnnl_primitive_desc pd, Desc[] layout, dnnl_primitive_attr attr) {
        dnnl_memory_desc biasMd = bias == null ? null : bias.desc().md();
        if (s.kind() == Step.LinearKind.GEMM) {
            return dnnl_inner_product_forward_primitive_desc_create(
                    pd,
                    Dnnl.get().engine(),
                    dnnl_forward_inference,
                    layout[0].md(),
                    weightsAny.md(),
                    biasMd,
                    layout[1].md(),
                    attr);
        }
        Step.Window w = s.window();
        if (w == null) {
            throw new IllegalStateException("a convolution without a window: " + s.name());
        }
        int n = w.kernel().length;
        long[] strides = new long[n];
        long[] dilations = new long[n];
        long[] begin = new long[n];
        long[] end = new long[n];
        boolean transposed = s.kind() == Step.LinearKind.CONV_TRANSPOSE;
        for (int i = 0; i < n; i++) {
            strides[i] = w.strides()[i];
            dilations[i] = w.dilations()[i] - 1L;
            begin[i] = w.padsBegin()[i];
            long reach = (w.kernel()[i] - 1L) * w.dilations()[i] + 1;
            long small = transposed ? in[i + 2] : out[i + 2];
            long large = transposed ? out[i + 2] : in[i + 2];
            end[i] = (small - 1) * strides[i] + reach - large - begin[i];
        }
        if (transposed) {
            return dnnl_deconvolution_forward_primitive_desc_create(
                    pd,
                    Dnnl.get().engine(),
                    dnnl_forward_inference,
                    dnnl_deconvolution_direct,
                    layout[0].md(),
                    weightsAny.md(),
                    biasMd,
                    layout[1].md(),
                    strides,
                    dilations,
                    begin,
                    end,
                    attr);
        }
        return dnnl_convolution_forward_primitive_desc_create(
                pd,
                Dnnl.get().engine(),
                dnnl_forward_inference,
                dnnl_convolution_direct,
                layout[0].md(),
                weightsAny.md(),
                biasMd,
                layout[1].md(),
                strides,
                dilations,
                begin,
                end,
                attr);
    }
}
