package io.dms.model;

import java.util.concurrent.locks.ReentrantLock;
import org.jspecify.annotations.Nullable;

/** {@link NetworkDigest} of one graph, taken once, whoever asks first and however many ask meanwhile. Thread-safe. */
final class DigestOnce {
    private final Graph graph;
    private final ReentrantLock taking = new ReentrantLock();
    private NetworkDigest.@Nullable Weights weights;
    private volatile @Nullable String digest;

    DigestOnce(Graph graph) {
        this.graph = graph;
    }

    /** Has other threads begin with the weights. */
    void begin() {
        if (digest == null) {
            weights();
        }
    }

    private synchronized NetworkDigest.Weights weights() {
        NetworkDigest.Weights w = weights;
        if (w == null) {
            w = new NetworkDigest.Weights(graph);
            weights = w;
        }
        return w;
    }

    private synchronized void forget() {
        weights = null;
    }

    /** The digest, with the help of this thread where it is not there yet. */
    String get() {
        String d = digest;
        return d == null ? take() : d;
    }

    private String take() {
        taking.lock();
        try {
            String d = digest;
            if (d == null) {
                d = NetworkDigest.of(graph, weights());
                digest = d;
            }
            return d;
        } finally {
            // Also where it failed: who asks again reads them again.
            forget();
            taking.unlock();
        }
    }
}
