package io.dms.backend.tensorrt;

import io.dms.cuda.DeviceException;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.atomic.AtomicLong;
import org.jspecify.annotations.Nullable;

/** A device in ordinary memory. Work is done when somebody waits, so that a missing wait shows. */
final class FakeCuda implements Cuda {
    private static final AtomicLong STREAMS = new AtomicLong(1);

    private final FakeMemory memory;
    private final long stream = STREAMS.getAndIncrement();
    private final List<Runnable> pending = new ArrayList<>();
    private final Map<Long, List<Runnable>> graphs = new HashMap<>();
    private @Nullable List<Runnable> recording;
    private long nextGraph = 1;
    /** Every error of a context that is gone. */
    boolean lost;
    /** Work that can't be recorded. */
    boolean capturable = true;
    /** False for calls that do nothing, and allocate nothing. */
    boolean works = true;

    boolean closed;
    int launches;
    int entered;

    FakeCuda(FakeMemory memory) {
        this.memory = memory;
    }

    FakeMemory memory() {
        return memory;
    }

    boolean isRecording() {
        return recording != null;
    }

    /** Puts work on the stream. */
    void submit(Runnable work) {
        List<Runnable> r = recording;
        (r == null ? pending : r).add(work);
    }

    private void alive() {
        if (lost) {
            throw new DeviceException(DeviceException.Kind.LOST, "waiting for the device: unspecified launch failure");
        }
        if (closed) {
            throw new IllegalStateException("the device is closed");
        }
    }

    @Override
    public String deviceName() {
        return "Fake Orin";
    }

    @Override
    public int architecture() {
        return 87;
    }

    @Override
    public int multiprocessors() {
        return 8;
    }

    @Override
    public int runtimeVersion() {
        return 12060;
    }

    @Override
    public int driverVersion() {
        return 12060;
    }

    @Override
    public void enter() {
        alive();
        entered++;
    }

    @Override
    public long freeBytes() {
        alive();
        return memory.capacity - memory.used();
    }

    @Override
    public long malloc(long bytes) {
        alive();
        return memory.allocate(bytes);
    }

    @Override
    public void free(long address) {
        memory.free(address);
        alive();
    }

    @Override
    public long hostAlloc(long bytes) {
        alive();
        return memory.allocate(bytes);
    }

    @Override
    public void hostFree(long address) {
        memory.free(address);
        alive();
    }

    @Override
    public ByteBuffer hostBuffer(long address, long bytes) {
        return memory.at(address, bytes);
    }

    @Override
    public void copyToDevice(long to, long host, long bytes) {
        copy(to, host, bytes);
    }

    @Override
    public void copyToHost(long host, long from, long bytes) {
        copy(host, from, bytes);
    }

    @Override
    public void fill(long address, int value, long bytes) {
        if (works) {
            alive();
            submit(() -> {
                ByteBuffer b = memory.at(address, bytes);
                for (int i = 0; i < bytes; i++) {
                    b.put(i, (byte) value);
                }
            });
        }
    }

    private void copy(long to, long from, long bytes) {
        if (works) {
            alive();
            submit(() -> memory.at(to, bytes).put(memory.at(from, bytes)));
        }
    }

    @Override
    public long stream() {
        return stream;
    }

    @Override
    public void synchronize() {
        if (works) {
            alive();
            pending.forEach(Runnable::run);
            pending.clear();
        }
    }

    @Override
    public void beginCapture() {
        alive();
        if (recording != null) {
            throw new IllegalStateException("a recording is going on");
        }
        recording = new ArrayList<>();
    }

    @Override
    public long endCapture() {
        List<Runnable> r = recording;
        if (r == null) {
            throw new IllegalStateException("nothing is recorded");
        }
        recording = null;
        if (!capturable) {
            throw new DeviceException(
                    DeviceException.Kind.OTHER, "ending the recording of a graph: operation not permitted");
        }
        graphs.put(nextGraph, r);
        return nextGraph++;
    }

    @Override
    public void abortCapture() {
        recording = null;
    }

    @Override
    public void launch(long graph) {
        launches++;
        if (works) {
            alive();
            List<Runnable> work = graphs.get(graph);
            if (work == null) {
                throw new IllegalStateException("no graph " + graph);
            }
            pending.addAll(work);
        }
    }

    @Override
    public void destroyGraph(long graph) {
        if (graphs.remove(graph) == null) {
            throw new IllegalStateException("no graph " + graph);
        }
        alive();
    }

    int graphs() {
        return graphs.size();
    }

    @Override
    public void close() {
        if (closed) {
            throw new IllegalStateException("closed twice");
        }
        closed = true;
    }
}
