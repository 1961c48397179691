package io.dms.backend.cudnn;

import static io.dms.backend.cudnn.GraphAttributes.*;
import static org.bytedeco.cuda.global.cudnn.*;

import io.dms.cuda.DeviceException;
import io.dms.cuda.MemoryRef;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import java.util.Objects;
import org.bytedeco.cuda.cudnn.cudnnBackendDescriptor_t;
import org.bytedeco.cuda.cudnn.cudnnContext;
import org.bytedeco.javacpp.BytePointer;
import org.bytedeco.javacpp.FloatPointer;
import org.bytedeco.javacpp.LongPointer;
import org.bytedeco.javacpp.Pointer;
import org.bytedeco.javacpp.PointerPointer;
import org.jspecify.annotations.Nullable;

/**
 * cuDNN's graph interface for one forward convolution: descriptors, the engines that there are, plans. Only for probes:
 * the presets of CUDA 10.2 and 11.4 have no such functions, so on these the first call ends in a {@link LinkageError}.
 * Owns every descriptor that it makes.
 */
final class CudnnGraph implements AutoCloseable {
    /** Identifiers of the tensors in a plan. */
    static final long X = 'x', W = 'w', Y = 'y';

    private static final int ALIGNMENT = 16;
    private static final int MOST_CONFIGURATIONS = 64;

    // Of cuDNN 9.8 and later, which the presets of CUDA 12.6 do not name.
    private static final int DEVICE = 38, DEVICE_JSON = 2702;
    private static final int HEURISTICS_DEVICE = 204, PLAN_DEVICE = 407, ENGINE_DEVICE = 1307;

    private final @Nullable cudnnContext handle;
    private final @Nullable cudnnBackendDescriptor_t device;
    private final Deque<cudnnBackendDescriptor_t> made = new ArrayDeque<>();

    CudnnGraph(cudnnContext handle) {
        this.handle = handle;
        this.device = null;
    }

    /**
     * For a device that is described and need not be there: plans are made for it, as cuDNN does from 9.8 on, and none runs.
     *
     * @param properties as cuDNN's JSON has them; what it misses it says in its refusal
     */
    CudnnGraph(String properties) {
        handle = null;
        device = make(DEVICE);
        try (BytePointer json = new BytePointer(properties)) {
            set(device, DEVICE_JSON, CUDNN_TYPE_CHAR, properties.length(), json);
            ready(device, "describing a device");
        } catch (DeviceException e) {
            close();
            throw e;
        }
    }

    /**
     * A tensor of four axes.
     *
     * @param dims and strides in the order N, C, H, W; of filters K, C, R, S
     */
    record Described(long id, boolean half, long[] dims, long[] strides) {}

    /**
     * An engine's plan.
     *
     * @param engine its global number
     * @param workspace bytes
     */
    record Plan(cudnnBackendDescriptor_t descriptor, long engine, long workspace) {}

    /** A way that was not taken, and what the library says. */
    record Refusal(long engine, String why) {}

    private cudnnBackendDescriptor_t make(int kind) {
        cudnnBackendDescriptor_t d = new cudnnBackendDescriptor_t();
        check(cudnnBackendCreateDescriptor(kind, d), "making a descriptor");
        made.push(d);
        return d;
    }

    private void device(cudnnBackendDescriptor_t d, int name) {
        if (device != null) {
            pointers(d, name, CUDNN_TYPE_BACKEND_DESCRIPTOR, device);
        }
    }

    private void handle(cudnnBackendDescriptor_t d, int name) {
        if (handle != null) {
            pointers(d, name, CUDNN_TYPE_HANDLE, handle);
        }
    }

    private cudnnBackendDescriptor_t tensor(Described t) {
        cudnnBackendDescriptor_t d = make(CUDNN_BACKEND_TENSOR_DESCRIPTOR);
        number(d, CUDNN_ATTR_TENSOR_DATA_TYPE, CUDNN_TYPE_DATA_TYPE, t.half ? CUDNN_DATA_HALF : CUDNN_DATA_FLOAT);
        longs(d, CUDNN_ATTR_TENSOR_DIMENSIONS, t.dims);
        longs(d, CUDNN_ATTR_TENSOR_STRIDES, t.strides);
        longs(d, CUDNN_ATTR_TENSOR_UNIQUE_ID, t.id);
        longs(d, CUDNN_ATTR_TENSOR_BYTE_ALIGNMENT, ALIGNMENT);
        return ready(d, "describing a tensor");
    }

    /** The operation graph of one convolution. */
    cudnnBackendDescriptor_t convolution(Described x, Described w, Described y, int pad, int stride) {
        cudnnBackendDescriptor_t op = operation(x, w, y, pad, stride);
        cudnnBackendDescriptor_t graph = make(CUDNN_BACKEND_OPERATIONGRAPH_DESCRIPTOR);
        pointers(graph, CUDNN_ATTR_OPERATIONGRAPH_OPS, CUDNN_TYPE_BACKEND_DESCRIPTOR, op);
        handle(graph, CUDNN_ATTR_OPERATIONGRAPH_HANDLE);
        return ready(graph, "describing a graph");
    }

