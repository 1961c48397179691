package io.dms.backend.tensorrt;

import io.dms.backend.tensorrt.cache.Dequantised;
import io.dms.model.Graph;
import io.dms.model.onnx.ImportOptions;
import io.dms.model.onnx.OnnxImporter;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.ConcurrentHashMap;
import org.jspecify.annotations.Nullable;

/**
 * A library whose engines hold the network itself and compute it by reference kernels. Strict where the documentation is:
 * a method that the generation has not, an object that is used after it was freed, freed twice or freed before what
 * depends on it, a call without shapes, addresses or scratch memory all fail the test.
 */
final class FakeNvInfer extends FakeBuilding {
    private final FakeHardware hardware;

    /** Set to make the runtime refuse plans with these words. */
    @Nullable
    String loadFailure;

    /** How many of them it refuses. */
    int refusals = Integer.MAX_VALUE;
    /** Loads before that one fails. */
    int goodLoads;

    /** What every output is off by. */
    float wrongBy;
    /** False for calls that do nothing. */
    boolean works = true;

    int deserialized;
    int enqueued;

    FakeNvInfer(NvInferVersion version, FakeHardware hardware) {
        super(version);
        this.hardware = hardware;
    }

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
        boolean refused =
                loadFailure != null && deserialized >= goodLoads && deserialized < (long) goodLoads + refusals;
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
        // Its own copy, as the library makes one: whoever has the plan may free it after this call.
        ByteBuffer copy = ByteBuffer.allocate(b.remaining()).put(b).flip();
        e.graph = Dequantised.of(
                OnnxImporter.read(copy, "plan", ImportOptions.DEFAULT).graph());
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
}
