package io.dms.serve.client;

import io.dms.serve.protocol.InferRequest;
import io.dms.serve.protocol.InferResponse;
import io.dms.serve.protocol.InferenceException;
import io.dms.serve.protocol.Refusal;
import io.dms.serve.protocol.TensorData;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/**
 * A variant that a server runs, with one on the device behind it. The rule, by which every request comes to exactly one
 * end:
 *
 * <ol>
 *   <li>While the server counts as out of reach, or its answer is not expected before the device would have to begin, the
 *       device answers at once.
 *   <li>Else the server is asked, until the last moment at which the device could still begin and keep the deadline. An
 *       answer by then is the answer.
 *   <li>Where the server is lost, or late, or fails, it is given up and the device answers, if the deadline leaves it
 *       time. What the server says afterwards goes nowhere.
 *   <li>Where there is no device variant, the server has all the time; where nobody can answer in time, the request is
 *       refused with the reason. A request that is wrong is refused at once: the device would not understand it either.
 * </ol>
 *
 * Thread-safe as far as its parts are.
 */
public final class RemoteVariant {
    private final InferenceClient client;
    private final String model;
    private final Map<String, Object> parameters;
    private final @Nullable LocalModel device;
    private volatile double serverSeconds = 0.002;
    private volatile long answerBytes = 64;
    private final Overshoot overshoot;

    /**
     * @param client of the server
     * @param model name there
     * @param parameters of each request, as width, level or goal
     * @param device what answers where the server does not; null for nothing
     */
    public RemoteVariant(
            InferenceClient client, String model, Map<String, Object> parameters, @Nullable LocalModel device) {
        this(client, model, parameters, device, new Overshoot());
    }

    RemoteVariant(
            InferenceClient client,
            String model,
            Map<String, Object> parameters,
            @Nullable LocalModel device,
            Overshoot overshoot) {
        this.client = client;
        this.model = model;
        this.parameters = Map.copyOf(parameters);
        this.device = device;
        this.overshoot = overshoot;
    }

    /** The client that it asks with. */
    public InferenceClient client() {
        return client;
    }

    /**
     * Serves a request. Never throws for what a server or a network does.
     *
     * @param inputs one image
     * @param deadlineNanos when an answer is worth nothing any more, on the clock of {@link System#nanoTime()}
     */
    public RemoteAnswer serve(List<TensorData> inputs, long deadlineNanos) {
        return serve(inputs, deadlineNanos, device);
    }

    /**
     * Serves a request, with what answers for it on the device just now.
     *
     * @param inputs of the server's model
     * @param deadlineNanos when an answer is worth nothing any more, on the clock of {@link System#nanoTime()}
     * @param here what answers where the server does not, for this request; null for nothing
     */
    public RemoteAnswer serve(List<TensorData> inputs, long deadlineNanos, @Nullable LocalModel here) {
        long start = System.nanoTime();
        overshoot.fade();
        InferenceException loss = unwise(inputs, start, deadlineNanos, here);
        if (loss == null) {
            long until = deadlineNanos - reserveNanos(here);
            try {
                InferResponse r =
                        client.infer(InferRequest.of(model, parameters, inputs.toArray(TensorData[]::new)), until);
                learn(r);
                return new RemoteAnswer(RemoteAnswer.From.SERVER, r, null, System.nanoTime() - start);
            } catch (InferenceException e) {
                loss = e;
                overshoot.late(System.nanoTime() - until);
            }
        }
        return fallBack(inputs, start, deadlineNanos, loss, here);
    }

    private static RemoteAnswer fallBack(
            List<TensorData> inputs,
            long start,
            long deadlineNanos,
            InferenceException loss,
            @Nullable LocalModel own) {
        boolean wrong = loss.refusal() == Refusal.INVALID;
        if (own != null && !wrong && deadlineNanos - System.nanoTime() >= own.meanSeconds() * 1e9) {
            InferResponse r = own.run(inputs);
            return new RemoteAnswer(RemoteAnswer.From.DEVICE, r, loss, System.nanoTime() - start);
        }
        return new RemoteAnswer(RemoteAnswer.From.REFUSED, null, loss, System.nanoTime() - start);
    }

    /** Why the server is better not asked, or null. */
    private @Nullable InferenceException unwise(
            List<TensorData> inputs, long now, long deadlineNanos, @Nullable LocalModel here) {
        NetworkModel network = client.network();
        if (here == null) {
            return null;
        }
        if (!network.reachable(now)) {
            return new InferenceException(
                    Refusal.UNAVAILABLE, "the server was lost a moment ago and is left alone for a while");
        }
        double expected = network.seconds(InferenceClient.bytes(inputs), answerBytes, 0) + serverSeconds;
        double left = (deadlineNanos - reserveNanos(here) - now) / 1e9;
        return left > expected
                ? null
                : new InferenceException(
                        Refusal.LATE, "the server's answer is not expected before the device has to begin");
    }

    /** What the device needs before the deadline, and what giving the server up takes beyond its time. */
    private long reserveNanos(@Nullable LocalModel own) {
        return own == null ? 0 : (long) (own.seconds() * 1e9) + overshoot.nanos() * 3 / 2;
    }

    private void learn(InferResponse r) {
        answerBytes = InferenceClient.bytes(r.outputs());
        Object micros = r.parameters().get(io.dms.serve.protocol.Parameters.SERVER_MICROS);
        if (micros instanceof Number n) {
            double seconds = TimeUnit.MICROSECONDS.toNanos(n.longValue()) / 1e9;
            serverSeconds += 0.1 * (seconds - serverSeconds);
        }
    }
}
