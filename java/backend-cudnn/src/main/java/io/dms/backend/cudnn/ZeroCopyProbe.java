package io.dms.backend.cudnn;

import io.dms.backend.cudnn.bridge.Tensors;
import io.dms.cuda.DeviceException;
import io.dms.cuda.DeviceMemory;

/**
 * Whether weights in the order [C][R][S][K], of which every level is a prefix that a product reads by its leading
 * dimension, are ever faster than packed weights in cuDNN. Two ways to a convolution by products are tried: one product
 * over columns that are copied out of the image first, and one product for each place of the window, added up, which
 * copies nothing. Used by one thread.
 */
public final class ZeroCopyProbe implements AutoCloseable {
    private final Workbench bench = new Workbench();

    /**
     * Microseconds on the device.
     *
     * @param packed cuDNN's fastest algorithm on weights packed for the level
     * @param columns the copy of columns and one product, weights in place
     * @param shifts a product for each place of the window, weights in place; NaN for strides above 1
     * @param columnsError of the result against cuDNN's
     * @param shiftsError the same
     */
    public record Times(double packed, double columns, double shifts, double columnsError, double shiftsError) {
        /** The faster way without a copy of weights, over packed weights. */
        public double ratio() {
            return (Double.isNaN(shifts) ? columns : Math.min(columns, shifts)) / packed;
        }
    }

    /**
     * Measures a shape; images are channels-last for the products, and as this backend lays them out for cuDNN.
     *
     * @param half half precision, else single without TF32
     * @param times how often each is run in a row
     * @throws io.dms.model.EnvironmentException if there is no device
     */
    public Times measure(ConvShape s, boolean half, int times) {
        try {
            float[] x = Workbench.random(s.inputs(), 1);
            float[] master = Workbench.random(s.masters(), 2);
            float[] want = new float[s.outputs()];
            double packed = packed(s, half, times, x, master, want);
            float[] got = new float[s.outputs()];
            long image = padded(s, half, x);
            long weights = bench.upload(master, half);
            double columns = columns(s, half, times, image, weights, got);
            double columnsError = Workbench.error(got, want);
            double shifts = Double.NaN;
            double shiftsError = Double.NaN;
            if (s.stride() == 1) {
                shifts = shifts(s, half, times, image, weights, got);
                shiftsError = Workbench.error(got, want);
            }
            return new Times(packed, columns, shifts, columnsError, shiftsError);
        } finally {
            bench.clear();
        }
    }

    /** cuDNN with a filter of the level alone; the result as [N][P][Q][K]. */
    private double packed(ConvShape s, boolean half, int times, float[] x, float[] master, float[] out) {
        boolean last = half;
        Gpu gpu = bench.gpu;
        int r = s.window();
        float[] filter = new float[s.filters()];
        for (int k = 0; k < s.k(); k++) {
            for (int c = 0; c < s.c(); c++) {
                for (int p = 0; p < r * r; p++) {
                    float v = master[(c * r * r + p) * s.kMax() + k];
                    filter[last ? (k * r * r + p) * s.c() + c : (k * s.c() + c) * r * r + p] = v;
                }
            }
        }
        long xAt = bench.upload(last ? x : toFirst(x, s.c(), s.size()), half);
        long wAt = bench.upload(filter, half);
        long yAt = bench.zeros((half ? 2L : 4L) * s.outputs());
        Geometry g = geometry(s, half);
        try (Convolution convolution = new Convolution(gpu.dnn());
                DeviceMemory work = DeviceMemory.device(gpu, Math.min(Device.workspaceLimit(), gpu.freeBytes() / 4))) {
            convolution.bind(g, g.math());
            Algorithm[] found = convolution.algorithms(false, xAt, wAt, yAt, work.address(), work.bytes());
            Algorithm best = Algorithm.best(found, !half, work.bytes());
            if (best == null) {
                throw new DeviceException(DeviceException.Kind.UNSUPPORTED, s + ": cuDNN has no algorithm");
            }
            convolution.bind(g, best.math());
            double micros = bench.micros(() -> convolution.forward(xAt, wAt, yAt, best, work.address()), times);
            float[] y = bench.download(yAt, s.outputs(), half);
            System.arraycopy(last ? y : toLast(y, s.k(), s.out()), 0, out, 0, out.length);
            return micros;
        }
    }

