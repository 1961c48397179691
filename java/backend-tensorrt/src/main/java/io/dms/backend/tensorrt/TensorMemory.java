package io.dms.backend.tensorrt;

import io.dms.cuda.DeviceMemory;
import io.dms.model.Graph;
import java.nio.FloatBuffer;
import java.util.ArrayList;
import java.util.List;

/**
 * Where the inputs and outputs of a network are: on the device, and in pinned host memory through which they travel. All
 * levels of a model share it, since their ends have the same shapes. Closed by its owner. Not thread-safe.
 */
final class TensorMemory implements AutoCloseable {
    private static final long ALIGNMENT = 256;

    private final Cuda cuda;
    private final int inputs;
    private final String[] names;
    private final long[] bytes;
    private final long[] onDevice;
    private final long[] onHost;
    private final FloatBuffer[] host;
    private final DeviceMemory device;
    private final DeviceMemory pinned;

    /** @param batch images of a call */
    TensorMemory(Cuda cuda, Graph graph, int batch) {
        this.cuda = cuda;
        List<Graph.Value> all = new ArrayList<>(graph.inputs());
        inputs = all.size();
        all.addAll(graph.outputs());
        names = all.stream().map(Graph.Value::name).toArray(String[]::new);
        bytes = all.stream()
                .mapToLong(v -> 4 * v.shape().withBatch(batch).elements())
                .toArray();
        onDevice = new long[names.length];
        onHost = new long[names.length];
        long end = 0;
        for (int i = 0; i < names.length; i++) {
            onDevice[i] = end;
            end += (bytes[i] + ALIGNMENT - 1) / ALIGNMENT * ALIGNMENT;
        }
        device = DeviceMemory.device(cuda, end);
        try {
            pinned = DeviceMemory.host(cuda, end);
        } catch (RuntimeException e) {
            device.close();
            throw e;
        }
        host = new FloatBuffer[names.length];
        for (int i = 0; i < names.length; i++) {
            onHost[i] = pinned.address() + onDevice[i];
            onDevice[i] += device.address();
            host[i] = cuda.hostBuffer(onHost[i], bytes[i]).asFloatBuffer();
        }
    }

    /** Names of inputs, then of outputs. */
    String[] names() {
        return names;
    }

    int inputs() {
        return inputs;
    }

    /** Addresses on the device, in the order of the names. */
    long[] addresses() {
        return onDevice;
    }

    /** Brings the caller's inputs into pinned memory. Allocates nothing. */
    void take(FloatBuffer[] from) {
        for (int i = 0; i < inputs; i++) {
            host[i].put(0, from[i], 0, host[i].capacity());
        }
    }

    /** Brings outputs from pinned memory to the caller. Allocates nothing. */
    void give(FloatBuffer[] to) {
        for (int i = 0; i < to.length; i++) {
            to[i].put(0, host[inputs + i], 0, host[inputs + i].capacity());
        }
    }

    /** Puts the copies of all inputs on the stream. */
    void enqueueInputs() {
        for (int i = 0; i < inputs; i++) {
            cuda.copyToDevice(onDevice[i], onHost[i], bytes[i]);
        }
    }

    /** Puts the copies of all outputs on the stream. */
    void enqueueOutputs() {
        for (int i = inputs; i < names.length; i++) {
            cuda.copyToHost(onHost[i], onDevice[i], bytes[i]);
        }
    }

    @Override
    public void close() {
        pinned.close();
        device.close();
    }
}
