package io.dms.serve.split;

import io.dms.serve.client.DeviceModel;
import io.dms.serve.client.InferenceClient;
import io.dms.serve.client.RemoteAnswer;
import io.dms.serve.client.RemoteVariant;
import io.dms.serve.protocol.InferResponse;
import io.dms.serve.protocol.Numbers;
import io.dms.serve.protocol.TensorData;
import io.dms.serve.protocol.TensorType;
import java.nio.FloatBuffer;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * A variant whose first layers run here and whose rest a server runs; the features between them travel in half precision
 * or as bytes with a scale. Where the server is lost, the rest runs here on the features that are there already, by the
 * rule of {@link RemoteVariant}: the trunk's work is never done twice.
 */
public final class SplitVariant {
    private final DeviceModel trunk;
    private final RemoteVariant rest;
    private final TensorType wire;

    /**
     * @param trunk the first layers
     * @param client of the server that has the rest
     * @param rest name of the rest there
     * @param wire FP32, FP16, BF16 or INT8; a server that is not DMS takes FP32
     * @param restHere the rest on the device, or null
     */
    public SplitVariant(
            DeviceModel trunk, InferenceClient client, String rest, TensorType wire, @Nullable DeviceModel restHere) {
        this.trunk = trunk;
        this.rest = new RemoteVariant(client, rest, Map.of(), restHere);
        this.wire = wire;
    }

    /**
     * Serves a request.
     *
     * @param inputs one image
     * @param deadlineNanos when an answer is worth nothing any more, on the clock of {@link System#nanoTime()}
     */
    public RemoteAnswer serve(List<TensorData> inputs, long deadlineNanos) {
        long start = System.nanoTime();
        InferResponse features = trunk.run(inputs);
        TensorData exact = features.outputs().get(0);
        TensorData sent = wire == TensorType.FP32
                ? exact
                : Numbers.ofFloats(exact.name(), exact.shape(), FloatBuffer.wrap(exact.floats()), wire);
        RemoteAnswer a = rest.serve(List.of(sent), deadlineNanos);
        return new RemoteAnswer(a.from(), a.response(), a.loss(), System.nanoTime() - start);
    }
}
