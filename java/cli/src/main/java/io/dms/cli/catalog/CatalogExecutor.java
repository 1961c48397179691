package io.dms.cli.catalog;

import io.dms.model.ScalableModel;
import io.dms.model.UserException;
import io.dms.model.WidthLevel;
import io.dms.runtime.Backend;
import io.dms.runtime.Session;
import io.dms.runtime.SessionOptions;
import io.dms.schedule.catalog.Catalog;
import io.dms.schedule.catalog.Kind;
import io.dms.schedule.catalog.Place;
import io.dms.schedule.catalog.Variant;
import io.dms.schedule.special.FeatureExtractor;
import io.dms.schedule.special.HeadFile;
import io.dms.schedule.special.LinearHead;
import io.dms.serve.client.DeviceModel;
import io.dms.serve.client.LocalModel;
import io.dms.serve.protocol.InferResponse;
import io.dms.serve.protocol.TensorData;
import io.dms.serve.split.SplitModel;
import java.nio.FloatBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * Loads, runs and unloads the variants of a catalog on this device: models that several variants share are opened once,
 * a trunk runs once per frame however many heads read it. Of a split variant this holds the first layers. Owns its
 * sessions. Thread-safe: one call at a time runs, others wait for their turn, as requests that lost their server do.
 */
final class CatalogExecutor implements AutoCloseable {
    /** An open model and who uses it. */
    private static final class Held {
        private final Session session;
        private final FloatBuffer out;
        private int users;
        private long frame = -1;
        private @Nullable WidthLevel ranAt;

        Held(Session session) {
            this.session = session;
            this.out = Workbench.direct(Math.toIntExact(
                    session.model().graph().outputs().get(0).shape().elements()));
        }
    }

    private record Loaded(
            String key,
            Held held,
            WidthLevel level,
            @Nullable LinearHead head,
            @Nullable Variant fallback) {}

    private final Catalog catalog;
    private final Backend backend;
    private final int threads;
    private final Map<String, Held> held = new LinkedHashMap<>();
    private final Map<String, Loaded> loaded = new HashMap<>();
    private final Map<String, LocalModel> locals = new HashMap<>();
    private long modelRuns;

    CatalogExecutor(Catalog catalog, Backend backend, int threads) {
        this.catalog = catalog;
        this.backend = backend;
        this.threads = threads;
    }

    /**
     * Whether a variant can be run here.
     *
     * @return why not, or null
     */
    static @Nullable String refusal(Variant v) {
        if (v.place() == Place.CLOUD) {
            return v.id() + " runs on a server";
        }
        String model = v.implementation().get(CatalogBuilder.MODEL);
        String head = v.implementation().get(CatalogBuilder.HEAD);
        if (model == null || !v.implementation().containsKey(CatalogBuilder.LEVEL)) {
            return v.id() + " does not say what model it runs: build the catalog with dms catalog build";
        }
        if (!model.equals(CatalogBuilder.BUNDLED) && !Files.isRegularFile(Path.of(model))) {
            return v.id() + " needs " + model + ", and there is no such file";
        }
        if (head != null && !Files.isRegularFile(Path.of(head))) {
            return v.id() + " needs " + head + ", and there is no such file";
        }
        return null;
    }

    /** True where it is loaded. */
    synchronized boolean isLoaded(Variant v) {
        return loaded.containsKey(v.id());
    }

    /**
     * Loads a variant, what it shares with others once. One that is loaded already stays as it is.
     *
     * @throws UserException if it can't run here
     */
    synchronized void load(Variant v) {
        if (isLoaded(v)) {
            return;
        }
        String refusal = refusal(v);
        if (refusal != null) {
            throw new UserException(refusal);
        }
        String head = v.implementation().get(CatalogBuilder.HEAD);
        String model = String.valueOf(v.implementation().get(CatalogBuilder.MODEL));
        boolean trunk = v.kind() == Kind.SHARED || v.kind() == Kind.SPECIALISED;
        String name = String.valueOf(v.implementation().get(CatalogBuilder.LEVEL));
        String cut = v.place() == Place.SPLIT ? v.implementation().get(RemoteSpec.CUT) : null;
        String key = cut != null ? "cut " + model + " " + name + " " + cut : (trunk ? "trunk " : "model ") + model;
        Held h = held.computeIfAbsent(key, k -> open(model, name, trunk, cut));
        h.users++;
        WidthLevel level = cut != null ? h.session.model().full() : level(h.session.model(), name);
        h.session.prepare(level);
        LinearHead own = head == null ? null : HeadFile.read(Path.of(head));
        if (own != null && own.dims() != FeatureExtractor.dims(h.session, level)) {
            release(key, h);
            throw new UserException(v.id() + " has a head of " + own.dims() + " features, and its trunk gives others:"
                    + " build the catalog again");
        }
        String next = v.fallback();
        loaded.put(v.id(), new Loaded(key, h, level, own, next == null ? null : catalog.variant(next)));
    }

    private Held open(String model, String level, boolean trunk, @Nullable String cut) {
        ScalableModel read = Workbench.read(model.equals(CatalogBuilder.BUNDLED) ? null : Path.of(model));
        ScalableModel used = cut != null
                ? SplitModel.of(read, level(read, level), cut).trunk()
                : trunk ? Workbench.trunk(read) : read;
        return new Held(backend.open(used, SessionOptions.DEFAULT.withThreads(threads)));
    }

