package io.dms.backend.tensorrt;

import io.dms.model.Graph;
import io.dms.model.Node;
import io.dms.model.onnx.ImportOptions;
import io.dms.model.onnx.OnnxImporter;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.EnumMap;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.Predicate;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/**
 * A library whose engines hold the network itself and compute it by reference kernels. Strict where the documentation is:
 * a method that the generation has not, an object that is used after it was freed, freed twice or freed before what
 * depends on it, a call without shapes, addresses or scratch memory all fail the test.
 */
final class FakeNvInfer implements NvInfer {
    private static final byte[] MAGIC = {'p', 'l', 'a', 'n', '1'};

    private final NvInferVersion version;
    private final FakeHardware hardware;
    private final Map<Long, Made> objects = new ConcurrentHashMap<>();
    private final AtomicLong next = new AtomicLong(1000);
    private @Nullable String error;

    /** Every call that matters for the order, by name. */
    final List<String> calls = Collections.synchronizedList(new ArrayList<>());
    /** Set to make the builder fail with these words. */
    @Nullable
    String buildFailure;
    /** Set to make the runtime refuse plans with these words. */
    @Nullable
    String loadFailure;
    /** Loads before that one fails. */
    int goodLoads;
    /** Nodes that the parser does not know. */
    Predicate<Node> unknown = n -> false;
    /** Layers that a DLA can't run. */
    Predicate<Node> notOnDla = n -> n.is("Softmax") || n.is("Gemm");

    /** What every output is off by. */
    float wrongBy;

    boolean fp16 = true;
    boolean int8 = true;
    int dlaCores = 2;
    /** False for calls that do nothing. */
    boolean works = true;
    /** Phases that the library tells of a build. */
    int steps = 3;

    int deserialized;
    int enqueued;

    FakeNvInfer(NvInferVersion version, FakeHardware hardware) {
        this.version = version;
        this.hardware = hardware;
    }

    /** One object of the library. */
    private static final class Made {
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

    private long make(Kind kind, long parent) {
        long made = next.getAndIncrement();
        objects.put(made, new Made(kind, parent));
        return made;
    }

    private Made get(Kind kind, long object) {
        Made m = objects.get(object);
        if (m == null || m.kind != kind) {
            throw new IllegalStateException("no " + kind + " " + object + ", or it was freed");
        }
        return m;
    }

    /** Objects that nobody gave back. */
    List<Kind> live() {
        return objects.values().stream().map(m -> m.kind).sorted().collect(Collectors.toList());
    }

