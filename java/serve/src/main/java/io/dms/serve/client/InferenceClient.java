package io.dms.serve.client;

import io.dms.serve.protocol.InferRequest;
import io.dms.serve.protocol.InferResponse;
import io.dms.serve.protocol.InferenceException;
import io.dms.serve.protocol.ModelFigures;
import io.dms.serve.protocol.ModelInfo;
import io.dms.serve.protocol.Parameters;
import io.dms.serve.protocol.Refusal;
import io.dms.serve.protocol.ScoredClass;
import io.dms.serve.protocol.ServerInfo;
import io.dms.serve.protocol.TensorData;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.SplittableRandom;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;

/**
 * A client of one server of the Open Inference Protocol. Every call ends within its time, with one answer or an
 * {@link InferenceException} that says why there is none.
 *
 * <p><b>Retries.</b> An inference has no effect but its answer, so asking twice does no harm; a request is sent again
 * where the server could not be reached, was lost, is shutting down or was busy ({@link Refusal#mayTryAgain}), at most so
 * often as {@link ClientOptions#attempts} says and only while the deadline leaves time for a round trip. What was wrong
 * with the request itself, was too late, or failed in the server is not sent again. An answer to an attempt that was
 * given up is thrown away.
 *
 * <p>Every request teaches {@link #network()}. Thread-safe.
 */
public final class InferenceClient implements AutoCloseable {
    private final ClientOptions options;
    private final Transport transport;
    private final NetworkModel network;
    private final SplittableRandom random = new SplittableRandom();

    private InferenceClient(ClientOptions options, NetworkModel network) {
        this.options = options;
        this.network = network;
        this.transport = options.grpc() ? new GrpcTransport(options) : new RestTransport(options);
    }

    /** A client of a server by its address, as in {@link ClientOptions#of}. Connects at the first call. */
    public static InferenceClient of(String address) {
        return new InferenceClient(ClientOptions.of(address), new NetworkModel(0, 0));
    }

    /** A client. Connects at the first call. */
    public static InferenceClient of(ClientOptions options, NetworkModel network) {
        return new InferenceClient(options, network);
    }

    /** What was learned of the way to the server. */
    public NetworkModel network() {
        return network;
    }

    /** Whether the server lives; false where it can't be reached. Teaches the network model a round trip. */
    public boolean live(Duration timeout) {
        long start = System.nanoTime();
        try {
            boolean live = transport.live(timeout.toNanos());
            network.answered(0, 0, (System.nanoTime() - start) / 1e9);
            return live;
        } catch (InferenceException e) {
            network.lost(System.nanoTime());
            transport.forgetLoss();
            return false;
        }
    }

    /** Whether the server can serve; false where it can't be reached. */
    public boolean ready(Duration timeout) {
        try {
            return transport.ready(timeout.toNanos());
        } catch (InferenceException e) {
            return false;
        }
    }

    /**
     * Whether a model can serve.
     *
     * @param version empty for the server's choice
     * @throws InferenceException if there is no such model, or the server can't be reached
     */
    public boolean modelReady(String model, String version, Duration timeout) {
        return transport.modelReady(model, version, timeout.toNanos());
    }

    /** What the server says of itself. */
    public ServerInfo server(Duration timeout) {
        return transport.server(timeout.toNanos());
    }

    /**
     * What the server says of a model.
     *
     * @param version empty for the server's choice
     */
    public ModelInfo model(String model, String version, Duration timeout) {
        return transport.model(model, version, timeout.toNanos());
    }

    /**
     * What became of a model's requests on the server: the statistics extension.
     *
     * @param version empty for the server's choice
     * @throws InferenceException if there is no such model, the server lacks the extension or can't be reached
     */
    public ModelFigures statistics(String model, String version, Duration timeout) {
        return transport.statistics(model, version, timeout.toNanos());
    }

    /**
     * The best classes of each image of a request: the classification extension. The server sorts and names them, and no
     * scores travel. Retries as {@link #infer(InferRequest, long)} does.
     *
     * @param output name of the output that holds the scores
     * @param most classes for each image, at least 1
     * @throws InferenceException if there is no answer in time, or the server lacks the extension
     */
    public List<List<ScoredClass>> classify(InferRequest request, String output, int most, long deadlineNanos) {
        InferRequest asked = new InferRequest(
                request.model(),
                request.version(),
                request.id(),
                request.parameters(),
                request.inputs(),
                List.of(new InferRequest.Output(output, Map.of(Parameters.CLASSIFICATION, (long) most))));
        for (TensorData t : infer(asked, deadlineNanos).outputs()) {
            if (t.name().equals(output)) {
                return ScoredClass.of(t);
            }
        }
        throw new InferenceException(Refusal.INTERNAL, "the server left out the output that was asked for");
    }

    /** An inference within a time. See {@link #infer(InferRequest, long)}. */
    public InferResponse infer(InferRequest request, Duration timeout) {
        return infer(request, System.nanoTime() + timeout.toNanos());
    }

    /**
     * An inference.
     *
     * @param deadlineNanos when an answer is worth nothing any more, on the clock of {@link System#nanoTime()}
     * @throws InferenceException if there is no answer until then, or never will be
     */
    public InferResponse infer(InferRequest request, long deadlineNanos) {
        long backoff = options.backoff().toNanos();
        for (int attempt = 1; ; attempt++) {
            long start = System.nanoTime();
            if (deadlineNanos - start <= 0) {
                throw new InferenceException(Refusal.LATE, "the deadline passed before the request was sent");
            }
            try {
                InferResponse r = transport.infer(request, deadlineNanos);
                learn(request, r, System.nanoTime() - start);
                return r;
            } catch (InferenceException e) {
                long now = System.nanoTime();
                if (e.refusal() == Refusal.UNAVAILABLE || e.refusal() == Refusal.LATE) {
                    network.lost(now);
                    transport.forgetLoss();
                }
                long wait = backoff / 2 + (backoff > 1 ? jitter(backoff / 2 + 1) : 0);
                long needed = wait + (long) (network.roundTripSeconds() * 1e9);
                if (!e.refusal().mayTryAgain() || attempt >= options.attempts() || deadlineNanos - now <= needed) {
                    throw e;
                }
                LockSupport.parkNanos(wait);
                backoff *= 2;
            }
        }
    }

    private long jitter(long bound) {
        synchronized (random) {
            return random.nextLong(bound);
        }
    }

    private void learn(InferRequest request, InferResponse r, long nanos) {
        Object server = r.parameters().get(Parameters.SERVER_MICROS);
        double known = server instanceof Number n ? TimeUnit.MICROSECONDS.toNanos(n.longValue()) : 0;
        network.answered(bytes(request.inputs()), bytes(r.outputs()), Math.max(0, nanos - known) / 1e9);
    }

    /** Bytes of tensors on the wire, without what is around them. */
    public static long bytes(List<TensorData> tensors) {
        return tensors.stream().mapToLong(t -> t.data().remaining()).sum();
    }

    /** Ends the connection; requests in flight fail. Idempotent. */
    @Override
    public void close() {
        transport.close();
    }
}
