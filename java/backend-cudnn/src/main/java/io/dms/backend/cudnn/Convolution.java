package io.dms.backend.cudnn;

import org.jspecify.annotations.Nullable;

/**
 * One convolution of the network with the descriptors that it owns. {@link #bind} sets them to the channels of the level
 * that runs; levels share this object, so a hundred levels have no more descriptors than one, and a change of level
 * costs a few calls that write to host memory. Not thread-safe.
 */
final class Convolution implements AutoCloseable {
    private final Gpu gpu;
    private final long x;
    private final long y;
    private final long bias;
    private final long weights;
    private final long convolution;
    private final long relu;
    private final long identity;
    private @Nullable Geometry bound;
    private int boundMath = -1;

    Convolution(Gpu gpu) {
        this.gpu = gpu;
        x = gpu.newTensor();
        y = gpu.newTensor();
        bias = gpu.newTensor();
        weights = gpu.newFilter();
        convolution = gpu.newConvolution();
        relu = gpu.newActivation();
        identity = gpu.newActivation();
        gpu.setActivation(relu, Gpu.RELU);
        gpu.setActivation(identity, Gpu.IDENTITY);
    }

    /**
     * Sets the descriptors for a level's channels and the mathematics of its algorithm. Does nothing where the last call
     * was for the same level.
     */
    void bind(Geometry g, int math) {
        if (!g.equals(bound)) {
            bound = null;
            set(x, g, g.c(), g.h(), g.w(), g.xPitch());
            set(y, g, g.k(), g.p(), g.q(), g.yPitch());
            gpu.setTensor(bias, g.half(), 1, g.k(), 1, 1, g.k(), 1, 1, 1);
            gpu.setFilter(weights, g.half(), g.nhwc(), g.k(), g.c() / g.groups(), g.r(), g.s());
            gpu.setConvolution(
                    convolution,
                    g.padH(),
                    g.padW(),
                    g.strideH(),
                    g.strideW(),
                    g.dilationH(),
                    g.dilationW(),
                    g.groups(),
                    math);
            bound = g;
            boundMath = math;
        } else if (math != boundMath) {
            gpu.setMath(convolution, math);
            boundMath = math;
        }
    }

    private void set(long desc, Geometry g, int c, int h, int w, int pitch) {
        // One image has no stride between images; the plain one lets more algorithms take it.
        int held = g.n() == 1 && !g.nhwc() ? c : pitch;
        if (g.nhwc()) {
            gpu.setTensor(desc, g.half(), g.n(), c, h, w, held * h * w, 1, held * w, held);
        } else {
            gpu.setTensor(desc, g.half(), g.n(), c, h, w, held * h * w, h * w, w, 1);
        }
    }

    /** What works for the geometry that is bound, the fastest first; by running or, with no scratch memory, by rule. */
    Algorithm[] algorithms(boolean back, long xAt, long wAt, long yAt, long work, long bytes) {
        return work == 0
                ? gpu.expect(back, x, weights, convolution, y)
                : gpu.search(back, x, xAt, weights, wAt, convolution, y, yAt, work, bytes);
    }

    void forward(long xAt, long wAt, long yAt, Algorithm a, long work) {
        gpu.convolve(x, xAt, weights, wAt, convolution, a.id(), work, a.workspace(), y, yAt);
    }

    void fused(long xAt, long wAt, long biasAt, long z, boolean withRelu, long yAt, Algorithm a, long work) {
        gpu.convolveFused(
                x,
                xAt,
                weights,
                wAt,
                convolution,
                a.id(),
                work,
                a.workspace(),
                z,
                bias,
                biasAt,
                withRelu ? relu : identity,
                y,
                yAt);
    }

    void back(long yAt, long wAt, long xAt, Algorithm a, long work) {
        gpu.convolveBack(weights, wAt, y, yAt, convolution, a.id(), work, a.workspace(), x, xAt);
    }

    @Override
    public void close() {
        gpu.destroyActivation(identity);
        gpu.destroyActivation(relu);
        gpu.destroyConvolution(convolution);
        gpu.destroyFilter(weights);
        gpu.destroyTensor(bias);
        gpu.destroyTensor(y);
        gpu.destroyTensor(x);
    }
}