    private void only(int generation, String call) {
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

    // ---- building

    @Override
    public long newBuilder() {
        calls.add("builder");
        return make(Kind.BUILDER, 0);
    }

    @Override
    public boolean hasFastFp16(long builder) {
        return fp16;
    }

    @Override
    public boolean hasFastInt8(long builder) {
        return int8;
    }

    @Override
    public boolean hasTf32(long builder) {
        return true;
    }

    @Override
    public int dlaCores(long builder) {
        return dlaCores;
    }

    @Override
    public long newNetwork(long builder, int flags) {
        get(Kind.BUILDER, builder);
        if (!version.named() && flags != EXPLICIT_BATCH) {
            throw new IllegalStateException("the parser of TensorRT 8 wants networks with an explicit batch");
        }
        return make(Kind.NETWORK, builder);
    }

    @Override
    public long newConfig(long builder) {
        get(Kind.BUILDER, builder);
        long made = make(Kind.CONFIG, builder);
        get(Kind.CONFIG, made).flags.put(Flag.TF32, true);
        return made;
    }

    @Override
    public long newParser(long network) {
        get(Kind.NETWORK, network);
        return make(Kind.PARSER, network);
    }

    @Override
    public boolean parse(long parser, ByteBuffer onnx) {
        Made p = get(Kind.PARSER, parser);
        Made n = get(Kind.NETWORK, p.parent);
        if (!onnx.isDirect()) {
            throw new IllegalStateException("the library can't see a heap buffer");
        }
        calls.add("parse");
        n.onnx = onnx.duplicate();
        Graph g = OnnxImporter.read(onnx.duplicate(), "network", ImportOptions.DEFAULT)
                .graph();
        n.graph = g;
        for (int i = 0; i < g.nodes().size(); i++) {
            Node node = g.nodes().get(i);
            if (unknown.test(node)) {
                String name = version.named() ? node.name() : null;
                p.errors.add(new ParserError(8, i, name, "Assertion failed: no importer for " + node.op() + "\nat"));
            }
        }
        return p.errors.isEmpty();
    }

    @Override
    public int parserErrors(long parser) {
        return get(Kind.PARSER, parser).errors.size();
    }

    @Override
    public ParserError parserError(long parser, int index) {
        return get(Kind.PARSER, parser).errors.get(index);
    }

    @Override
    public int layers(long network) {
        return get(Kind.NETWORK, network).graph().nodes().size();
    }

    @Override
    public String layerName(long network, int index) {
        return get(Kind.NETWORK, network).graph().nodes().get(index).name();
    }

    @Override
    public void setFlag(long config, Flag flag, boolean on) {
        get(Kind.CONFIG, config).flags.put(flag, on);
    }

    @Override
    public void setMaxWorkspaceSize(long config, long bytes) {
        only(8, "setMaxWorkspaceSize");
        get(Kind.CONFIG, config).limit = bytes;
        calls.add("setMaxWorkspaceSize " + bytes);
    }

    @Override
    public void setWorkspacePool(long config, long bytes) {
        only(10, "setMemoryPoolLimit");
        get(Kind.CONFIG, config).limit = bytes;
        calls.add("setMemoryPoolLimit " + bytes);
    }

    @Override
    public long newProfile(long builder) {
        get(Kind.BUILDER, builder);
        // Belongs to its builder: it is not among the objects that are to be freed.
        return builder + 500_000;
    }

    @Override
    public boolean setProfileShape(long profile, String input, int selector, int[] dims) {
        Made builder = get(Kind.BUILDER, profile - 500_000);
        builder.shapes.put(input + " " + selector, dims);
        return Arrays.stream(dims).allMatch(d -> d > 0);
    }

    @Override
    public int addProfile(long config, long profile) {
        Made builder = get(Kind.BUILDER, profile - 500_000);
        Made c = get(Kind.CONFIG, config);
        c.profiled = true;
        for (Map.Entry<String, int[]> e : builder.shapes.entrySet()) {
            c.shapes.put(e.getKey(), e.getValue());
            if (e.getKey().endsWith(" " + MAX)) {
                c.batch = e.getValue()[0];
            }
        }
        return 0;
    }

    @Override
    public long newTimingCache(long config, byte @Nullable [] bytes) {
        get(Kind.CONFIG, config);
        if (bytes != null && bytes.length > 0 && bytes[0] != 't') {
            error = "Serialized timing cache is not valid";
            return 0;
        }
        long made = make(Kind.TIMING_CACHE, 0);
        get(Kind.TIMING_CACHE, made).bytes = bytes == null ? new byte[0] : bytes;
        return made;
    }

    @Override
    public boolean setTimingCache(long config, long cache) {
        get(Kind.TIMING_CACHE, cache);
        get(Kind.CONFIG, config);
        return true;
    }

    @Override
    public byte @Nullable [] timing(long cache) {
        byte[] old = get(Kind.TIMING_CACHE, cache).bytes;
        byte[] grown = Arrays.copyOf(old, old.length + 1);
        grown[old.length] = 't';
        return grown;
    }

    @Override
    public void setDefaultDevice(long config, int type) {
        calls.add("setDefaultDeviceType " + type);
    }

    @Override
    public void setDlaCore(long config, int core) {
        get(Kind.CONFIG, config);
        calls.add("setDLACore " + core);
    }

    @Override
    public boolean canRunOnDla(long config, long network, int layer) {
        return !notOnDla.test(get(Kind.NETWORK, network).graph().nodes().get(layer));
    }

    @Override
    public void setProgress(long config, @Nullable Progress progress) {
        only(10, "setProgressMonitor");
        get(Kind.CONFIG, config).progress = progress;
    }

    /** Flags of the last build. */
    Map<Flag, Boolean> lastFlags = Map.of();
    /** Shapes of the last build's profile, by input and selector. */
    Map<String, int[]> lastProfile = Map.of();
    /** Scratch memory that the last build could have, -1 for any. */
    long lastLimit = -1;

    @Override
    public long buildSerialized(long builder, long network, long config) {
        get(Kind.BUILDER, builder);
        Made n = get(Kind.NETWORK, network);
        Made c = get(Kind.CONFIG, config);
        calls.add("build");
        lastFlags = Map.copyOf(c.flags);
        lastProfile = Map.copyOf(c.shapes);
        lastLimit = c.limit;
        boolean open = n.graph().inputs().stream().anyMatch(v -> v.shape().hasBatch());
        if (open && !c.profiled) {
            throw new IllegalStateException("a network with an open batch needs a profile");
        }
        Progress p = c.progress;
        if (p != null) {
            p.start("Building", steps);
            for (int i = 0; i < steps; i++) {
                if (!p.step("Building", i)) {
                    error = "Build was cancelled";
                    return 0;
                }
            }
            p.end("Building");
        }
        if (buildFailure != null) {
            error = buildFailure;
            return 0;
        }
        ByteBuffer onnx = Objects.requireNonNull(n.onnx).duplicate();
        ByteBuffer plan = ByteBuffer.allocate(MAGIC.length + 4 + onnx.remaining());
        plan.put(MAGIC).putInt(c.batch).put(onnx);
        long made = make(Kind.PLAN, 0);
        get(Kind.PLAN, made).bytes = plan.array();
        return made;
    }

    @Override
    public ByteBuffer planBytes(long plan) {
        return ByteBuffer.wrap(get(Kind.PLAN, plan).bytes).asReadOnlyBuffer();
    }

    // ---- running

    @Override
    public long newRuntime() {
        return make(Kind.RUNTIME, 0);
    }

    @Override
    public void setRuntimeDlaCore(long runtime, int core) {
        get(Kind.RUNTIME, runtime);
        calls.add("runtime setDLACore " + core);
    }

    @Override
    public long deserialize(long runtime, ByteBuffer plan) {
        get(Kind.RUNTIME, runtime);
        boolean refused = loadFailure != null && deserialized >= goodLoads;
        deserialized++;
        ByteBuffer b = plan.duplicate();
        byte[] magic = new byte[MAGIC.length];
        if (b.remaining() > magic.length + 4) {
            b.get(magic);
        }
        if (!Arrays.equals(magic, MAGIC) || refused) {
            error = loadFailure == null ? "Magic tag does not match" : loadFailure;
            return 0;
        }
        long made = make(Kind.ENGINE, runtime);
        Made e = get(Kind.ENGINE, made);
        e.batch = b.getInt();
        e.graph = OnnxImporter.read(b.slice(), "plan", ImportOptions.DEFAULT).graph();
        return made;
    }

    @Override
    public long deviceMemory(long engine) {
        Made e = get(Kind.ENGINE, engine);
        return e.graph().shapes().values().stream()
                .mapToLong(s -> 4 * s.withBatch(e.batch).elements())
                .sum();
    }

    @Override
    public long deviceMemoryV2(long engine) {
        only(10, "getDeviceMemorySizeV2");
        return deviceMemory(engine);
    }

    @Override
    public int engineLayers(long engine) {
        return get(Kind.ENGINE, engine).graph().nodes().size();
    }

    /** Outputs before inputs, so that who takes the network's order for the engine's is found out. */
    private static List<String> names(Made engine) {
        List<String> names = new ArrayList<>();
        engine.graph().outputs().forEach(v -> names.add(v.name()));
        engine.graph().inputs().forEach(v -> names.add(v.name()));
        return names;
    }

    @Override
    public int bindings(long engine) {
        only(8, "getNbBindings");
        return names(get(Kind.ENGINE, engine)).size();
    }

    @Override
    public int bindingIndex(long engine, String name) {
        only(8, "getBindingIndex");
        return names(get(Kind.ENGINE, engine)).indexOf(name);
    }

    @Override
    public int tensors(long engine) {
        only(10, "getNbIOTensors");
        return names(get(Kind.ENGINE, engine)).size();
    }

    @Override
    public String tensorName(long engine, int index) {
        only(10, "getIOTensorName");
        return names(get(Kind.ENGINE, engine)).get(index);
    }

    @Override
    public long newContextWithoutMemory(long engine) {
        only(8, "createExecutionContextWithoutDeviceMemory");
        get(Kind.ENGINE, engine);
        calls.add("context");
        return make(Kind.CONTEXT, engine);
    }

    @Override
    public long newContext(long engine, int strategy) {
        only(10, "createExecutionContext(strategy)");
        get(Kind.ENGINE, engine);
        if (strategy != USER_MANAGED) {
            throw new IllegalStateException("this context would bring memory of its own");
        }
        calls.add("context");
        return make(Kind.CONTEXT, engine);
    }

    @Override
    public void setDeviceMemory(long context, long address) {
        only(8, "setDeviceMemory here: its other form knows how large the block is");
        get(Kind.CONTEXT, context).memory = address;
        calls.add("memory");
    }

    @Override
    public void setDeviceMemoryV2(long context, long address, long bytes) {
        only(10, "setDeviceMemoryV2");
        Made c = get(Kind.CONTEXT, context);
        c.memory = address;
        c.memoryBytes = bytes;
        calls.add("memory");
    }

    @Override
    public boolean setBindingDimensions(long context, int binding, int[] dims) {
        only(8, "setBindingDimensions");
        Made c = get(Kind.CONTEXT, context);
        calls.add("shape");
        return shape(c, names(get(Kind.ENGINE, c.parent)).get(binding), dims);
    }

    @Override
    public boolean setInputShape(long context, String name, int[] dims) {
        only(10, "setInputShape");
        calls.add("shape");
        return shape(get(Kind.CONTEXT, context), name, dims);
    }

    /** Runs when a shape is set. */
    Runnable onShape = () -> {};

    private boolean shape(Made context, String name, int[] dims) {
        onShape.run();
        Made engine = get(Kind.ENGINE, context.parent);
        context.shapes.put(name, dims);
        return dims.length == 0
                || dims[0] <= Math.max(engine.batch, 1)
                || !engine.graph().inputs().get(0).shape().hasBatch();
    }

    @Override
    public boolean setTensorAddress(long context, String name, long address) {
        only(10, "setTensorAddress");
        Made c = get(Kind.CONTEXT, context);
        c.addresses.put(name, address);
        calls.add("address");
        return names(get(Kind.ENGINE, c.parent)).contains(name);
    }

    private final Map<Long, long[]> bindings = new ConcurrentHashMap<>();

    @Override
    public long newBindings(long[] addresses) {
        long made = next.getAndIncrement();
        bindings.put(made, addresses.clone());
        calls.add("addresses");
        return made;
    }

    @Override
    public void freeBindings(long block) {
        if (bindings.remove(block) == null) {
            throw new IllegalStateException("freed twice: " + block);
        }
    }

    int bindingBlocks() {
        return bindings.size();
    }

    @Override
    public boolean enqueueV2(long context, long block, long stream) {
        enqueued++;
        if (!works) {
            return true;
        }
        only(8, "enqueueV2");
        Made c = get(Kind.CONTEXT, context);
        List<String> names = names(get(Kind.ENGINE, c.parent));
        long[] addresses = Objects.requireNonNull(bindings.get(block), "these addresses were freed");
        Map<String, Long> at = new HashMap<>();
        for (int i = 0; i < names.size(); i++) {
            at.put(names.get(i), addresses[i]);
        }
        return enqueue(c, at, stream);
    }

    @Override
    public boolean enqueueV3(long context, long stream) {
        enqueued++;
        if (!works) {
            return true;
        }
        only(10, "enqueueV3");
        Made c = get(Kind.CONTEXT, context);
        return enqueue(c, Map.copyOf(c.addresses), stream);
    }

    private boolean enqueue(Made c, Map<String, Long> at, long stream) {
        Made engine = get(Kind.ENGINE, c.parent);
        Graph g = engine.graph();
        long need = deviceMemory(c.parent);
        if (c.memory == 0 || (version.named() && c.memoryBytes < need)) {
            throw new IllegalStateException("a call without scratch memory");
        }
        for (Graph.Value v : g.inputs()) {
            if (!c.shapes.containsKey(v.name())) {
                error = "shape of " + v.name() + " was not specified";
                return false;
            }
        }
        if (!at.keySet().containsAll(names(engine))) {
            error = "addresses are missing";
            return false;
        }
        calls.add("enqueue");
        int batch = g.inputs().get(0).shape().hasBatch()
                ? Objects.requireNonNull(c.shapes.get(g.inputs().get(0).name()))[0]
                : 1;
        long scratch = c.memory;
        float wrong = wrongBy;
        hardware.of(stream).submit(() -> FakeEngine.compute(hardware.memory, g, batch, at, scratch, need, wrong));
        return true;
    }

    // ---- giving back

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
