package io.dms.backend.tensorrt;

import java.util.concurrent.atomic.AtomicLong;

/** A block of device memory, or of host memory that the device reads. One owner, who closes it. Not thread-safe. */
final class DeviceMemory implements AutoCloseable {
    private static final AtomicLong LIVE = new AtomicLong();
    private static final long LEAST = 256;

    private final Cuda cuda;
    private final boolean host;
    private final long bytes;
    private long address;

    private DeviceMemory(Cuda cuda, boolean host, long bytes) {
        this.cuda = cuda;
        this.host = host;
        this.bytes = Math.max(bytes, LEAST);
        this.address = host ? cuda.hostAlloc(this.bytes) : cuda.malloc(this.bytes);
        LIVE.addAndGet(this.bytes);
    }

    static DeviceMemory device(Cuda cuda, long bytes) {
        return new DeviceMemory(cuda, false, bytes);
    }

    static DeviceMemory host(Cuda cuda, long bytes) {
        return new DeviceMemory(cuda, true, bytes);
    }

    /** Bytes that all open blocks of the process have together. */
    static long liveBytes() {
        return LIVE.get();
    }

    long bytes() {
        return bytes;
    }

    long address() {
        return address;
    }

    @Override
    public void close() {
        long a = address;
        if (a == 0) {
            return;
        }
        address = 0;
        LIVE.addAndGet(-bytes);
        try {
            if (host) {
                cuda.hostFree(a);
            } else {
                cuda.free(a);
            }
        } catch (DeviceException e) {
            // With the context all its memory is gone.
            if (e.kind() != DeviceException.Kind.LOST) {
                throw e;
            }
        }
    }
}
