package io.dms.model.onnx;

import ai.onnxruntime.OnnxTensor;
import ai.onnxruntime.OnnxTensorLike;
import ai.onnxruntime.OrtEnvironment;
import ai.onnxruntime.OrtException;
import ai.onnxruntime.OrtSession;
import ai.onnxruntime.OrtSession.SessionOptions;
import java.nio.FloatBuffer;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * One model in ONNX Runtime, the judge of what a model computes. Its optimiser is off: version 1.28 joins a Pad with an
 * AveragePool that rounds up, which changes the result.
 */
final class Ort implements AutoCloseable {
    private final SessionOptions options;
    private final OrtSession session;

    /** A float tensor. */
    record Value(long[] shape, float[] data) {}

    private Ort(byte @Nullable [] model, @Nullable Path file) throws OrtException {
        options = new SessionOptions();
        options.setIntraOpNumThreads(2);
        options.setSessionLogLevel(ai.onnxruntime.OrtLoggingLevel.ORT_LOGGING_LEVEL_ERROR);
        options.setOptimizationLevel(SessionOptions.OptLevel.NO_OPT);
        OrtEnvironment env = OrtEnvironment.getEnvironment();
        session = file != null
                ? env.createSession(file.toString(), options)
                : env.createSession(model == null ? new byte[0] : model, options);
    }

    static Ort of(byte[] model) throws OrtException {
        return new Ort(model, null);
    }

    static Ort of(Path file) throws OrtException {
        return new Ort(null, file);
    }

    /** Outputs by name, in the model's order; all of them float. */
    Map<String, Value> run(Map<String, Value> inputs) throws OrtException {
        Map<String, OnnxTensorLike> feed = new LinkedHashMap<>();
        for (Map.Entry<String, Value> e : inputs.entrySet()) {
            feed.put(
                    e.getKey(),
                    OnnxTensor.createTensor(
                            OrtEnvironment.getEnvironment(),
                            FloatBuffer.wrap(e.getValue().data()),
                            e.getValue().shape()));
        }
        try (OrtSession.Result result = session.run(feed)) {
            Map<String, Value> out = new LinkedHashMap<>();
            for (Map.Entry<String, ai.onnxruntime.OnnxValue> e : result) {
                OnnxTensor t = (OnnxTensor) e.getValue();
                FloatBuffer b = t.getFloatBuffer();
                float[] v = new float[b.remaining()];
                b.get(v);
                out.put(e.getKey(), new Value(t.getInfo().getShape(), v));
            }
            return out;
        } finally {
            feed.values().forEach(OnnxTensorLike::close);
        }
    }

    @Override
    public void close() {
        try {
            session.close();
            options.close();
        } catch (OrtException e) {
            throw new IllegalStateException(e);
        }
    }
}
