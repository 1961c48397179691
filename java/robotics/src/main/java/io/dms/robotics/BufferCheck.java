package io.dms.robotics;

import io.dms.model.Graph;
import io.dms.model.UserException;
import java.nio.ByteOrder;
import java.nio.FloatBuffer;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** Refuses a caller's buffers before a backend sees them, so that what fails afterwards is the level's fault. */
final class BufferCheck {
    private final String[] names;
    private final long[] elements;
    private final int inputs;

    BufferCheck(Graph graph, int batch) {
        List<Graph.Value> in = graph.inputs();
        List<Graph.Value> out = graph.outputs();
        inputs = in.size();
        names = new String[inputs + out.size()];
        elements = new long[names.length];
        for (int i = 0; i < names.length; i++) {
            Graph.Value v = i < inputs ? in.get(i) : out.get(i - inputs);
            names[i] = (i < inputs ? "input " : "output ") + v.name();
            elements[i] = v.shape().elements() * (v.shape().hasBatch() ? batch : 1);
        }
    }

    void check(FloatBuffer[] in, FloatBuffer[] out) {
        if (in.length != inputs || out.length != names.length - inputs) {
            throw new UserException("the model has " + inputs + " inputs and " + (names.length - inputs)
                    + " outputs, given were " + in.length + " and " + out.length);
        }
        for (int i = 0; i < names.length; i++) {
            String wrong = i < inputs ? wrong(in[i], i) : wrongOutput(out[i - inputs], i);
            if (wrong != null) {
                throw new UserException(
                        "the buffer of " + names[i] + " must be direct and hold " + elements[i] + " floats: " + wrong);
            }
        }
    }

    private @Nullable String wrongOutput(@Nullable FloatBuffer b, int i) {
        return b != null && b.isReadOnly() ? "it can't be written" : wrong(b, i);
    }

    private @Nullable String wrong(@Nullable FloatBuffer b, int i) {
        if (b == null) {
            return "there is none";
        }
        if (!b.isDirect()) {
            return "it is not direct";
        }
        if (b.order() != ByteOrder.nativeOrder()) {
            return "it is not in this machine's byte order, which order(ByteOrder.nativeOrder()) before"
                    + " asFloatBuffer() gives";
        }
        return b.capacity() < elements[i] ? "it holds " + b.capacity() : null;
    }
}
