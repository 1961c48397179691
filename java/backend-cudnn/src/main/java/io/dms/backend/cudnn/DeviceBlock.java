package io.dms.backend.cudnn;

import io.dms.runtime.WeightBank;
import java.util.concurrent.atomic.AtomicLong;

/** A block of device memory, or of host memory that the device reads. One owner, who closes it. Not thread-safe. */
final class DeviceBlock implements WeightBank.Block {
    private static final AtomicLong LIVE = new AtomicLong();

    private final Gpu gpu;
    private final boolean host;
    private final long bytes;
    private long address;

    private DeviceBlock(Gpu gpu, boolean host, long bytes) {
        this.gpu = gpu;
        this.host = host;
        this.bytes = Math.max(bytes, 256);
        this.address = host ? gpu.hostAlloc(this.bytes) : gpu.malloc(this.bytes);
        LIVE.addAndGet(this.bytes);
    }

    static DeviceBlock device(Gpu gpu, long bytes) {
        return new DeviceBlock(gpu, false, bytes);
    }

    static DeviceBlock host(Gpu gpu, long bytes) {
        return new DeviceBlock(gpu, true, bytes);
    }

    /** Bytes that all open blocks of the process have together. */
    static long liveBytes() {
        return LIVE.get();
    }

    long bytes() {
        return bytes;
    }

    @Override
    public long address() {
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
                gpu.hostFree(a);
            } else {
                gpu.free(a);
            }
        } catch (GpuException e) {
            if (e.kind() != GpuException.Kind.LOST) {
                throw e;
            }
        }
    }
}
