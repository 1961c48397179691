package io.dms.serve.client;

import io.dms.model.Graph;
import io.dms.model.UserException;
import io.dms.model.WidthLevel;
import io.dms.runtime.Session;
import io.dms.serve.protocol.InferResponse;
import io.dms.serve.protocol.Numbers;
import io.dms.serve.protocol.Parameters;
import io.dms.serve.protocol.TensorData;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.FloatBuffer;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/**
 * A level of a model that runs here, in the form of the protocol: what a request falls back to. It learns how long a run
 * takes. The session is the caller's and used by one thread at a time; {@link #run} waits for its turn.
 */
public final class DeviceModel implements LocalModel {
    private static final double WEIGHT = 0.1;

    private final Session session;
    private final WidthLevel level;
    private final FloatBuffer[] inputs;
    private final FloatBuffer[] outputs;
    private double meanSeconds;
    private double deviation;
    private long runs;

    /**
     * @param session batch 1
     * @param level prepared here
     */
    public DeviceModel(Session session, WidthLevel level) {
        this.session = session;
        this.level = level;
        Graph graph = session.model().graphAt(level);
        this.inputs = buffers(graph.inputs());
        this.outputs = buffers(graph.outputs());
        session.prepare(level);
        long start = System.nanoTime();
        session.run(level, inputs, outputs);
        learn((System.nanoTime() - start) / 1e9);
    }

    private static FloatBuffer[] buffers(List<Graph.Value> values) {
        return values.stream()
                .map(v -> ByteBuffer.allocateDirect(
                                Math.toIntExact(4 * v.shape().elements()))
                        .order(ByteOrder.nativeOrder())
                        .asFloatBuffer())
                .toArray(FloatBuffer[]::new);
    }

    private void learn(double seconds) {
        double weight = runs == 0 ? 1 : Math.max(WEIGHT, 1.0 / (runs + 1));
        double error = seconds - meanSeconds;
        meanSeconds += weight * error;
        deviation += weight * (Math.abs(error) - deviation);
        runs++;
    }

    @Override
    public synchronized double meanSeconds() {
        return meanSeconds;
    }

    @Override
    public synchronized double seconds() {
        return meanSeconds + 3 * deviation + 0.0005;
    }

    @Override
    public synchronized InferResponse run(List<TensorData> tensors) {
        List<Graph.Value> wanted = session.model().graph().inputs();
        if (tensors.size() != wanted.size()) {
            throw new UserException(
                    "model " + session.model().name() + " takes " + wanted.size() + " inputs, not " + tensors.size());
        }
        long start = System.nanoTime();
        for (int i = 0; i < inputs.length; i++) {
            if (tensors.get(i).elements() != inputs[i].capacity()) {
                throw new UserException("input " + wanted.get(i).name() + " takes " + inputs[i].capacity()
                        + " numbers (one image), not " + tensors.get(i).elements());
            }
            Numbers.toFloats(tensors.get(i), 0, inputs[i], inputs[i].capacity());
        }
        session.run(level, inputs, outputs);
        List<TensorData> out = new ArrayList<>();
        List<Graph.Value> given = session.model().graphAt(level).outputs();
        for (int o = 0; o < outputs.length; o++) {
            long[] shape = java.util.Arrays.stream(
                            given.get(o).shape().withBatch(1).dims())
                    .asLongStream()
                    .toArray();
            out.add(TensorData.ofFloats(given.get(o).name(), shape, outputs[o]));
        }
        learn((System.nanoTime() - start) / 1e9);
        return new InferResponse(
                session.model().name(),
                "",
                "",
                Map.of(Parameters.LEVEL, level.name(), Parameters.WIDTH, level.width()),
                out);
    }
}
