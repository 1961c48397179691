package io.dms.serve.split;

import io.dms.serve.client.InferenceClient;
import io.dms.serve.client.LocalModel;
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
    private final LocalModel trunk;
    private final @Nullable LocalModel restHere;
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
            LocalModel trunk, InferenceClient client, String rest, TensorType wire, @Nullable LocalModel restHere) {
        this(trunk, new RemoteVariant(client, rest, Map.of(), restHere), wire, restHere);
    }

    /**
     * @param trunk the first layers
     * @param rest the others on the server; what it has learned of it is kept and shared
     * @param wire FP32, FP16, BF16 or INT8; a server that is not DMS takes FP32
     * @param here what answers from the features on the device, or null
     */
    public SplitVariant(LocalModel trunk, RemoteVariant rest, TensorType wire, @Nullable LocalModel here) {
        this.trunk = trunk;
        this.rest = rest;
        this.wire = wire;
        this.restHere = here;
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
        RemoteAnswer a = rest.serve(List.of(sent), deadlineNanos, restHere);
        return new RemoteAnswer(a.from(), a.response(), a.loss(), System.nanoTime() - start);
    }
}
