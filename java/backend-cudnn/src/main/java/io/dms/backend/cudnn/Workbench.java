package io.dms.backend.cudnn;

import io.dms.backend.cudnn.bridge.Bridge;
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

    /** Microseconds of some work on the device; where it can't be recorded, with the host's share. */
    double micros(Runnable work, int times) {
        return new Replays(gpu, bridge.graphs()).micros(work, times, true);
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
