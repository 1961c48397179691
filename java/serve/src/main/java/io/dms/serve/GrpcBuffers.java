package io.dms.serve;

import io.grpc.netty.shaded.io.netty.buffer.PooledByteBufAllocator;
import io.grpc.netty.shaded.io.netty.util.ResourceLeakDetector;

/**
 * Memory of gRPC's transport, for images as well as for small messages.
 *
 * <p>grpc-java's own pool has chunks of 2 MiB, and Netty gives a chunk back to the system as soon as nothing in it is used
 * after a quarter was. A message with an image is more than a quarter: each would get, clear and give back a chunk. In
 * chunks of 16 MiB some images are less than a quarter, and the first chunk stays.
 */
public final class GrpcBuffers {
    private static final int PAGE_BYTES = 8 << 10;
    private static final int CHUNK_ORDER = 11;
    private static final int SMALL_CACHE = 256;
    private static final int NORMAL_CACHE = 64;

    /** Bytes that may be on their way on one connection: the most that the automatic window would come to. */
    public static final int WINDOW = 8 << 20;

    private static final PooledByteBufAllocator POOL =
            new PooledByteBufAllocator(true, 0, 1, PAGE_BYTES, CHUNK_ORDER, SMALL_CACHE, NORMAL_CACHE, true);

    static {
        // By default one buffer of 128 is watched by a stack trace of its own.
        if (System.getProperty("io.grpc.netty.shaded.io.netty.leakDetection.level") == null) {
            ResourceLeakDetector.setLevel(ResourceLeakDetector.Level.DISABLED);
        }
    }

    private GrpcBuffers() {}

    /** The pool of this process. */
    public static PooledByteBufAllocator pool() {
        return POOL;
    }
}
