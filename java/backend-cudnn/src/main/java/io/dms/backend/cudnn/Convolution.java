package io.dms.backend.cudnn;

import static io.dms.backend.cudnn.Descriptors.Kind.ACTIVATION;
import static io.dms.backend.cudnn.Descriptors.Kind.CONVOLUTION;
import static io.dms.backend.cudnn.Descriptors.Kind.FILTER;
import static io.dms.backend.cudnn.Descriptors.Kind.TENSOR;

import org.jspecify.annotations.Nullable;

/**
 * One convolution of the network with the descriptors that it owns. {@link #bind} sets them to the channels of the level
 * that runs; levels share this object, so a hundred levels have no more descriptors than one, and a change of level
 * costs a few calls that write to host memory. Not thread-safe.
 */
final class Convolution implements AutoCloseable {
    private final Dnn dnn;
    private final Descriptors descriptors;
    private final Dnn.Described own;
    private @Nullable Geometry bound;
    private int boundMath = -1;

    Convolution(Dnn dnn) {
        this.dnn = dnn;
        descriptors = dnn.descriptors();
        own = new Dnn.Described(
                descriptors.create(TENSOR),
                descriptors.create(FILTER),
                descriptors.create(TENSOR),
                descriptors.create(CONVOLUTION),
                descriptors.create(ACTIVATION),
                descriptors.create(ACTIVATION),
                descriptors.create(TENSOR));
        descriptors.setActivation(own.relu(), Descriptors.RELU);
        descriptors.setActivation(own.identity(), Descriptors.IDENTITY);
    }

    /**
     * Sets the descriptors for a level's channels and the mathematics of its algorithm. Does nothing where the last call
     * was for the same level.
     */
    void bind(Geometry g, int math) {
        if (!g.equals(bound)) {
            bound = null;
            set(own.x(), g, g.c(), g.h(), g.w(), g.xPitch());
            set(own.y(), g, g.k(), g.p(), g.q(), g.yPitch());
            descriptors.setTensor(own.bias(), g.half(), 1, g.k(), 1, 1, g.k(), 1, 1, 1);
            descriptors.setFilter(own.weights(), g.half(), g.nhwc(), g.k(), g.c() / g.groups(), g.r(), g.s());
            descriptors.setConvolution(
                    own.convolution(),
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
            descriptors.setMath(own.convolution(), math);
            boundMath = math;
        }
    }

    private void set(long desc, Geometry g, int c, int h, int w, int pitch) {
        // One image has no stride between images; the plain one lets more algorithms take it.
        int held = g.n() == 1 && !g.nhwc() ? c : pitch;
        if (g.nhwc()) {
            descriptors.setTensor(desc, g.half(), g.n(), c, h, w, held * h * w, 1, held * w, held);
        } else {
            descriptors.setTensor(desc, g.half(), g.n(), c, h, w, held * h * w, h * w, w, 1);
        }
    }

    /** What works for the geometry that is bound, the fastest first; by running or, with no scratch memory, by rule. */
    Algorithm[] algorithms(boolean back, long xAt, long wAt, long yAt, long work, long bytes) {
        return work == 0 ? dnn.expect(back, own) : dnn.search(back, own, xAt, wAt, yAt, work, bytes);
    }

    void forward(long xAt, long wAt, long yAt, Algorithm a, long work) {
        dnn.forward(own, xAt, wAt, yAt, a, work);
    }

    /** @param z what is added, in the layout of y; 0 for nothing */
    void fused(long xAt, long wAt, long biasAt, long z, boolean withRelu, long yAt, Algorithm a, long work) {
        dnn.fused(own, xAt, wAt, biasAt, z, withRelu, yAt, a, work);
    }

    void back(long yAt, long wAt, long xAt, Algorithm a, long work) {
        dnn.back(own, yAt, wAt, xAt, a, work);
    }

    @Override
    public void close() {
        descriptors.destroy(TENSOR, own.y());
        descriptors.destroy(ACTIVATION, own.identity());
        descriptors.destroy(ACTIVATION, own.relu());
        descriptors.destroy(CONVOLUTION, own.convolution());
        descriptors.destroy(TENSOR, own.bias());
        descriptors.destroy(FILTER, own.weights());
        descriptors.destroy(TENSOR, own.x());
    }
}
