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
 * cuDNN's graph interface for one forward convolution and what follows it: descriptors, configurations of engines, plans.
 * The presets of CUDA 10.2 and 11.4 have no such functions, so on these the first call ends in a {@link LinkageError}.
 * Owns every descriptor that it makes.
 */
final class CudnnGraph implements AutoCloseable {
    /** Identifiers of the tensors in a plan. */
    static final long X = 'x', W = 'w', Y = 'y';

    private static final int ALIGNMENT = 16;
    private static final int MOST_CONFIGURATIONS = 64;
    private static final int[] PLAIN = {1, 1};

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
     * @param alignment of its address, in bytes
     */
    record Described(long id, boolean half, long[] dims, long[] strides, int alignment) {
        Described(long id, boolean half, long[] dims, long[] strides) {
            this(id, half, dims, strides, ALIGNMENT);
        }
    }

    /**
     * An engine's plan.
     *
     * @param engine its global number
     * @param workspace bytes
     */
    record Plan(cudnnBackendDescriptor_t descriptor, long engine, long workspace) {}

    /** A new descriptor, which is this object's. */
    cudnnBackendDescriptor_t make(int kind) {
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

    cudnnBackendDescriptor_t tensor(Described t) {
        return tensor(t, false);
    }

    /** @param virtual true of what lies nowhere, between two operations of a graph */
    cudnnBackendDescriptor_t tensor(Described t, boolean virtual) {
        cudnnBackendDescriptor_t d = make(CUDNN_BACKEND_TENSOR_DESCRIPTOR);
        number(d, CUDNN_ATTR_TENSOR_DATA_TYPE, CUDNN_TYPE_DATA_TYPE, t.half ? CUDNN_DATA_HALF : CUDNN_DATA_FLOAT);
        longs(d, CUDNN_ATTR_TENSOR_DIMENSIONS, t.dims);
        longs(d, CUDNN_ATTR_TENSOR_STRIDES, t.strides);
        longs(d, CUDNN_ATTR_TENSOR_UNIQUE_ID, t.id);
        longs(d, CUDNN_ATTR_TENSOR_BYTE_ALIGNMENT, t.alignment);
        if (virtual) {
            flag(d, CUDNN_ATTR_TENSOR_IS_VIRTUAL);
        }
        return ready(d, "describing a tensor");
    }

    /** The operation graph of one convolution. */
    cudnnBackendDescriptor_t convolution(Described x, Described w, Described y, int pad, int stride) {
        return graph(operation(x, w, y, pad, stride));
    }

    /** A graph of operations, each of which reads what one before it gives. */
    cudnnBackendDescriptor_t graph(Pointer... operations) {
        cudnnBackendDescriptor_t graph = make(CUDNN_BACKEND_OPERATIONGRAPH_DESCRIPTOR);
        pointers(graph, CUDNN_ATTR_OPERATIONGRAPH_OPS, CUDNN_TYPE_BACKEND_DESCRIPTOR, operations);
        handle(graph, CUDNN_ATTR_OPERATIONGRAPH_HANDLE);
        return ready(graph, "describing a graph");
    }

    /** A convolution with sums in single precision, which needs neither a handle nor a device yet. */
    cudnnBackendDescriptor_t operation(Described x, Described w, Described y, int pad, int stride) {
        int[] pads = {pad, pad};
        return operation(tensor(x), tensor(w), tensor(y), pads, new int[] {stride, stride}, PLAIN);
    }

    /** The same with what differs between rows and columns; groups are told by the filter, which has fewer channels. */
    cudnnBackendDescriptor_t operation(
            cudnnBackendDescriptor_t x,
            cudnnBackendDescriptor_t w,
            cudnnBackendDescriptor_t y,
            int[] pads,
            int[] strides,
            int[] dilations) {
        cudnnBackendDescriptor_t conv = make(CUDNN_BACKEND_CONVOLUTION_DESCRIPTOR);
        number(conv, CUDNN_ATTR_CONVOLUTION_COMP_TYPE, CUDNN_TYPE_DATA_TYPE, CUDNN_DATA_FLOAT);
        number(conv, CUDNN_ATTR_CONVOLUTION_CONV_MODE, CUDNN_TYPE_CONVOLUTION_MODE, CUDNN_CROSS_CORRELATION);
        longs(conv, CUDNN_ATTR_CONVOLUTION_SPATIAL_DIMS, 2);
        longs(conv, CUDNN_ATTR_CONVOLUTION_DILATIONS, dilations[0], dilations[1]);
        longs(conv, CUDNN_ATTR_CONVOLUTION_FILTER_STRIDES, strides[0], strides[1]);
        longs(conv, CUDNN_ATTR_CONVOLUTION_PRE_PADDINGS, pads[0], pads[1]);
        longs(conv, CUDNN_ATTR_CONVOLUTION_POST_PADDINGS, pads[0], pads[1]);
        ready(conv, "describing a convolution");
        cudnnBackendDescriptor_t op = make(CUDNN_BACKEND_OPERATION_CONVOLUTION_FORWARD_DESCRIPTOR);
        pointers(op, CUDNN_ATTR_OPERATION_CONVOLUTION_FORWARD_X, CUDNN_TYPE_BACKEND_DESCRIPTOR, x);
        pointers(op, CUDNN_ATTR_OPERATION_CONVOLUTION_FORWARD_W, CUDNN_TYPE_BACKEND_DESCRIPTOR, w);
        pointers(op, CUDNN_ATTR_OPERATION_CONVOLUTION_FORWARD_Y, CUDNN_TYPE_BACKEND_DESCRIPTOR, y);
        pointers(op, CUDNN_ATTR_OPERATION_CONVOLUTION_FORWARD_CONV_DESC, CUDNN_TYPE_BACKEND_DESCRIPTOR, conv);
        try (FloatPointer alpha = new FloatPointer(1).put(1f);
                FloatPointer beta = new FloatPointer(1).put(0f)) {
            set(op, CUDNN_ATTR_OPERATION_CONVOLUTION_FORWARD_ALPHA, CUDNN_TYPE_FLOAT, 1, alpha);
            set(op, CUDNN_ATTR_OPERATION_CONVOLUTION_FORWARD_BETA, CUDNN_TYPE_FLOAT, 1, beta);
        }
        return ready(op, "describing an operation");
    }

    /** An engine by its global number. */
    cudnnBackendDescriptor_t engine(cudnnBackendDescriptor_t graph, long index) {
        cudnnBackendDescriptor_t engine = make(CUDNN_BACKEND_ENGINE_DESCRIPTOR);
        pointers(engine, CUDNN_ATTR_ENGINE_OPERATION_GRAPH, CUDNN_TYPE_BACKEND_DESCRIPTOR, graph);
        longs(engine, CUDNN_ATTR_ENGINE_GLOBAL_INDEX, index);
        device(engine, ENGINE_DEVICE);
        return ready(engine, "choosing an engine");
    }

    /** @param knobs choices that are made; for all others the engine has defaults */
    cudnnBackendDescriptor_t configuration(cudnnBackendDescriptor_t engine, Pointer... knobs) {
        cudnnBackendDescriptor_t configuration = make(CUDNN_BACKEND_ENGINECFG_DESCRIPTOR);
        pointers(configuration, CUDNN_ATTR_ENGINECFG_ENGINE, CUDNN_TYPE_BACKEND_DESCRIPTOR, engine);
        if (knobs.length > 0) {
            pointers(configuration, CUDNN_ATTR_ENGINECFG_KNOB_CHOICES, CUDNN_TYPE_BACKEND_DESCRIPTOR, knobs);
        }
        return ready(configuration, "configuring an engine");
    }

    /** A configuration as a plan. */
    Plan plan(cudnnBackendDescriptor_t configuration, long engine) {
        cudnnBackendDescriptor_t plan = make(CUDNN_BACKEND_EXECUTION_PLAN_DESCRIPTOR);
        handle(plan, CUDNN_ATTR_EXECUTION_PLAN_HANDLE);
        device(plan, PLAN_DEVICE);
        pointers(plan, CUDNN_ATTR_EXECUTION_PLAN_ENGINE_CONFIG, CUDNN_TYPE_BACKEND_DESCRIPTOR, configuration);
        ready(plan, "planning");
        return new Plan(plan, engine, number(plan, CUDNN_ATTR_EXECUTION_PLAN_WORKSPACE_SIZE));
    }

    /** Configurations in the order of the heuristics; none where they refuse the graph. */
    List<cudnnBackendDescriptor_t> proposed(cudnnBackendDescriptor_t graph, int mode) {
        try {
            cudnnBackendDescriptor_t heuristics = make(CUDNN_BACKEND_ENGINEHEUR_DESCRIPTOR);
            pointers(heuristics, CUDNN_ATTR_ENGINEHEUR_OPERATION_GRAPH, CUDNN_TYPE_BACKEND_DESCRIPTOR, graph);
            number(heuristics, CUDNN_ATTR_ENGINEHEUR_MODE, CUDNN_TYPE_HEUR_MODE, mode);
            device(heuristics, HEURISTICS_DEVICE);
            ready(heuristics, "asking the heuristics");
            return list(
                    heuristics,
                    CUDNN_ATTR_ENGINEHEUR_RESULTS,
                    CUDNN_BACKEND_ENGINECFG_DESCRIPTOR,
                    Math.min(MOST_CONFIGURATIONS, count(heuristics, CUDNN_ATTR_ENGINEHEUR_RESULTS)));
        } catch (DeviceException e) {
            return List.of();
        }
    }

    private static int count(cudnnBackendDescriptor_t from, int name) {
        try (LongPointer count = new LongPointer(1).put(0)) {
            check(
                    get(from, name, CUDNN_TYPE_BACKEND_DESCRIPTOR, 0, count, new Pointer()),
                    "counting attribute " + name);
            return (int) Math.min(Integer.MAX_VALUE, count.get());
        }
    }

    /** What a descriptor holds of descriptors, read into new ones of that kind, at most so many. */
    List<cudnnBackendDescriptor_t> list(cudnnBackendDescriptor_t from, int name, int kind, int most) {
        List<cudnnBackendDescriptor_t> all = new ArrayList<>();
        for (int i = 0; i < most; i++) {
            all.add(make(kind));
        }
        if (most == 0) {
            return all;
        }
        // Not of a pointer itself, which would be a cast.
        try (LongPointer count = new LongPointer(1).put(0);
                PointerPointer<Pointer> out = new PointerPointer<>(all.toArray(new Pointer[0]))) {
            check(get(from, name, CUDNN_TYPE_BACKEND_DESCRIPTOR, most, count, out), "reading attribute " + name);
            return all.subList(0, (int) Math.min(most, count.get()));
        }
    }

    /** The engine of a configuration. */
    cudnnBackendDescriptor_t engineIn(cudnnBackendDescriptor_t configuration) {
        List<cudnnBackendDescriptor_t> one =
                list(configuration, CUDNN_ATTR_ENGINECFG_ENGINE, CUDNN_BACKEND_ENGINE_DESCRIPTOR, 1);
        if (one.isEmpty()) {
            throw new DeviceException(DeviceException.Kind.UNSUPPORTED, "a configuration without an engine");
        }
        return one.get(0);
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
        int status = cudnnBackendExecute(Objects.requireNonNull(handle), plan.descriptor, pack);
        if (status != 0) {
            LibraryErrors.dnn(status, "running a plan");
        }
    }

    /** Gives one back before the others. */
    void discard(cudnnBackendDescriptor_t d) {
        made.remove(d);
        cudnnBackendDestroyDescriptor(d);
    }

    @Override
    public void close() {
        while (!made.isEmpty()) {
            cudnnBackendDestroyDescriptor(made.pop());
        }
    }
}