    /** A convolution with sums in single precision, which needs neither a handle nor a device yet. */
    cudnnBackendDescriptor_t operation(Described x, Described w, Described y, int pad, int stride) {
        cudnnBackendDescriptor_t conv = make(CUDNN_BACKEND_CONVOLUTION_DESCRIPTOR);
        number(conv, CUDNN_ATTR_CONVOLUTION_COMP_TYPE, CUDNN_TYPE_DATA_TYPE, CUDNN_DATA_FLOAT);
        number(conv, CUDNN_ATTR_CONVOLUTION_CONV_MODE, CUDNN_TYPE_CONVOLUTION_MODE, CUDNN_CROSS_CORRELATION);
        longs(conv, CUDNN_ATTR_CONVOLUTION_SPATIAL_DIMS, 2);
        longs(conv, CUDNN_ATTR_CONVOLUTION_DILATIONS, 1, 1);
        longs(conv, CUDNN_ATTR_CONVOLUTION_FILTER_STRIDES, stride, stride);
        longs(conv, CUDNN_ATTR_CONVOLUTION_PRE_PADDINGS, pad, pad);
        longs(conv, CUDNN_ATTR_CONVOLUTION_POST_PADDINGS, pad, pad);
        ready(conv, "describing a convolution");
        cudnnBackendDescriptor_t op = make(CUDNN_BACKEND_OPERATION_CONVOLUTION_FORWARD_DESCRIPTOR);
        pointers(op, CUDNN_ATTR_OPERATION_CONVOLUTION_FORWARD_X, CUDNN_TYPE_BACKEND_DESCRIPTOR, tensor(x));
        pointers(op, CUDNN_ATTR_OPERATION_CONVOLUTION_FORWARD_W, CUDNN_TYPE_BACKEND_DESCRIPTOR, tensor(w));
        pointers(op, CUDNN_ATTR_OPERATION_CONVOLUTION_FORWARD_Y, CUDNN_TYPE_BACKEND_DESCRIPTOR, tensor(y));
        pointers(op, CUDNN_ATTR_OPERATION_CONVOLUTION_FORWARD_CONV_DESC, CUDNN_TYPE_BACKEND_DESCRIPTOR, conv);
        try (FloatPointer alpha = new FloatPointer(1).put(1f);
                FloatPointer beta = new FloatPointer(1).put(0f)) {
            set(op, CUDNN_ATTR_OPERATION_CONVOLUTION_FORWARD_ALPHA, CUDNN_TYPE_FLOAT, 1, alpha);
            set(op, CUDNN_ATTR_OPERATION_CONVOLUTION_FORWARD_BETA, CUDNN_TYPE_FLOAT, 1, beta);
        }
        return ready(op, "describing an operation");
    }

    /**
     * Every way that the library's heuristics propose for a graph, and then every engine with its own defaults.
     *
     * @param refused takes those that can't run the graph
     */
    List<Plan> plans(cudnnBackendDescriptor_t graph, List<Refusal> refused) {
        List<Plan> plans = proposals(graph, refused);
        long engines = number(graph, CUDNN_ATTR_OPERATIONGRAPH_ENGINE_GLOBAL_COUNT);
        for (long index = 0; index < engines; index++) {
            try {
                cudnnBackendDescriptor_t engine = make(CUDNN_BACKEND_ENGINE_DESCRIPTOR);
                pointers(engine, CUDNN_ATTR_ENGINE_OPERATION_GRAPH, CUDNN_TYPE_BACKEND_DESCRIPTOR, graph);
                longs(engine, CUDNN_ATTR_ENGINE_GLOBAL_INDEX, index);
                device(engine, ENGINE_DEVICE);
                ready(engine, "choosing an engine");
                cudnnBackendDescriptor_t configuration = make(CUDNN_BACKEND_ENGINECFG_DESCRIPTOR);
                pointers(configuration, CUDNN_ATTR_ENGINECFG_ENGINE, CUDNN_TYPE_BACKEND_DESCRIPTOR, engine);
                plan(ready(configuration, "configuring an engine"), index, plans, refused);
            } catch (DeviceException e) {
                refused.add(new Refusal(index, String.valueOf(e.getMessage())));
            }
        }
        return plans;
    }

    /** Every way that the library's heuristics propose for a graph, fallbacks last. */
    List<Plan> proposals(cudnnBackendDescriptor_t graph, List<Refusal> refused) {
        List<Plan> plans = new ArrayList<>();
        for (int mode : new int[] {CUDNN_HEUR_MODE_A, CUDNN_HEUR_MODE_FALLBACK}) {
            for (cudnnBackendDescriptor_t configuration : proposed(graph, mode)) {
                plan(configuration, engineOf(configuration), plans, refused);
            }
        }
        return plans;
    }

