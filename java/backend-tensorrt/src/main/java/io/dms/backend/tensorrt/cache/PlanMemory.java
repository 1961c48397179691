package io.dms.backend.tensorrt.cache;

import com.sun.jna.Memory;
import io.dms.model.EnvironmentException;
import java.nio.ByteBuffer;
import java.util.concurrent.atomic.AtomicLong;
import org.jspecify.annotations.Nullable;

/**
 * The bytes of a plan and who frees them: whoever has this object, once an engine is made of them. A plan is as large as
 * the level's weights, and a board shares its memory with the GPU, so what was read from a file does not wait for the
 * garbage collector. Any thread, one at a time.
 */
public final class PlanMemory implements AutoCloseable {
    private static final AtomicLong OPEN = new AtomicLong();

    private final @Nullable Memory owned;
    private @Nullable ByteBuffer bytes;

    private PlanMemory(@Nullable Memory owned, ByteBuffer bytes) {
        this.owned = owned;
        this.bytes = bytes;
    }

    /** Has another thread load what hands out memory, which takes longer than the rest of a look at a small cache. */
    static void loadAhead() {
        Thread loader = new Thread(() -> new Memory(1).close(), "dms-memory-loader");
        loader.setDaemon(true);
        loader.start();
    }

    /**
     * Native memory of this size, not cleared.
     *
     * @throws EnvironmentException if there is not so much
     */
    static PlanMemory allocate(int size) {
        try {
            Memory memory = new Memory(Math.max(1, size));
            OPEN.addAndGet(size);
            return new PlanMemory(memory, memory.getByteBuffer(0, size));
        } catch (OutOfMemoryError e) {
            throw new EnvironmentException(
                    "not enough memory to read an engine of " + size + " bytes: close other programs, or take fewer"
                            + " levels or --weights=repack",
                    e);
        }
    }

    /** What a builder left, in memory that Java frees by itself; closing it gives up the reference. */
    public static PlanMemory of(ByteBuffer direct) {
        return new PlanMemory(null, direct);
    }

    /** Bytes of all that were read and are not closed yet, in this process. */
    static long openBytes() {
        return OPEN.get();
    }

    /** To be written before anybody else sees it. */
    ByteBuffer writable() {
        return open().duplicate();
    }

    /**
     * The plan: direct, read-only, position 0 to limit; of no use once this is closed.
     *
     * @throws IllegalStateException after {@link #close}
     */
    public ByteBuffer bytes() {
        return open().asReadOnlyBuffer();
    }

    private ByteBuffer open() {
        ByteBuffer b = bytes;
        if (b == null) {
            throw new IllegalStateException("the plan was freed");
        }
        return b;
    }

    /** Frees the memory now. Idempotent. */
    @Override
    public void close() {
        ByteBuffer b = bytes;
        bytes = null;
        if (b != null && owned != null) {
            OPEN.addAndGet(-b.capacity());
            owned.close();
        }
    }
}
