package io.dms.backend.tensorrt;

import io.dms.cuda.DeviceException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.Map;
import java.util.TreeMap;

/**
 * Memory of a device that is none: blocks of ordinary memory at invented addresses. An address outside every block, or
 * of a block that was freed, fails. New blocks hold NaN.
 */
final class FakeMemory {
    private final TreeMap<Long, ByteBuffer> blocks = new TreeMap<>();
    private long next = 1L << 40;
    private long used;
    /** Bytes that there are. */
    long capacity = Long.MAX_VALUE;
    /** The most that was used at a time. */
    long peak;

    synchronized long allocate(long bytes) {
        if (used + bytes > capacity) {
            throw new DeviceException(DeviceException.Kind.OUT_OF_MEMORY, "allocating device memory: out of memory");
        }
        ByteBuffer b = ByteBuffer.allocateDirect(Math.toIntExact(bytes)).order(ByteOrder.nativeOrder());
        poison(b);
        long at = next;
        next += (bytes + 4095) / 4096 * 4096 + 4096;
        blocks.put(at, b);
        used += bytes;
        peak = Math.max(peak, used);
        return at;
    }

    static void poison(ByteBuffer b) {
        for (int i = 0; i + 4 <= b.capacity(); i += 4) {
            b.putFloat(i, Float.NaN);
        }
    }

    synchronized void free(long address) {
        ByteBuffer gone = blocks.remove(address);
        if (gone == null) {
            throw new IllegalStateException("freed twice, or never allocated: " + address);
        }
        used -= gone.capacity();
    }

    synchronized long used() {
        return used;
    }

    /** {@code bytes} from this address on. */
    synchronized ByteBuffer at(long address, long bytes) {
        Map.Entry<Long, ByteBuffer> e = blocks.floorEntry(address);
        if (e == null || address + bytes > e.getKey() + e.getValue().capacity()) {
            throw new IllegalStateException("outside every block: " + bytes + " bytes at " + address);
        }
        return e.getValue()
                .slice(Math.toIntExact(address - e.getKey()), Math.toIntExact(bytes))
                .order(ByteOrder.nativeOrder());
    }
}