    private void plan(cudnnBackendDescriptor_t configuration, long engine, List<Plan> plans, List<Refusal> refused) {
        try {
            cudnnBackendDescriptor_t plan = make(CUDNN_BACKEND_EXECUTION_PLAN_DESCRIPTOR);
            handle(plan, CUDNN_ATTR_EXECUTION_PLAN_HANDLE);
            device(plan, PLAN_DEVICE);
            pointers(plan, CUDNN_ATTR_EXECUTION_PLAN_ENGINE_CONFIG, CUDNN_TYPE_BACKEND_DESCRIPTOR, configuration);
            ready(plan, "planning");
            plans.add(new Plan(plan, engine, number(plan, CUDNN_ATTR_EXECUTION_PLAN_WORKSPACE_SIZE)));
        } catch (DeviceException e) {
            refused.add(new Refusal(engine, String.valueOf(e.getMessage())));
        }
    }

    /** Configurations in the order of the heuristics; none where they refuse the graph. */
    private List<cudnnBackendDescriptor_t> proposed(cudnnBackendDescriptor_t graph, int mode) {
        List<cudnnBackendDescriptor_t> configurations = new ArrayList<>();
        try (LongPointer count = new LongPointer(1)) {
            cudnnBackendDescriptor_t heuristics = make(CUDNN_BACKEND_ENGINEHEUR_DESCRIPTOR);
            pointers(heuristics, CUDNN_ATTR_ENGINEHEUR_OPERATION_GRAPH, CUDNN_TYPE_BACKEND_DESCRIPTOR, graph);
            number(heuristics, CUDNN_ATTR_ENGINEHEUR_MODE, CUDNN_TYPE_HEUR_MODE, mode);
            device(heuristics, HEURISTICS_DEVICE);
            ready(heuristics, "asking the heuristics");
            int name = CUDNN_ATTR_ENGINEHEUR_RESULTS;
            count.put(0);
            check(get(heuristics, name, CUDNN_TYPE_BACKEND_DESCRIPTOR, 0, count, new Pointer()), "counting proposals");
            int n = (int) Math.min(MOST_CONFIGURATIONS, count.get());
            for (int i = 0; i < n; i++) {
                configurations.add(make(CUDNN_BACKEND_ENGINECFG_DESCRIPTOR));
            }
            if (n > 0) {
                try (PointerPointer<Pointer> out = new PointerPointer<>(configurations.toArray(new Pointer[0]))) {
                    check(get(heuristics, name, CUDNN_TYPE_BACKEND_DESCRIPTOR, n, count, out), "reading proposals");
                }
            }
            return configurations.subList(0, (int) Math.min(n, count.get()));
        } catch (DeviceException e) {
            return List.of();
        }
    }

    private long engineOf(cudnnBackendDescriptor_t configuration) {
        try (LongPointer count = new LongPointer(1).put(0)) {
            cudnnBackendDescriptor_t engine = make(CUDNN_BACKEND_ENGINE_DESCRIPTOR);
            // Not of the pointer itself, which would be a cast.
            try (PointerPointer<Pointer> out = new PointerPointer<>(new Pointer[] {engine})) {
                int name = CUDNN_ATTR_ENGINECFG_ENGINE;
                check(get(configuration, name, CUDNN_TYPE_BACKEND_DESCRIPTOR, 1, count, out), "asking for the engine");
            }
            return number(engine, CUDNN_ATTR_ENGINE_GLOBAL_INDEX);
        } catch (DeviceException e) {
            return -1;
        }
    }

    /** What a plan runs on: addresses on the device. */
    cudnnBackendDescriptor_t pack(long x, long w, long y, long workspace) {
        cudnnBackendDescriptor_t d = make(CUDNN_BACKEND_VARIANT_PACK_DESCRIPTOR);
        longs(d, CUDNN_ATTR_VARIANT_PACK_UNIQUE_IDS, X, W, Y);
        pointers(d, CUDNN_ATTR_VARIANT_PACK_DATA_POINTERS, CUDNN_TYPE_VOID_PTR, at(x), at(w), at(y));
        pointers(d, CUDNN_ATTR_VARIANT_PACK_WORKSPACE, CUDNN_TYPE_VOID_PTR, at(workspace));
        return ready(d, "naming the memory");
    }

    private static Pointer at(long address) {
        return new MemoryRef().to(address);
    }

    /** Enqueues a plan; not for a device that is only described. */
    void execute(Plan plan, cudnnBackendDescriptor_t pack) {
        check(cudnnBackendExecute(Objects.requireNonNull(handle), plan.descriptor, pack), "running a plan");
    }

    @Override
    public void close() {
        while (!made.isEmpty()) {
            cudnnBackendDestroyDescriptor(made.pop());
        }
    }
}