    /** The level that a variant names. */
    static WidthLevel level(ScalableModel model, String name) {
        for (WidthLevel l : model.levels()) {
            if (l.name().equals(name)) {
                return l;
            }
        }
        try {
            return model.level(Double.parseDouble(name));
        } catch (NumberFormatException e) {
            throw new UserException("model " + model.name() + " has no level " + name, e);
        }
    }

    /** Unloads a variant; what nobody uses any more is closed. */
    synchronized void unload(Variant v) {
        Loaded l = loaded.remove(v.id());
        locals.remove(v.id());
        if (l != null) {
            release(l.key(), l.held());
        }
    }

    /** Whether a variant answers by itself from one model, so that it can stand by for a server's. */
    static boolean isWhole(Variant v) {
        return v.place() == Place.DEVICE && v.kind() != Kind.SHARED && v.kind() != Kind.SPECIALISED;
    }

    /**
     * A loaded variant's model in the form of the protocol, for a request that other threads serve. Its weights stay until
     * it is closed, whatever is unloaded meanwhile.
     *
     * @throws IllegalStateException if it is not loaded, or has a head
     */
    synchronized Borrowed borrow(Variant v) {
        Loaded l = loaded.get(v.id());
        if (l == null || l.head() != null) {
            throw new IllegalStateException(v.id() + " can't be borrowed");
        }
        LocalModel local = locals.computeIfAbsent(v.id(), k -> new DeviceModel(l.held().session, l.level()));
        l.held().users++;
        return new Borrowed(this, l.key(), l.held(), local);
    }

    private synchronized void giveBack(String key, Held h) {
        release(key, h);
    }

    /** What {@link #borrow} gives. */
    static final class Borrowed implements LocalModel, AutoCloseable {
        private final CatalogExecutor owner;
        private final String key;
        private final Held from;
        private final LocalModel local;

        private Borrowed(CatalogExecutor owner, String key, Held from, LocalModel local) {
            this.owner = owner;
            this.key = key;
            this.from = from;
            this.local = local;
        }

        @Override
        public double meanSeconds() {
            return local.meanSeconds();
        }

        @Override
        public double seconds() {
            return local.seconds();
        }

        @Override
        public InferResponse run(List<TensorData> tensors) {
            synchronized (owner) {
                owner.modelRuns++;
                return local.run(tensors);
            }
        }

        @Override
        public void close() {
            owner.giveBack(key, from);
        }
    }

    private void release(String key, Held h) {
        h.users--;
        if (h.users == 0) {
            held.remove(key);
            h.session.close();
        }
    }

    /**
     * The answer of a loaded variant.
     *
     * @param frame number of the frame: a model that ran on it at this level does not run again
     * @param input of the frame
     * @return class in the numbers of the task
     * @throws IllegalStateException if it is not loaded
     */
    synchronized int run(Variant v, long frame, FloatBuffer input) {
        Loaded l = loaded.get(v.id());
        if (l == null) {
            throw new IllegalStateException(v.id() + " is not loaded");
        }
        Held h = l.held();
        forward(h, l.level(), frame, input);
        LinearHead head = l.head();
        if (head == null) {
            int best = 0;
            for (int c = 1; c < h.out.capacity(); c++) {
                best = h.out.get(c) > h.out.get(best) ? c : best;
            }
            return best;
        }
        int answer = head.classify(h.out, 0);
        Variant next = l.fallback();
        if (answer == LinearHead.OTHER && next != null) {
            load(next);
            return run(next, frame, input);
        }
        return answer;
    }

    /** Keeps a model's trunk at a level open until everything is closed. */
    synchronized void hold(String model, String level) {
        Held h = held.computeIfAbsent("trunk " + model, k -> open(model, level, true, null));
        h.users++;
        h.session.prepare(level(h.session.model(), level));
    }

    /** Bytes of the trunks of models, weights and activations. */
    synchronized long trunkBytes() {
        return held.entrySet().stream()
                .filter(e -> e.getKey().startsWith("trunk "))
                .mapToLong(e -> e.getValue().session.weightBytes()
                        + e.getValue().session.arenaBytes())
                .sum();
    }

    /**
     * What a trunk that is held gives for a frame, from index 0; valid until the next call. It does not run again for a
     * frame on which it ran at this level.
     */
    synchronized FloatBuffer features(String model, String level, long frame, FloatBuffer input) {
        Held h = held.get("trunk " + model);
        if (h == null) {
            throw new IllegalStateException("no trunk of " + model + " is held");
        }
        forward(h, level(h.session.model(), level), frame, input);
        return h.out;
    }

    private void forward(Held h, WidthLevel level, long frame, FloatBuffer input) {
        if (h.frame != frame || h.ranAt != level) {
            h.session.run(level, input, h.out);
            h.frame = frame;
            h.ranAt = level;
            modelRuns++;
        }
    }

    /** Bytes held now: weights and activations of all open models, and heads. */
    synchronized long bytes() {
        long models = held.values().stream()
                .mapToLong(h -> h.session.weightBytes() + h.session.arenaBytes())
                .sum();
        return models
                + loaded.values().stream()
                        .mapToLong(l -> {
                            LinearHead head = l.head();
                            return head == null ? 0 : head.bytes();
                        })
                        .sum();
    }

    /** How often a model or a trunk has run. */
    synchronized long modelRuns() {
        return modelRuns;
    }

    @Override
    public synchronized void close() {
        held.values().forEach(h -> h.session.close());
        held.clear();
        loaded.clear();
        locals.clear();
    }
}
