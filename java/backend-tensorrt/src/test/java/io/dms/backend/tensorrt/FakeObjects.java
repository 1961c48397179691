package io.dms.backend.tensorrt;

import io.dms.model.Graph;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.Collections;
import java.util.EnumMap;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicLong;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/**
 * What a library that is none has made. Strict: an object that is used after it was freed, freed twice or freed before what
 * depends on it fails the test.
 */
abstract class FakeObjects implements NvInfer {
    final NvInferVersion version;
    final AtomicLong next = new AtomicLong(1000);
    private final Map<Long, Made> objects = new ConcurrentHashMap<>();

    @Nullable
    String error;

    /** Every call that matters for the order, by name. */
    final List<String> calls = Collections.synchronizedList(new ArrayList<>());

    FakeObjects(NvInferVersion version) {
        this.version = version;
    }

    /** One object of the library. */
    static final class Made {
        final Kind kind;
        final long parent;

        @Nullable
        ByteBuffer onnx;

        @Nullable
        Graph graph;

        final List<ParserError> errors = new ArrayList<>();
        final Map<Flag, Boolean> flags = new EnumMap<>(Flag.class);
        int batch = 1;
        boolean profiled;
        long limit = -1;

        @Nullable
        Progress progress;

        byte[] bytes = {};
        long memory;
        long memoryBytes = -1;
        final Map<String, int[]> shapes = new HashMap<>();
        final Map<String, Long> addresses = new LinkedHashMap<>();

        Made(Kind kind, long parent) {
            this.kind = kind;
            this.parent = parent;
        }

        Graph graph() {
            return Objects.requireNonNull(graph, "no network was read");
        }
    }

    long make(Kind kind, long parent) {
        long made = next.getAndIncrement();
        objects.put(made, new Made(kind, parent));
        return made;
    }

    Made get(Kind kind, long object) {
        Made m = objects.get(object);
        if (m == null || m.kind != kind) {
            throw new IllegalStateException("no " + kind + " " + object + ", or it was freed");
        }
        return m;
    }

    /** True where one of a kind that was made of another is there. */
    boolean isLive(Kind kind, long parent) {
        return objects.values().stream().anyMatch(m -> m.kind == kind && m.parent == parent);
    }

    /** Objects that nobody gave back. */
    List<Kind> live() {
        return objects.values().stream().map(m -> m.kind).sorted().collect(Collectors.toList());
    }

    void only(int generation, String call) {
        if ((generation == 10) != version.named()) {
            throw new IllegalStateException("TensorRT " + version + " has no " + call);
        }
    }

    @Override
    public NvInferVersion version() {
        return version;
    }

    @Override
    public @Nullable String takeError() {
        String e = error;
        error = null;
        return e;
    }

    @Override
    public void destroy(Kind kind, long object) {
        only(8, "destroy");
        gone(kind, object);
    }

    @Override
    public void delete(Kind kind, long object) {
        only(10, "delete");
        gone(kind, object);
    }

    private void gone(Kind kind, long object) {
        get(kind, object);
        objects.remove(object);
        if (objects.values().stream().anyMatch(m -> m.parent == object)) {
            throw new IllegalStateException(kind + " was freed before what depends on it");
        }
        calls.add("free " + kind);
    }
}
