package io.dms.backend.cpu;

import com.sun.jna.Native;
import com.sun.jna.NativeLibrary;
import java.nio.FloatBuffer;
import java.util.Map;

/** The address of a direct buffer's first element, found without making an object. */
final class BufferAddress {
    static {
        Native.register(BufferAddress.class, NativeLibrary.getInstance("c", Map.of()));
    }

    private BufferAddress() {}

    /** C's memmove gives back its first argument; moving nothing is all that is asked of it. */
    private static native long memmove(FloatBuffer to, FloatBuffer from, long bytes);

    static long of(FloatBuffer direct) {
        // JNA passes the address of the buffer's position.
        return memmove(direct, direct, 0) - 4L * direct.position();
    }
}
