package io.dms.backend.cudnn;

import io.dms.backend.cudnn.bridge.Bridge;
import io.dms.backend.cudnn.bridge.BridgeException;
import io.dms.backend.cudnn.bridge.Bridges;
import io.dms.cuda.DeviceException;
import io.dms.cuda.DeviceMemory;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;

/** A device, memory on it, and a clock: what probes work with. Owns the device and all memory. Used by one thread. */
final class Workbench implements AutoCloseable {
    final PresetGpu gpu;
    final Bridge bridge;
    private final List<DeviceMemory> blocks = new ArrayList<>();

    /** @throws io.dms.model.EnvironmentException if there is no device */
    Workbench() {
        Machine machine = new Machine();
        machine.check();
        bridge = Bridges.get();
        gpu = new PresetGpu(machine.device(), false);
    }

    static float[] random(int n, long seed) {
        Random random = new Random(seed);
        float[] values = new float[n];
        for (int i = 0; i < n; i++) {
            values[i] = (float) random.nextGaussian();
        }
        return values;
    }

    /** Device memory, filled with zeroes. */
    long zeros(long bytes) {
        DeviceMemory block = DeviceMemory.device(gpu, bytes);
        blocks.add(block);
        gpu.fill(block.address(), 0, block.bytes());
        return block.address();
    }

    /** Numbers on the device, in single precision or half. */
    long upload(float[] values, boolean half) {
        Content content = new Content.Plain(values, half);
        long address = zeros(content.bytes());
        try (DeviceMemory host = DeviceMemory.host(gpu, content.bytes())) {
            content.write(gpu.hostBuffer(host.address(), host.bytes()));
            gpu.copyToDevice(address, host.address(), content.bytes());
            gpu.synchronize();
        }
        return address;
    }

    float[] download(long address, int n, boolean half) {
        float[] values = new float[n];
        try (DeviceMemory host = DeviceMemory.host(gpu, (half ? 2L : 4L) * n)) {
            gpu.copyToHost(host.address(), address, (half ? 2L : 4L) * n);
            gpu.synchronize();
            ByteBuffer bytes = gpu.hostBuffer(host.address(), host.bytes());
            for (int i = 0; i < n; i++) {
                values[i] = half ? Half.toFloat(bytes.getShort(2 * i)) : bytes.getFloat(4 * i);
            }
        }
        return values;
    }

    /**
     * Microseconds of some work on the device: the shortest of several replays of a graph with the work many times over,
     * so that the host's share does not count. Where the work can't be recorded, it is enqueued as often instead.
     */
    double micros(Runnable work, int times) {
        work.run();
        gpu.synchronize();
        long graph = record(work, times);
        double best = Double.POSITIVE_INFINITY;
        try {
            for (int round = 0; round < 5; round++) {
                long start = System.nanoTime();
                if (graph != 0) {
                    bridge.graphs().launch(graph, gpu.stream());
                } else {
                    repeat(work, times);
                }
                gpu.synchronize();
                best = Math.min(best, (System.nanoTime() - start) / 1e3 / times);
            }
        } finally {
            if (graph != 0) {
                bridge.graphs().destroy(graph);
            }
        }
        return best;
    }

    private static void repeat(Runnable work, int times) {
        for (int i = 0; i < times; i++) {
            work.run();
        }
    }

    /** 0 where the work can't be recorded. */
    private long record(Runnable work, int times) {
        long stream = gpu.stream();
        try {
            bridge.graphs().begin(stream);
            repeat(work, times);
            return bridge.graphs().end(stream);
        } catch (DeviceException | BridgeException e) {
            if (bridge.graphs().isRecording(stream)) {
                bridge.graphs().abort(stream);
            }
            return 0;
        }
    }

    /** Gives the memory back, for the next shape. */
    void clear() {
        gpu.synchronize();
        blocks.forEach(DeviceMemory::close);
        blocks.clear();
    }

    /** The largest difference over the largest value; NaN where a value is none. */
    static double error(float[] got, float[] want) {
        double largest = 0;
        double worst = 0;
        for (int i = 0; i < want.length; i++) {
            double d = Math.abs((double) got[i] - want[i]);
            if (Double.isNaN(d)) {
                return d;
            }
            worst = Math.max(worst, d);
            largest = Math.max(largest, Math.abs(want[i]));
        }
        return worst / Math.max(largest, 1e-30);
    }

    @Override
    public void close() {
        try {
            clear();
        } catch (DeviceException e) {
            // A lost device: there is nothing left to give back.
        }
        gpu.close();
    }
}
