package io.dms.serve.protocol;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;

/** Little-endian bytes that grow. */
final class Bytes {
    private ByteBuffer buffer = ByteBuffer.allocate(256).order(ByteOrder.LITTLE_ENDIAN);

    /** The buffer, with room for so many bytes more. */
    ByteBuffer room(int bytes) {
        if (buffer.remaining() < bytes) {
            int size =
                    Math.max(Math.addExact(buffer.position(), bytes), (int) Math.min(2L * buffer.capacity(), 1 << 30));
            buffer = ByteBuffer.allocate(size).order(ByteOrder.LITTLE_ENDIAN).put(buffer.flip());
        }
        return buffer;
    }

    ByteBuffer done() {
        return buffer.flip();
    }
}
