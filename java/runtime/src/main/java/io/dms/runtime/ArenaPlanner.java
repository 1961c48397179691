package io.dms.runtime;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;

/**
 * Places buffers in one block of memory so that buffers in use at the same step never overlap: largest first, each at
 * the lowest offset that is free over its whole life (the greedy-by-size rule of Pisarchyk and Lee, "Efficient Memory
 * Management for Deep Neural Net Inference", 2020, section 5). Not thread-safe.
 */
public final class ArenaPlanner {
    /** Offsets are multiples of this, in bytes: one cache line. */
    public static final int ALIGNMENT = 64;

    private final List<Slot> slots = new ArrayList<>();
    private long size = -1;

    /** One buffer: bytes, first and last step of use (both inclusive), and, once planned, its offset. */
    private static final class Slot {
        final long bytes;
        final int first;
        final int last;
        long offset;

        Slot(long bytes, int first, int last) {
            this.bytes = bytes;
            this.first = first;
            this.last = last;
        }

        boolean overlaps(Slot o) {
            return first <= o.last && o.first <= last;
        }
    }

    /**
     * Adds a buffer.
     *
     * @param bytes its size
     * @param first first step that uses it
     * @param last last step that uses it
     * @return its index, for {@link #offset}
     */
    public int add(long bytes, int first, int last) {
        if (bytes < 0 || first > last) {
            throw new IllegalArgumentException("no such life: bytes=" + bytes + " first=" + first + " last=" + last);
        }
        slots.add(new Slot(Math.addExact(bytes, ALIGNMENT - 1L) / ALIGNMENT * ALIGNMENT, first, last));
        size = -1;
        return slots.size() - 1;
    }

    /** Bytes of the block. */
    public long size() {
        if (size < 0) {
            plan();
        }
        return size;
    }

    /** Where a buffer lies in the block. */
    public long offset(int index) {
        size();
        return slots.get(index).offset;
    }

    private void plan() {
        List<Slot> bySize = new ArrayList<>(slots);
        bySize.sort(Comparator.comparingLong((Slot s) -> s.bytes).reversed());
        List<Slot> placed = new ArrayList<>();
        size = 0;
        for (Slot s : bySize) {
            long at = 0;
            for (Slot p : placed) {
                if (!p.overlaps(s)) {
                    continue;
                }
                if (p.offset >= Math.addExact(at, s.bytes)) {
                    break;
                }
                at = Math.max(at, p.offset + p.bytes);
            }
            s.offset = at;
            size = Math.max(size, Math.addExact(at, s.bytes));
            placed.add(s);
            placed.sort(Comparator.comparingLong(p -> p.offset));
        }
    }
}
