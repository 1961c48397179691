package io.dms.serve.client;

import io.dms.serve.protocol.InferRequest;
import io.dms.serve.protocol.InferResponse;
import io.dms.serve.protocol.ModelFigures;
import io.dms.serve.protocol.ModelInfo;
import io.dms.serve.protocol.ServerInfo;

/**
 * One way to a server. Each call is made once; it ends within its time, with an answer or an
 * {@link io.dms.serve.protocol.InferenceException}, and an answer that comes later is thrown away. Thread-safe.
 */
interface Transport extends AutoCloseable {
    boolean live(long nanos);

    boolean ready(long nanos);

    boolean modelReady(String model, String version, long nanos);

    ServerInfo server(long nanos);

    ModelInfo model(String model, String version, long nanos);

    ModelFigures statistics(String model, String version, long nanos);

    /** @param deadlineNanos on the clock of {@link System#nanoTime()}; what is left is worked out at the last moment */
    InferResponse infer(InferRequest request, long deadlineNanos);

    /** The way was lost, or is stuck: what is asked next shall take a new connection, and at once. */
    void forgetLoss();

    @Override
    void close();
}
