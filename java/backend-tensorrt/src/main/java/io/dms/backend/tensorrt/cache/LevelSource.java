package io.dms.backend.tensorrt.cache;

import io.dms.model.Graph;
import io.dms.model.LevelExport;
import io.dms.model.NetworkDigest;
import io.dms.model.ScalableModel;
import io.dms.model.WidthLevel;
import org.jspecify.annotations.Nullable;

/**
 * What an engine is built from. Which one it is costs a look at the model; the network itself, with weights of its own, is
 * made when a build asks for it. Thread-safe.
 */
public final class LevelSource {
    private final ScalableModel model;
    private final WidthLevel level;
    private @Nullable Graph network;
    private @Nullable String digest;

    /** One level of a model. Reads nothing yet. */
    public LevelSource(ScalableModel model, WidthLevel level) {
        this.model = model;
        this.level = level;
    }

    /** Digest of structure, weights and the level's own normalisation. Makes no copy of the weights. */
    public synchronized String digest() {
        String d = digest;
        if (d == null) {
            d = NetworkDigest.of(model, level);
            digest = d;
        }
        return d;
    }

    /** True once the network was made. */
    synchronized boolean exported() {
        return network != null;
    }

    /** The level as an ordinary dense network, normalisation folded in. Copies the level's weights, once. */
    public synchronized Graph network() {
        Graph n = network;
        if (n == null) {
            n = LevelExport.graph(model, level);
            network = n;
        }
        return n;
    }
}
