package io.dms.testkit;

import ai.onnxruntime.OnnxTensor;
import ai.onnxruntime.OnnxValue;
import ai.onnxruntime.OrtEnvironment;
import ai.onnxruntime.OrtException;
import ai.onnxruntime.OrtLoggingLevel;
import ai.onnxruntime.OrtSession;
import ai.onnxruntime.TensorInfo;
import io.dms.model.Graph;
import java.nio.FloatBuffer;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** Runs a graph in ONNX Runtime. */
final class Ort {
    private Ort() {}

    /** The network outputs by name. */
    static Map<String, Nd> run(Graph graph, List<float[]> inputs, int batch) {
        return run(OnnxBytes.of(graph, batch), graph, inputs, batch);
    }

    /** The same for a file that holds the graph. */
    static Map<String, Nd> run(byte[] model, Graph graph, List<float[]> inputs, int batch) {
        OrtEnvironment env = OrtEnvironment.getEnvironment();
        try (OrtSession.SessionOptions options = new OrtSession.SessionOptions()) {
            options.setOptimizationLevel(OrtSession.SessionOptions.OptLevel.NO_OPT);
            options.setIntraOpNumThreads(1);
            options.setSessionLogLevel(OrtLoggingLevel.ORT_LOGGING_LEVEL_ERROR);
            try (OrtSession session = env.createSession(model, options)) {
                Map<String, OnnxTensor> in = new LinkedHashMap<>();
                for (int i = 0; i < inputs.size(); i++) {
                    Graph.Value v = graph.inputs().get(i);
                    long[] dims = Arrays.stream(v.shape().withBatch(batch).dims())
                            .asLongStream()
                            .toArray();
                    in.put(v.name(), OnnxTensor.createTensor(env, FloatBuffer.wrap(inputs.get(i)), dims));
                }
                Map<String, Nd> out = new LinkedHashMap<>();
                try (OrtSession.Result result = session.run(in)) {
                    for (Map.Entry<String, OnnxValue> e : result) {
                        OnnxTensor t = (OnnxTensor) e.getValue();
                        FloatBuffer b = t.getFloatBuffer();
                        float[] data = new float[b.remaining()];
                        b.get(data);
                        int[] dims = Arrays.stream(((TensorInfo) t.getInfo()).getShape())
                                .mapToInt(Math::toIntExact)
                                .toArray();
                        out.put(e.getKey(), new Nd(dims, data));
                    }
                }
                in.values().forEach(OnnxTensor::close);
                return out;
            }
        } catch (OrtException e) {
            throw new IllegalStateException(e.getMessage(), e);
        }
    }
}
