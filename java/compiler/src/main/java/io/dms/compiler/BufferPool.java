package io.dms.compiler;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.FloatBuffer;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.HashMap;
import java.util.Map;

/** Direct buffers that are used again. Not thread-safe. */
final class BufferPool {
    private final Map<Integer, Deque<FloatBuffer>> free = new HashMap<>();

    /** A buffer of exactly this many floats, its content left over from before. */
    FloatBuffer take(int floats) {
        Deque<FloatBuffer> queue = free.get(floats);
        if (queue != null && !queue.isEmpty()) {
            return queue.pop();
        }
        return ByteBuffer.allocateDirect(Math.multiplyExact(floats, 4))
                .order(ByteOrder.nativeOrder())
                .asFloatBuffer();
    }

    /** Gives a buffer back, which nobody may use any more. */
    void give(FloatBuffer buffer) {
        free.computeIfAbsent(buffer.capacity(), k -> new ArrayDeque<>()).push(buffer);
    }
}
