package io.dms.backend.tensorrt;

import io.dms.cuda.DeviceMemory;
import org.jspecify.annotations.Nullable;

/**
 * Scratch memory of all levels of a session: one block, as large as the largest level needs. Contexts may share it since
 * no two of them run at a time. Not thread-safe.
 */
final class Activation implements AutoCloseable {
    private final Cuda cuda;
    private @Nullable DeviceMemory block;

    Activation(Cuda cuda) {
        this.cuda = cuda;
    }

    long address() {
        DeviceMemory b = block;
        return b == null ? 0 : b.address();
    }

    long bytes() {
        DeviceMemory b = block;
        return b == null ? 0 : b.bytes();
    }

    /**
     * Makes the block at least so large; true where it moved. Where there is no room the old one stays, and levels that
     * use it go on.
     */
    boolean grow(long bytes) {
        DeviceMemory old = block;
        if (old != null && old.bytes() >= bytes) {
            return false;
        }
        block = DeviceMemory.device(cuda, bytes);
        if (old != null) {
            cuda.synchronize();
            old.close();
        }
        return true;
    }

    @Override
    public void close() {
        DeviceMemory b = block;
        block = null;
        if (b != null) {
            b.close();
        }
    }
}
