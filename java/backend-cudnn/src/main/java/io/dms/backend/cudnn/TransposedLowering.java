package io.dms.backend.cudnn;

import io.dms.backend.cudnn.bridge.Layout;
import io.dms.backend.cudnn.bridge.Window;
import io.dms.runtime.Step;

/**
 * A transposed convolution: cuDNN's gradient by the input, for which our operand is y and our result is x. The library
 * knows only paddings that are alike on both sides; for others the whole result is made and cut.
 */
final class TransposedLowering {
    private final PlanBuilder b;
    private final Step.Linear s;

    TransposedLowering(PlanBuilder b, Step.Linear s) {
        this.b = b;
        this.s = s;
    }

    void lower(Window window) {
        int r = window.rows();
        int q = window.columns();
        int strideH = window.strideH();
        int strideW = window.strideW();
        int dilationH = window.dilationH();
        int dilationW = window.dilationW();
        int top = window.top();
        int left = window.left();
        boolean nhwc = b.device.nhwc;
        boolean half = b.device.half;
        View y = b.as(s.input(), nhwc, nhwc);
        int[] out = b.dims(s.output());
        int h = out.length == 4 ? out[2] : 1;
        int w = out[out.length - 1];
        boolean alike = Geometry.outputs(h, top, r, strideH, dilationH) == y.h()
                && Geometry.outputs(w, left, q, strideW, dilationW) == y.w();
        int wholeH = Math.max((y.h() - 1) * strideH + (r - 1) * dilationH + 1, top + h);
        int wholeW = Math.max((y.w() - 1) * strideW + (q - 1) * dilationW + 1, left + w);
        if (!alike
                && (Geometry.outputs(wholeH, 0, r, strideH, dilationH) != y.h()
                        || Geometry.outputs(wholeW, 0, q, strideW, dilationW) != y.w())) {
            throw b.unsupported("a transposed convolution with this output padding");
        }
        View result = b.place(s.output(), nhwc);
        boolean direct = alike && (!nhwc || result.isDense());
        View x = direct
                ? result
                : b.fresh(new int[] {y.n(), out[1], alike ? h : wholeH, alike ? w : wholeW}, nhwc, half);
        Geometry g = new Geometry(
                true,
                half,
                nhwc,
                x.n(),
                x.c(),
                x.h(),
                x.w(),
                x.pitch(),
                y.c(),
                y.h(),
                y.w(),
                y.pitch(),
                r,
                q,
                alike ? top : 0,
                alike ? left : 0,
                strideH,
                strideW,
                dilationH,
                dilationW,
                s.group(),
                b.device.math);
        Buf weights = b.content(new Content.Weights(
                s.weights(), s.scale(), 1, s.group(), nhwc ? Content.Order.CHANNELS_LAST : Content.Order.PLAIN, half));
        b.run("convolution", new ConvCall(b.device, s.name(), LegacyForm.alone(g, x, y), weights, null), x, y);
        if (!direct) {
            int cutTop = alike ? 0 : -top;
            int cutLeft = alike ? 0 : -left;
            Layout from = x.layout();
            Layout to = result.layout();
            b.run("cut", () -> b.images.pad(from, x.at(), to, result.at(), cutTop, cutLeft, 0, b.stream), x, result);
        }
        ElementLowering.epilogue(b, result, result, null, s.bias(), s.after());
    }
}
