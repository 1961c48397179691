package io.dms.cuda;

import io.dms.runtime.WeightBank;
import java.util.concurrent.atomic.AtomicLong;

/** A block of device memory, or of host memory that the device reads. One owner, who closes it. Not thread-safe. */
public final class DeviceMemory implements WeightBank.Block {
    private static final AtomicLong LIVE = new AtomicLong();
    private static final long LEAST = 256;

    private final CudaDevice device;
    private final boolean host;
    private final long bytes;
    private long address;

    private DeviceMemory(CudaDevice device, boolean host, long bytes) {
        this.device = device;
        this.host = host;
        this.bytes = Math.max(bytes, LEAST);
        this.address = host ? device.hostAlloc(this.bytes) : device.malloc(this.bytes);
        LIVE.addAndGet(this.bytes);
    }

    /**
     * A block on the device.
     *
     * @throws DeviceException if there is not so much
     */
    public static DeviceMemory device(CudaDevice device, long bytes) {
        return new DeviceMemory(device, false, bytes);
    }

    /**
     * A block of pinned host memory.
     *
     * @throws DeviceException if there is not so much
     */
    public static DeviceMemory host(CudaDevice device, long bytes) {
        return new DeviceMemory(device, true, bytes);
    }

    /** Bytes that all open blocks of the process have together. */
    public static long liveBytes() {
        return LIVE.get();
    }

    /** Its size: what was asked for, and 256 at least. */
    public long bytes() {
        return bytes;
    }

    /** Where it begins; 0 once it is closed. */
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
                device.hostFree(a);
            } else {
                device.free(a);
            }
        } catch (DeviceException e) {
            // With the context all its memory is gone.
            if (e.kind() != DeviceException.Kind.LOST) {
                throw e;
            }
        }
    }
}
