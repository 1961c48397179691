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
import java.nio.FloatBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * Loads, runs and unloads the variants of a catalog on this device: models that several variants share are opened once,
 * a trunk runs once per frame however many heads read it. Not thread-safe; owns its sessions.
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
            Held held,
            WidthLevel level,
            @Nullable LinearHead head,
            @Nullable Variant fallback) {}

    private final Catalog catalog;
    private final Backend backend;
    private final int threads;
    private final Map<String, Held> held = new LinkedHashMap<>();
    private final Map<String, Loaded> loaded = new HashMap<>();
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
        if (v.place() != Place.DEVICE) {
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
    boolean isLoaded(Variant v) {
        return loaded.containsKey(v.id());
    }

    /**
     * Loads a variant, what it shares with others once. One that is loaded already stays as it is.
     *
     * @throws UserException if it can't run here
     */
    void load(Variant v) {
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
        String key = (trunk ? "trunk " : "model ") + model;
        Held h = held.computeIfAbsent(key, k -> open(model, trunk));
        h.users++;
        WidthLevel level =
                level(h.session.model(), String.valueOf(v.implementation().get(CatalogBuilder.LEVEL)));
        h.session.prepare(level);
        LinearHead own = head == null ? null : HeadFile.read(Path.of(head));
        if (own != null && own.dims() != FeatureExtractor.dims(h.session, level)) {
            release(key, h);
            throw new UserException(v.id() + " has a head of " + own.dims() + " features, and its trunk gives others:"
                    + " build the catalog again");
        }
        String next = v.fallback();
        loaded.put(v.id(), new Loaded(h, level, own, next == null ? null : catalog.variant(next)));
    }

    private Held open(String model, boolean trunk) {
        ScalableModel read = Workbench.read(model.equals(CatalogBuilder.BUNDLED) ? null : Path.of(model));
        return new Held(
                backend.open(trunk ? Workbench.trunk(read) : read, SessionOptions.DEFAULT.withThreads(threads)));
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
    void unload(Variant v) {
        Loaded l = loaded.remove(v.id());
        if (l == null) {
            return;
        }
        held.entrySet().stream()
                .filter(e -> e.getValue() == l.held())
                .map(Map.Entry::getKey)
                .findFirst()
                .ifPresent(key -> release(key, l.held()));
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
    int run(Variant v, long frame, FloatBuffer input) {
        Loaded l = loaded.get(v.id());
        if (l == null) {
            throw new IllegalStateException(v.id() + " is not loaded");
        }
        Held h = l.held();
        if (h.frame != frame || h.ranAt != l.level()) {
            h.session.run(l.level(), input, h.out);
            h.frame = frame;
            h.ranAt = l.level();
            modelRuns++;
        }
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

    /** Bytes held now: weights and activations of all open models, and heads. */
    long bytes() {
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
    long modelRuns() {
        return modelRuns;
    }

    @Override
    public void close() {
        held.values().forEach(h -> h.session.close());
        held.clear();
        loaded.clear();
    }
}
