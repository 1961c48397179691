package io.dms.cli.bench;

import ai.onnxruntime.OnnxTensor;
import ai.onnxruntime.OrtEnvironment;
import ai.onnxruntime.OrtException;
import ai.onnxruntime.OrtLoggingLevel;
import ai.onnxruntime.OrtSession;
import ai.onnxruntime.OrtSession.SessionOptions.ExecutionMode;
import ai.onnxruntime.OrtSession.SessionOptions.OptLevel;
import io.dms.model.EnvironmentException;
import io.dms.model.Graph;
import java.nio.FloatBuffer;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * A network in ONNX Runtime on the CPU, set as its own guide advises for one model at a time: all graph optimisations,
 * nodes one after the other, as many intra-op threads as this project uses. Inputs and outputs are bound once to direct
 * memory, so that a call copies nothing. Its threads may spin while a call runs, as by default, but stop when the call
 * is over ({@code session.force_spinning_stop}): else they would take cores from whoever is measured next.
 */
final class OnnxRuntimePeer extends Contestant implements AutoCloseable {
    /** All sessions count as one engine: they disturb each other no more than levels do. */
    private static final Object ENGINE = new Object();

    private final OrtSession session;
    private final Map<String, OnnxTensor> inputs = new LinkedHashMap<>();
    private final Map<String, OnnxTensor> outputs = new LinkedHashMap<>();

    /** @param model bytes of an ONNX file */
    OnnxRuntimePeer(byte[] model, Graph graph, int batch, int threads, FloatBuffer[] in, FloatBuffer[] out) {
        try (OrtSession.SessionOptions options = new OrtSession.SessionOptions()) {
            OrtEnvironment environment = OrtEnvironment.getEnvironment(OrtLoggingLevel.ORT_LOGGING_LEVEL_ERROR, "dms");
            options.setOptimizationLevel(OptLevel.ALL_OPT);
            options.setExecutionMode(ExecutionMode.SEQUENTIAL);
            options.setIntraOpNumThreads(threads);
            options.setInterOpNumThreads(1);
            options.addConfigEntry("session.force_spinning_stop", "1");
            session = environment.createSession(model, options);
            bind(environment, graph.inputs(), batch, in, inputs);
            bind(environment, graph.outputs(), batch, out, outputs);
        } catch (OrtException e) {
            throw failure(e);
        }
    }

    private static void bind(
            OrtEnvironment environment,
            List<Graph.Value> values,
            int batch,
            FloatBuffer[] buffers,
            Map<String, OnnxTensor> to)
            throws OrtException {
        for (int i = 0; i < buffers.length; i++) {
            Graph.Value v = values.get(i);
            long[] dims = Arrays.stream(v.shape().withBatch(batch).dims())
                    .asLongStream()
                    .toArray();
            to.put(v.name(), OnnxTensor.createTensor(environment, buffers[i], dims));
        }
    }

    /** Name and version, as in {@code onnxruntime 1.28.0}. */
    static String describe() {
        return "onnxruntime " + OrtEnvironment.getEnvironment().getVersion();
    }

    @Override
    Object engine() {
        return ENGINE;
    }

    @Override
    void call() {
        try {
            session.run(inputs, outputs).close();
        } catch (OrtException e) {
            throw failure(e);
        }
    }

    @Override
    public void close() {
        inputs.values().forEach(OnnxTensor::close);
        outputs.values().forEach(OnnxTensor::close);
        try {
            session.close();
        } catch (OrtException e) {
            throw failure(e);
        }
    }

    private static EnvironmentException failure(OrtException e) {
        return new EnvironmentException(
                "ONNX Runtime can't run this model: " + e.getMessage() + "; leave out --peer onnxruntime", e);
    }
}
