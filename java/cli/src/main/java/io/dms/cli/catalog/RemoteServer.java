package io.dms.cli.catalog;

import io.dms.serve.client.ClientOptions;
import io.dms.serve.client.InferenceClient;
import io.dms.serve.client.NetworkModel;
import io.dms.serve.client.RemoteAnswer;
import io.dms.serve.protocol.InferenceException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.Executor;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.locks.LockSupport;
import java.util.logging.Level;
import java.util.logging.Logger;

/** A server, whether it can be reached, and what came of asking it. One thread asks; probes run on others. */
final class RemoteServer {
    private static final Duration PROBE = Duration.ofSeconds(5);
    private static final long PROBE_AGAIN_NANOS = 250_000_000L;

    /** A host that has no address is told in a line of the account, not by gRPC's stack trace; kept, as loggers are weak. */
    private static final Logger CHATTER = Logger.getLogger("io.grpc.internal.ManagedChannelImpl");

    static {
        CHATTER.setLevel(Level.OFF);
    }

    private final InferenceClient client;
    private final List<RemoteModel> models = new ArrayList<>();
    private final Map<String, Integer> losses = new TreeMap<>();
    private final AtomicBoolean probing = new AtomicBoolean();
    private volatile boolean lives;
    private long probed;
    private boolean asked;
    private int requests;
    private int answered;

    RemoteServer(ClientOptions options) {
        this.client = InferenceClient.of(options, new NetworkModel(0, 0));
    }

    InferenceClient client() {
        return client;
    }

    void add(RemoteModel model) {
        models.add(model);
    }

    /** Whether requests may be sent: it lives, its models are known, and it was not lost just now. */
    boolean isUp(long now) {
        boolean reachable = client.network().reachable(now) && client.network().lossesInARow() < 2;
        return lives && reachable && models.stream().allMatch(RemoteModel::isKnown);
    }

    /** Asks whether it lives and what it has, unless it was asked just now. */
    void probe(Executor threads, long now) {
        if ((asked && now - probed < PROBE_AGAIN_NANOS) || !probing.compareAndSet(false, true)) {
            return;
        }
        asked = true;
        probed = now;
        threads.execute(() -> {
            try {
                boolean there = client.live(PROBE);
                if (there) {
                    models.stream().filter(m -> !m.isKnown()).forEach(m -> m.learn(PROBE));
                }
                lives = there;
            } finally {
                probing.set(false);
            }
        });
    }

    /** Waits for the first probe, no longer than until then. */
    void await(long untilNanos) {
        while (probing.get() && System.nanoTime() < untilNanos) {
            LockSupport.parkNanos(1_000_000);
        }
    }

    /** A request was sent. */
    void sent() {
        requests++;
    }

    /** One came to its end. */
    void ended(RemoteAnswer answer) {
        InferenceException loss = answer.loss();
        if (loss == null) {
            answered++;
        } else {
            losses.merge(loss.refusal().name().toLowerCase(Locale.ROOT), 1, Integer::sum);
        }
    }

    /** What it did. */
    RunAccount.Server account(String address) {
        NetworkModel n = client.network();
        return new RunAccount.Server(
                address, requests, answered, losses, n.samples() == 0 ? Double.NaN : n.roundTripSeconds() * 1e3);
    }
}
