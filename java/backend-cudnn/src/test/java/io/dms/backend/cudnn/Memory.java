package io.dms.backend.cudnn;

import io.dms.cuda.DeviceException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.Map;
import java.util.TreeMap;

/**
 * Memory of a device that is none: blocks of ordinary memory at invented addresses. An address outside every block, or
 * of a block that was freed, fails. New blocks hold NaN. Thread-safe.
 */
final class Memory {
    private final TreeMap<Long, ByteBuffer> blocks = new TreeMap<>();
    private long next = 1L << 40;
    private long used;
    /** Bytes that there are. */
    long capacity = Long.MAX_VALUE;

    synchronized long allocate(long bytes) {
        if (used + bytes > capacity) {
            throw new DeviceException(DeviceException.Kind.OUT_OF_MEMORY, "allocating device memory: out of memory");
        }
        ByteBuffer b = ByteBuffer.allocateDirect(Math.toIntExact(bytes)).order(ByteOrder.nativeOrder());
        for (int i = 0; i + 4 <= bytes; i += 4) {
            b.putFloat(i, Float.NaN);
        }
        long at = next;
        next += (bytes + 4095) / 4096 * 4096 + 4096;
        blocks.put(at, b);
        used += bytes;
        return at;
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

    /** Everything from this address to the end of its block. */
    synchronized ByteBuffer from(long address) {
        Map.Entry<Long, ByteBuffer> e = blocks.floorEntry(address);
        if (e == null || address >= e.getKey() + e.getValue().capacity()) {
            throw new IllegalStateException("outside every block: " + address);
        }
        return at(address, e.getKey() + e.getValue().capacity() - address);
    }

    /** Elements from an address on. */
    static final class Elements {
        private final ByteBuffer bytes;
        private final boolean half;

        Elements(ByteBuffer bytes, boolean half) {
            this.bytes = bytes;
            this.half = half;
        }

        float get(long i) {
            int at = Math.toIntExact(i);
            return half ? Half.toFloat(bytes.getShort(2 * at)) : bytes.getFloat(4 * at);
        }

        void put(long i, double v) {
            int at = Math.toIntExact(i);
            if (half) {
                bytes.putShort(2 * at, Half.of((float) v));
            } else {
                bytes.putFloat(4 * at, (float) v);
            }
        }
    }

    Elements elements(long address, boolean half) {
        return new Elements(from(address), half);
    }
}
