package io.dms.backend.cudnn;

import io.dms.backend.cudnn.bridge.Images;
import io.dms.backend.cudnn.bridge.Layout;
import io.dms.backend.cudnn.bridge.Window;
import io.dms.model.Tensor;
import io.dms.runtime.Step;
import java.util.List;

/**
 * Layers that are products: 1x1 convolutions and linear layers. They read the full-width weights in place, by a leading
 * dimension.
 */
final class ProductLowering {
    private final PlanBuilder b;
    private final Step.Linear s;
    private final boolean half;

    /** Weights of a product: where, from which element on, and how far from one row to the next. */
    private record Matrix(Buf buf, long offset, int rowElements, boolean scaled) {
        long at() {
            return buf.address + offset;
        }
    }

    ProductLowering(PlanBuilder b, Step.Linear s) {
        this.b = b;
        this.s = s;
        this.half = b.device.half;
    }

    private Matrix matrix() {
        Tensor t = s.weights();
        int size = half ? 2 : 4;
        if (t.cut(0).ranges() == 1 && t.cut(1).ranges() == 1) {
            float[] shared = b.scales.of(s);
            Buf all = b.content(new Content.Master(t.base(), half, shared, SharedScales.axis(s)));
            int row = t.cut(1).size();
            return new Matrix(
                    all,
                    (long) size * ((long) t.cut(0).start(0) * row + t.cut(1).start(0)),
                    row,
                    shared != null);
        }
        // The consumer of a concat reads several ranges of columns: gathered once for the level.
        Buf packed = b.content(new Content.Weights(t, s.scale(), s.inputMajor() ? 1 : 0, 1, Content.Order.PLAIN, half));
        return new Matrix(packed, 0, t.cut(1).kept(), true);
    }

    /** The places that a stride leaves, without gaps: the image is smaller than the weights that are then not packed. */
    private View thinned(Window p) {
        View in = b.as(s.input(), b.device.nhwc, false);
        if (p.strideH() == 1 && p.strideW() == 1) {
            return in;
        }
        int oh = Geometry.outputs(in.h(), 0, 1, p.strideH(), 1);
        int ow = Geometry.outputs(in.w(), 0, 1, p.strideW(), 1);
        View x = b.fresh(new int[] {in.n(), in.c(), oh, ow}, b.device.nhwc, half);
        Layout from = in.layout();
        Layout to = x.layout();
        Window places = new Window(1, 1, p.strideH(), p.strideW(), 0, 0, 1, 1);
        b.run(
                "every " + p.strideH() + "x" + p.strideW(),
                () -> b.images.pool(Images.POOL_AVERAGE, from, in.at(), to, x.at(), places, b.stream),
                in,
                x);
        return x;
    }

    /** A convolution whose window is one place. */
    void pointwise(Window p) {
        boolean nhwc = b.device.nhwc;
        View x = thinned(p);
        View y = b.place(s.output(), nhwc);
        Matrix w = matrix();
        int k = y.c();
        int c = x.c();
        if (nhwc) {
            int rows = Math.multiplyExact(x.n(), x.hw());
            Product product = Product.of(true, k, rows, c, w.rowElements, x.pitch(), y.pitch(), half);
            run(weightsFirst(product, w, x), y, w);
        } else {
            int hw = x.hw();
            Product product =
                    Product.of(false, hw, k, c, hw, w.rowElements, hw, half).times(x.n(), x.strideN(), 0, y.strideN());
            run(new MatmulOffers.Operands(product, x, x::at, w::at, x.offset(), w.offset, false), y, w);
        }
    }

    private static MatmulOffers.Operands weightsFirst(Product product, Matrix w, View x) {
        return new MatmulOffers.Operands(product, x, w::at, x::at, w.offset, x.offset(), true);
    }

    /** Appends the product with what follows it. */
    private void run(MatmulOffers.Operands o, View y, Matrix w) {
        float[] scale = w.scaled ? null : s.scale();
        Blas blas = b.device.gpu.blas();
        Product product = o.product();
        List<Runnable> behind = b.collect(() -> ElementLowering.epilogue(b, y, y, scale, s.bias(), s.after()));
        Alternatives plans = new MatmulOffers(b, s).of(o, y, scale, behind);
        Runnable multiply = () -> blas.multiply(product, o.a().getAsLong(), o.b().getAsLong(), y.at());
        b.run("product", new ProductCall(multiply, behind, plans), o.x(), y);
    }

    /** A linear layer. */
    void product() {
        int[] in = b.dims(s.input());
        int[] out = b.dims(s.output());
        int c = in[in.length - 1];
        int k = out[out.length - 1];
        int rows = 1;
        for (int i = 0; i < in.length - 1; i++) {
            rows = Math.multiplyExact(rows, in[i]);
        }
        View x = b.plain(s.input());
        View whole = b.fresh(out, false, half);
        b.set(s.output(), whole);
        View y = whole.plainAs(rows, k, 1, 1);
        Matrix w = matrix();
        Product product = Product.of(!s.inputMajor(), k, rows, c, w.rowElements, c, k, half);
        run(weightsFirst(product, w, x), y, w);
    }
}
