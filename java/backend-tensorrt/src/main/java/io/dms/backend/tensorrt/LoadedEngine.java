package io.dms.backend.tensorrt;

import io.dms.backend.tensorrt.NvInfer.Kind;
import io.dms.cuda.DeviceException;
import java.nio.ByteBuffer;

/**
 * One engine in memory, with an execution context that has no scratch memory of its own, and the recording of a call
 * where one was made. Owns runtime, engine, context and recording until it is closed; scratch and tensor memory belong to
 * others. Not thread-safe.
 */
final class LoadedEngine implements AutoCloseable {
    private final Device device;
    private final long planBytes;
    private long runtime;
    private long engine;
    private long context;
    private Generation.Bound bound = new Generation.Bound(0, 0);
    private boolean isBound;
    private long graph;
    private boolean stale;
    private long lastUse;

    /**
     * Reads an engine.
     *
     * @param plan verified bytes, direct, position to limit; not needed afterwards
     * @param dlaCore the accelerator that it runs on, below 0 for none
     * @throws DeviceException if the library refuses it or memory is missing; {@code UNSUPPORTED} where it says that another
     *     library or device made it
     */
    LoadedEngine(Device device, ByteBuffer plan, int dlaCore) {
        this.device = device;
        this.planBytes = plan.remaining();
        // What went wrong before is not why this fails.
        device.nv().takeError();
        try {
            runtime = device.nv().newRuntime();
            if (runtime == 0) {
                throw device.failure("TensorRT's runtime can't be made");
            }
            if (dlaCore >= 0) {
                device.nv().setRuntimeDlaCore(runtime, dlaCore);
            }
            engine = device.nv().deserialize(runtime, plan);
            if (engine == 0) {
                throw device.refusal("TensorRT refuses the engine");
            }
            context = device.generation().newContext(engine);
            if (context == 0) {
                throw device.failure("no execution context");
            }
        } catch (RuntimeException | Error e) {
            close();
            throw e;
        }
    }

    /** Bytes of the serialised engine: weights and code. The library does not tell what it takes on the device. */
    long planBytes() {
        return planBytes;
    }

    /** Scratch memory that a call needs. */
    long activationBytes() {
        return device.generation().activationBytes(engine);
    }

    int layers() {
        return device.nv().engineLayers(engine);
    }

    /** Says where the scratch memory is. What was recorded with another one is stale from here on. */
    void useActivation(long address, long bytes) {
        device.generation().useMemory(context, address, bytes);
        stale = graph != 0;
    }

    /** Says where the tensors are and which shapes the inputs have. */
    void bind(TensorMemory tensors, int[][] shapes) {
        if (isBound) {
            device.generation().unbind(bound);
            isBound = false;
        }
        bound = device.generation()
                .bind(engine, context, tensors.names(), tensors.inputs(), shapes, tensors.addresses());
        isBound = true;
    }

    /** Puts one inference on the stream, of the tensors that are on the device. Allocates nothing in Java. */
    void enqueue() {
        if (!device.generation().enqueue(bound, device.cuda().stream())) {
            throw device.failure("TensorRT did not take the call");
        }
    }

    /** Records a call with its copies; it has to have run once before, since libraries allocate on first use. */
    void record(TensorMemory tensors) {
        dropGraph();
        Cuda cuda = device.cuda();
        try {
            cuda.beginCapture();
            tensors.enqueueInputs();
            enqueue();
            tensors.enqueueOutputs();
            graph = cuda.endCapture();
            stale = false;
        } catch (RuntimeException e) {
            cuda.abortCapture();
            throw e;
        }
    }

    boolean isRecorded() {
        return graph != 0;
    }

    /** True where the recording is of memory that is not there any more. */
    boolean isStale() {
        return stale;
    }

    /** Puts what was recorded on the stream. Allocates nothing in Java. */
    void replay() {
        device.cuda().launch(graph);
    }

    long lastUse() {
        return lastUse;
    }

    void usedAt(long turn) {
        lastUse = turn;
    }

    private void dropGraph() {
        long g = graph;
        graph = 0;
        stale = false;
        if (g != 0) {
            device.cuda().destroyGraph(g);
        }
    }

    /** In the order that the library asks for: context, engine, runtime. */
    @Override
    public void close() {
        try {
            dropGraph();
        } catch (DeviceException e) {
            if (e.kind() != DeviceException.Kind.LOST) {
                throw e;
            }
        } finally {
            if (isBound) {
                device.generation().unbind(bound);
                isBound = false;
            }
            long c = context;
            long n = engine;
            long r = runtime;
            context = 0;
            engine = 0;
            runtime = 0;
            device.generation().free(Kind.CONTEXT, c);
            device.generation().free(Kind.ENGINE, n);
            device.generation().free(Kind.RUNTIME, r);
        }
    }
}
