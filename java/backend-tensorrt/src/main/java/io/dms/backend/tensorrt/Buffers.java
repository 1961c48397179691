package io.dms.backend.tensorrt;

import io.dms.model.Graph;
import io.dms.model.ScalableModel;
import io.dms.model.UserException;
import java.nio.ByteOrder;
import java.nio.FloatBuffer;
import java.util.ArrayList;
import java.util.List;

/** What the buffers of a call have to be. Immutable. */
final class Buffers {
    private final ScalableModel model;
    private final int batch;
    private final int inputs;
    private final String[] names;
    private final int[] elements;

    Buffers(ScalableModel model, int batch) {
        this.model = model;
        this.batch = batch;
        List<Graph.Value> all = new ArrayList<>(model.graph().inputs());
        inputs = all.size();
        all.addAll(model.graph().outputs());
        names = all.stream().map(Graph.Value::name).toArray(String[]::new);
        elements = all.stream()
                .mapToInt(v -> Math.toIntExact(v.shape().withBatch(batch).elements()))
                .toArray();
    }

    /** Allocates nothing where all is well. */
    void check(FloatBuffer[] in, FloatBuffer[] out) {
        check(in, 0, inputs, "input");
        check(out, inputs, names.length - inputs, "output");
    }

    private void check(FloatBuffer[] buffers, int first, int count, String what) {
        if (buffers.length != count) {
            throw new UserException("the model " + model.name() + " has " + count + " " + what
                    + "s but the call brings " + buffers.length);
        }
        for (int i = 0; i < count; i++) {
            FloatBuffer f = buffers[i];
            boolean writable = f != null && (first == 0 || !f.isReadOnly());
            if (f == null || !f.isDirect() || f.order() != ByteOrder.nativeOrder() || !writable) {
                throw new UserException("the buffer of " + what + " " + names[first + i]
                        + " must be a direct FloatBuffer of native byte order"
                        + (writable ? "" : " that can be written"));
            }
            if (f.capacity() < elements[first + i]) {
                throw new UserException("the buffer of " + what + " " + names[first + i] + " must hold "
                        + elements[first + i] + " floats (batch " + batch + ") but holds " + f.capacity());
            }
        }
    }
}