    /** Channels last in half precision, channels first in single: what {@link Device} chooses without TF32. */
    private static Geometry geometry(ConvShape s, boolean half) {
        int r = s.window();
        int math = half ? Dnn.TENSOR_OP_MATH : Dnn.FMA_MATH;
        return new Geometry(
                false,
                half,
                half,
                s.batch(),
                s.c(),
                s.size(),
                s.size(),
                s.c(),
                s.k(),
                s.out(),
                s.out(),
                s.k(),
                r,
                r,
                s.pad(),
                s.pad(),
                s.stride(),
                s.stride(),
                1,
                1,
                1,
                math);
    }

    static float[] toFirst(float[] last, int c, int size) {
        float[] out = new float[last.length];
        int hw = size * size;
        for (int i = 0; i < last.length; i++) {
            int image = i / (c * hw);
            int pixel = i / c % hw;
            out[(image * c + i % c) * hw + pixel] = last[i];
        }
        return out;
    }

    static float[] toLast(float[] first, int c, int size) {
        float[] out = new float[first.length];
        int hw = size * size;
        for (int i = 0; i < first.length; i++) {
            int image = i / (c * hw);
            int channel = i / hw % c;
            out[(image * hw + i % hw) * c + channel] = first[i];
        }
        return out;
    }

    private static int wide(ConvShape s) {
        return s.size() + 2 * s.pad();
    }

    /** The image with its ring of zeroes, [N][H+][W+][C]. */
    private long padded(ConvShape s, boolean half, float[] x) {
        int wide = wide(s);
        float[] out = new float[s.batch() * wide * wide * s.c()];
        for (int i = 0; i < x.length; i++) {
            int pixel = i / s.c();
            int image = pixel / (s.size() * s.size());
            int row = pixel / s.size() % s.size() + s.pad();
            int column = pixel % s.size() + s.pad();
            out[((image * wide + row) * wide + column) * s.c() + i % s.c()] = x[i];
        }
        return bench.upload(out, half);
    }

    private double columns(ConvShape s, boolean half, int times, long image, long weights, float[] out) {
        int r = s.window();
        int p = s.out();
        int c = s.c();
        int wide = wide(s);
        int depth = c * r * r;
        int rows = s.batch() * p * p;
        long bytes = half ? 2 : 4;
        long column = bench.zeros(bytes * rows * depth);
        long y = bench.zeros(bytes * s.outputs());
        long stream = bench.gpu.stream();
        int type = half ? Tensors.F16 : Tensors.F32;
        Product product = Product.of(false, s.k(), rows, depth, s.kMax(), depth, s.k(), half);
        try (HostLongs dims = new HostLongs(s.batch(), p, p, c, r, r);
                HostLongs from = new HostLongs(
                        (long) wide * wide * c,
                        (long) s.stride() * wide * c,
                        (long) s.stride() * c,
                        1,
                        (long) wide * c,
                        c);
                HostLongs to = new HostLongs((long) p * p * depth, (long) p * depth, depth, (long) r * r, r, 1)) {
            double micros = bench.micros(
                    () -> {
                        bench.bridge
                                .tensors()
                                .copy(
                                        6,
                                        dims.address(),
                                        image,
                                        type,
                                        from.address(),
                                        column,
                                        type,
                                        to.address(),
                                        stream);
                        bench.gpu.blas().multiply(product, weights, column, y);
                    },
                    times);
            float[] got = bench.download(y, s.outputs(), half);
            System.arraycopy(got, 0, out, 0, out.length);
            return micros;
        }
    }

    /** Rows of the result are those of the padded image: what stands past a row's end is of no meaning. */
    private double shifts(ConvShape s, boolean half, int times, long image, long weights, float[] out) {
        int r = s.window();
        int wide = wide(s);
        int places = s.batch() * wide * wide;
        int rows = places - (r - 1) * wide - (r - 1);
        Product first = Product.of(false, s.k(), rows, s.c(), r * r * s.kMax(), s.c(), s.k(), half);
        Product next = first.added();
        long bytes = half ? 2 : 4;
        long y = bench.zeros(bytes * places * s.k());
        double micros = bench.micros(
                () -> {
                    for (int i = 0; i < r * r; i++) {
                        long from = image + bytes * s.c() * ((long) i / r * wide + i % r);
                        long with = weights + bytes * i * s.kMax();
                        bench.gpu.blas().multiply(i > 0 ? next : first, with, from, y);
                    }
                },
                times);
        float[] got = bench.download(y, places * s.k(), half);
        int p = s.out();
        for (int i = 0; i < out.length; i++) {
            int pixel = i / s.k();
            int n = pixel / (p * p);
            int row = pixel / p % p;
            out[i] = got[((n * wide + row) * wide + pixel % p) * s.k() + i % s.k()];
        }
        return micros;
    }

    @Override
    public void close() {
        bench.close();
    }
}
