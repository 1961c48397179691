package io.dms.backend.cpu;

import io.dms.model.EnvironmentException;
import io.dms.runtime.WeightBank;
import java.nio.ByteOrder;
import java.nio.FloatBuffer;
import org.bytedeco.javacpp.BytePointer;
import org.bytedeco.javacpp.Pointer;

/** A block of native memory, aligned to a cache line, zeroed. One owner, who closes it. Not thread-safe. */
final class NativeBlock implements WeightBank.Block {
    private static final int ALIGNMENT = 64;

    private final long bytes;
    private final long address;
    private Pointer raw;

    /**
     * @param bytes size
     * @throws EnvironmentException if the machine has not that much memory
     */
    NativeBlock(long bytes) {
        this.bytes = bytes;
        raw = Pointer.calloc(1, Math.addExact(bytes, ALIGNMENT));
        if (raw == null || raw.isNull()) {
            throw new EnvironmentException("not enough memory for " + (bytes >> 20)
                    + " MiB of native buffers: use a smaller batch, model or weight budget");
        }
        address = (raw.address() + ALIGNMENT - 1) / ALIGNMENT * ALIGNMENT;
        Dnnl.made();
    }

    long bytes() {
        return bytes;
    }

    @Override
    public long address() {
        return address;
    }

    /** A pointer into the block. */
    Pointer at(long offset) {
        return at(address, offset);
    }

    /** A pointer to any address; owns nothing. */
    static Pointer at(long address, long offset) {
        return new Address(address + offset);
    }

    /** Floats of the block as a buffer, to be used only while it is open. */
    FloatBuffer floats(long offset, long count) {
        return floatsAt(address + offset, count);
    }

    /** Floats at any address as a buffer, to be used only while that memory lives. */
    static FloatBuffer floatsAt(long address, long count) {
        return new BytePointer(new Address(address))
                .capacity(Math.multiplyExact(count, 4L))
                .asByteBuffer()
                .order(ByteOrder.nativeOrder())
                .asFloatBuffer();
    }

    @Override
    public void close() {
        if (!raw.isNull()) {
            Pointer.free(raw);
            raw.setNull();
            Dnnl.destroyed();
        }
    }

    /** A bare address in the shape that the preset's methods want. */
    private static final class Address extends Pointer {
        Address(long address) {
            super((Pointer) null);
            this.address = address;
        }
    }
}
