package io.dms.fieldkit;

import io.dms.backend.cudnn.GpuProbe;
import io.dms.model.Graph;
import io.dms.model.ScalableModel;
import io.dms.model.Shape;
import io.dms.model.WidthLevel;
import io.dms.runtime.Backend;
import io.dms.runtime.Session;
import io.dms.runtime.SessionOptions;
import io.dms.testkit.TestData;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.FloatBuffer;
import java.util.Random;

/** A session of a model with one input and one output, and its buffers. Used by one thread. */
final class Runner implements AutoCloseable {
    private static final int IMAGES = 8;

    final Session session;
    private final FloatBuffer input;
    private final FloatBuffer output;

    Runner(Backend backend, ScalableModel model, SessionOptions options) {
        session = backend.open(model, options);
        input = direct(model.graph().inputs().get(0), options.batch());
        output = direct(model.graph().outputs().get(0), options.batch());
    }

    private static FloatBuffer direct(Graph.Value value, int batch) {
        int n = 1;
        for (int i = 0; i < value.shape().rank(); i++) {
            int d = value.shape().dim(i);
            n *= d == Shape.BATCH ? batch : d;
        }
        return ByteBuffer.allocateDirect(4 * n).order(ByteOrder.nativeOrder()).asFloatBuffer();
    }

    int inputs() {
        return input.capacity();
    }

    static float[] gaussian(int n, Random random) {
        float[] x = new float[n];
        for (int i = 0; i < n; i++) {
            x[i] = (float) random.nextGaussian();
        }
        return x;
    }

    void feed(float[] values) {
        input.put(0, values);
    }

    /** One call over an output full of NaN, so that what is not written shows. */
    float[] poisoned(WidthLevel level) {
        for (int i = 0; i < output.capacity(); i++) {
            output.put(i, Float.NaN);
        }
        session.run(level, input, output);
        float[] y = new float[output.capacity()];
        output.get(0, y);
        return y;
    }

    /**
     * The largest difference between outputs of this and of another session over the largest value, on eight random
     * images: on one image alone the ratio swings by as much as rounding to TF32 leaves below its bar.
     */
    double error(Runner want, WidthLevel level, Random random) {
        int calls = Math.max(1, IMAGES / session.options().batch());
        int n = output.capacity();
        float[] ours = new float[calls * n];
        float[] theirs = new float[calls * n];
        for (int i = 0; i < calls; i++) {
            float[] x = gaussian(inputs(), random);
            feed(x);
            want.feed(x);
            System.arraycopy(poisoned(level), 0, ours, i * n, n);
            System.arraycopy(want.poisoned(level), 0, theirs, i * n, n);
        }
        return TestData.relativeError(ours, theirs);
    }

    /** Nanoseconds of one call. */
    long call(WidthLevel level) {
        long start = System.nanoTime();
        session.run(level, input, output);
        return System.nanoTime() - start;
    }

    /** Which of cuDNN's interfaces and cuBLAS compute how many layers of a level that ran. */
    String layers(WidthLevel level) {
        return GpuProbe.interfaces(session, level).toString();
    }

    @Override
    public void close() {
        session.close();
    }
}
