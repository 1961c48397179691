package io.dms.backend.cudnn;

import io.dms.backend.cudnn.bridge.Activation;
import io.dms.backend.cudnn.bridge.Layout;
import io.dms.backend.cudnn.bridge.Window;
import io.dms.runtime.PostOp;
import io.dms.runtime.Step;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** Convolutions of all kinds and matrix products with constant weights; {@link ProductLowering} has those that are products. */
final class LinearLowering {
    private final PlanBuilder b;
    private final Step.Linear s;
    private final boolean half;

    LinearLowering(PlanBuilder b, Step.Linear s) {
        this.b = b;
        this.s = s;
        this.half = b.device.half;
    }

    void lower() {
        if (s.kind() == Step.LinearKind.GEMM) {
            new ProductLowering(b, s).product();
            return;
        }
        Step.Window w = s.window();
        if (w == null || w.kernel().length > 2) {
            throw b.unsupported("a convolution over " + (w == null ? 0 : w.kernel().length) + " axes");
        }
        Window p = plane(w);
        if (s.kind() == Step.LinearKind.CONV_TRANSPOSE) {
            new TransposedLowering(b, s).lower(p);
        } else if (isPointwise(p)) {
            new ProductLowering(b, s).pointwise(p);
        } else if (isDepthwise()) {
            depthwise(p);
        } else {
            convolution(p);
        }
    }

    /** The same on two axes. */
    private static Window plane(Step.Window w) {
        int last = w.kernel().length - 1;
        boolean flat = last == 0;
        return new Window(
                flat ? 1 : w.kernel()[0],
                w.kernel()[last],
                flat ? 1 : w.strides()[0],
                w.strides()[last],
                flat ? 0 : w.padsBegin()[0],
                w.padsBegin()[last],
                flat ? 1 : w.dilations()[0],
                w.dilations()[last]);
    }

    private boolean isPointwise(Window p) {
        View in = b.view(s.input());
        int[] out = b.dims(s.output());
        int oh = out.length == 4 ? out[2] : 1;
        int ow = out[out.length - 1];
        boolean whole = Geometry.outputs(in.h(), 0, 1, p.strideH(), 1) == oh
                && Geometry.outputs(in.w(), 0, 1, p.strideW(), 1) == ow;
        return p.rows() == 1 && p.columns() == 1 && s.group() == 1 && p.top() == 0 && p.left() == 0 && whole;
    }

    private boolean isDepthwise() {
        return s.group() > 1 && s.group() == b.dims(s.input())[1] && s.group() == b.dims(s.output())[1];
    }

    // ---- convolutions

    private void depthwise(Window p) {
        View x = b.typed(s.input());
        View y = b.place(s.output(), x.nhwc());
        Buf w = b.content(new Content.Weights(s.weights(), s.scale(), 0, 1, Content.Order.DEPTHWISE, half));
        Buf bias = b.floats(s.bias());
        Activation activation = ElementLowering.head(s.after());
        Layout from = x.layout();
        Layout to = y.layout();
        b.run(
                "depthwise",
                () -> b.images.depthwise(
                        from,
                        x.at(),
                        w.address,
                        x.type(),
                        ElementLowering.at(bias),
                        to,
                        y.at(),
                        p,
                        activation,
                        b.stream),
                x,
                y);
        ElementLowering.epilogue(b, y, y, null, null, ElementLowering.tail(s.after()));
    }

    private void convolution(Window p) {
        boolean nhwc = b.device.nhwc;
        int[] out = b.dims(s.output());
        int oh = out.length == 4 ? out[2] : 1;
        int ow = out[out.length - 1];
        View in = b.view(s.input());
        int top = p.top();
        int left = p.left();
        View x;
        if (Geometry.outputs(in.h(), top, p.rows(), p.strideH(), p.dilationH()) == oh
                && Geometry.outputs(in.w(), left, p.columns(), p.strideW(), p.dilationW()) == ow) {
            x = b.as(s.input(), nhwc, false);
        } else {
            x = padded(in, p, oh, ow);
            top = 0;
            left = 0;
        }
        View y = b.place(s.output(), nhwc);
        List<Route> routes = Route.all(b, s.input(), x, s.output(), y);
        Route first = routes.get(0);
        Geometry g = new Geometry(
                false,
                half,
                nhwc,
                x.n(),
                x.c(),
                x.h(),
                x.w(),
                first.x().pitch(),
                y.c(),
                oh,
                ow,
                first.y().pitch(),
                p.rows(),
                p.columns(),
                top,
                left,
                p.strideH(),
                p.strideW(),
                p.dilationH(),
                p.dilationW(),
                s.group(),
                b.device.math);
        Buf w = b.content(new Content.Weights(
                s.weights(), s.scale(), 0, 1, nhwc ? Content.Order.CHANNELS_LAST : Content.Order.PLAIN, half));
        LegacyForm.Fused fused = fused(first.y());
        LegacyForm form = new LegacyForm(g, first, fused, Behind.fused(b, first), Behind.alone(b, first, s));
        View z = fused == null ? null : fused.residual();
        Alternatives plans = GraphOffers.of(b, s, g, routes, w);
        b.use(first.x(), first.y(), x, z == null ? y : z);
        b.run("convolution", new ConvCall(b.device, s.name(), form, w, plans), x, y);
    }

    /** The input with its padding written out, for windows that begin and end unlike. */
    private View padded(View in, Window p, int oh, int ow) {
        int h = (oh - 1) * p.strideH() + (p.rows() - 1) * p.dilationH() + 1;
        int w = (ow - 1) * p.strideW() + (p.columns() - 1) * p.dilationW() + 1;
        View x = b.fresh(new int[] {in.n(), in.c(), h, w}, b.device.nhwc, half);
        Layout from = in.layout();
        Layout to = x.layout();
        b.run("pad", () -> b.images.pad(from, in.at(), to, x.at(), p.top(), p.left(), 0, b.stream), in, x);
        return x;
    }

    /** What the library could do in the same kernel: bias, a residual, ReLU, in this order. */
    private LegacyForm.@Nullable Fused fused(View y) {
        List<PostOp> after = s.after();
        float[] bias = s.bias();
        if ((bias == null && after.isEmpty()) || !y.isDense()) {
            return null;
        }
        int i = 0;
        View residual = null;
        if (!after.isEmpty() && after.get(0) instanceof PostOp.Add add) {
            View z = b.view(add.value());
            if (!z.isDense() || z.nhwc() != y.nhwc() || z.half() != y.half()) {
                return null;
            }
            residual = z;
            i = 1;
        }
        boolean relu = i < after.size()
                && after.get(i) instanceof PostOp.Activation a
                && a.kind() == PostOp.Kind.RELU
                && a.a() == 0;
        if (after.size() > i + (relu ? 1 : 0)) {
            return null;
        }
        float[] numbers = bias == null ? new float[y.c()] : bias;
        return new LegacyForm.Fused(b.content(new Content.Plain(numbers, half)), residual, relu);
    }
}
