package io.dms.backend.cudnn;

import io.dms.cuda.DeviceException;
import java.nio.ByteBuffer;
import org.jspecify.annotations.Nullable;

/** CUDA, cuBLAS and cuDNN that read like their formulas, on {@link Memory}; checks what the libraries check. */
final class FakeGpu implements Gpu {
    final Memory memory;
    final FakeDnn dnn = new FakeDnn(this);
    int architecture = 75;
    /** Fails the next call that computes, where it is set. */
    @Nullable
    DeviceException failure;

    final FakeBlas blas = new FakeBlas(this);
    private final long stream;
    boolean closed;
    private static long streams = 1;

    FakeGpu(Memory memory) {
        this.memory = memory;
        synchronized (FakeGpu.class) {
            stream = streams++;
        }
    }

    @Override
    public Blas blas() {
        return blas;
    }

    @Override
    public FakeDnn dnn() {
        return dnn;
    }

    @Override
    public String deviceName() {
        return "Fake GPU";
    }

    @Override
    public int architecture() {
        return architecture;
    }

    @Override
    public int multiprocessors() {
        return 40;
    }

    @Override
    public int driverVersion() {
        return 13010;
    }

    @Override
    public int runtimeVersion() {
        return 13010;
    }

    @Override
    public void enter() {}

    @Override
    public long freeBytes() {
        return Math.min(16L << 20, memory.capacity - memory.used());
    }

    @Override
    public long malloc(long bytes) {
        return memory.allocate(bytes);
    }

    @Override
    public void free(long address) {
        memory.free(address);
    }

    @Override
    public long hostAlloc(long bytes) {
        return memory.allocate(bytes);
    }

    @Override
    public void hostFree(long address) {
        memory.free(address);
    }

    @Override
    public ByteBuffer hostBuffer(long address, long bytes) {
        return memory.at(address, bytes);
    }

    /** What is done at once, or recorded. */
    void work(Runnable r) {
        Recordings.work(stream, r);
    }

    private void copy(long to, long from, long bytes) {
        work(() -> memory.at(to, bytes).put(memory.at(from, bytes)));
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
        ByteBuffer b = memory.at(address, bytes);
        for (int i = 0; i < bytes; i++) {
            b.put(i, (byte) value);
        }
    }

    @Override
    public long stream() {
        return stream;
    }

    @Override
    public void synchronize() {
        if (Recordings.of(stream) != null) {
            throw new IllegalStateException("waited while recording");
        }
        @Nullable DeviceException e = failure;
        failure = null;
        if (e != null) {
            throw e;
        }
    }

    @Override
    public void close() {
        if (closed) {
            throw new IllegalStateException("closed twice");
        }
        closed = true;
        dnn.descriptors().assertGone();
    }
}
