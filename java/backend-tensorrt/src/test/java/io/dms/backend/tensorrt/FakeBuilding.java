package io.dms.backend.tensorrt;

import io.dms.backend.tensorrt.cache.Dequantised;
import io.dms.model.Graph;
import io.dms.model.Node;
import io.dms.model.onnx.ImportOptions;
import io.dms.model.onnx.OnnxImporter;
import java.nio.ByteBuffer;
import java.util.Arrays;
import java.util.Map;
import java.util.Objects;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;

/** The builder and parser of a library that is none: a plan is the network itself. */
abstract class FakeBuilding extends FakeObjects {
    static final byte[] MAGIC = {'p', 'l', 'a', 'n', '1'};

    /** Set to make the builder fail with these words. */
    @Nullable
    String buildFailure;
    /** Nodes that the parser does not know. */
    Predicate<Node> unknown = n -> false;
    /** Layers that a DLA can't run. */
    Predicate<Node> notOnDla = n -> n.is("Softmax") || n.is("Gemm");

    boolean fp16 = true;
    boolean int8 = true;
    int dlaCores = 2;
    /** Phases that the library tells of a build. */
    int steps = 3;

    FakeBuilding(NvInferVersion version) {
        super(version);
    }

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
        if (!isLive(Kind.PARSER, network)) {
            throw new IllegalStateException("the network's weights are of its parser, which is gone");
        }
        if (Dequantised.isQuantised(n.graph()) && !c.flags.getOrDefault(Flag.INT8, false)) {
            error = "Int8 precision has not been set in the builder config and the network has Q/DQ layers";
            return 0;
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
}
