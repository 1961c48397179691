package io.dms.backend.cudnn;

import org.jspecify.annotations.Nullable;

/**
 * A product with what cuBLASLt does in the same kernel: {@code d = relu(scale * op(a) b + z + bias)}. All that a choice depends on
 * beside device and library. Bias and scale lie along m, which has to be the axis of channels; z has the extents of the
 * result.
 *
 * @param compute how it multiplies and adds
 * @param scaled has a factor for each of m, in single precision
 * @param bias has a number for each of m, in the type of the result
 * @param ldz elements from one row of z to the next; 0 without it
 * @param strideZ elements from one product's z to the next one's
 * @param alignA bytes of which the address of a, its rows and steps are multiples, as of the others
 */
record Matmul(
        Product product,
        Compute compute,
        boolean scaled,
        boolean bias,
        boolean relu,
        int ldz,
        long strideZ,
        int alignA,
        int alignB,
        int alignZ,
        int alignD) {
    /** Buffers begin at multiples of this. */
    private static final int MOST_ALIGNMENT = 64;

    /** How elements are multiplied; sums are single precision. */
    enum Compute {
        /** Single precision, not rounded. */
        EXACT,
        /** Single precision, rounded to TF32. */
        TF32,
        /** Half precision. */
        HALF
    }

    /** What a session allows. */
    static Compute compute(Device device) {
        return device.half ? Compute.HALF : device.math == Dnn.FMA_MATH ? Compute.EXACT : Compute.TF32;
    }

    /** The product alone. */
    static Matmul alone(Product p, Compute compute, long offsetA, long offsetB, long offsetD) {
        int d = alignment(p, offsetD, p.ldc(), p.strideC());
        return new Matmul(
                p,
                compute,
                false,
                false,
                false,
                0,
                0,
                alignment(p, offsetA, p.lda(), p.strideA()),
                alignment(p, offsetB, p.ldb(), p.strideB()),
                d,
                d);
    }

    /** The same with what follows. */
    Matmul with(boolean scaled, boolean bias, boolean relu, @Nullable View z) {
        if (z == null) {
            return new Matmul(product, compute, scaled, bias, relu, 0, 0, alignA, alignB, alignD, alignD);
        }
        int ld = z.nhwc() ? z.pitch() : product.count() == 1 ? product.ldc() : z.hw();
        long stride = product.count() == 1 ? 0 : z.strideN();
        int align = alignment(product, z.offset(), ld, stride);
        return new Matmul(product, compute, scaled, bias, relu, ld, stride, alignA, alignB, align, alignD);
    }

    /** True where a tensor is added. */
    boolean adds() {
        return ldz > 0;
    }

    boolean isFused() {
        return scaled || bias || relu || adds();
    }

    private static int alignment(Product p, long offset, long ld, long stride) {
        long size = p.half() ? 2 : 4;
        return (int) Long.lowestOneBit(offset | size * ld | size * stride | MOST_ALIGNMENT);
    }

    /** One line that differs wherever another algorithm might be better. */
    String key() {
        Product p = product;
        return "product" + (p.half() ? " f16" : " f32") + (p.transposeA() ? " t" : " n") + " " + p.m() + "," + p.n()
                + ","
                + p.k() + "/" + p.lda() + "," + p.ldb() + "," + p.ldc()
                + (p.count() == 1 ? "" : " x" + p.count() + "/" + p.strideA() + "," + p.strideB() + "," + p.strideC())
                + (scaled ? " scale" : "") + (bias ? " bias" : "")
                + (adds() ? " z" + ldz + "," + strideZ + "/" + alignZ : "")
                + (relu ? " relu" : "") + " a" + alignA + "," + alignB + "," + alignD + " " + compute;
    }
}
