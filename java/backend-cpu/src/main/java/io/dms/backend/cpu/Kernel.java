package io.dms.backend.cpu;

import java.nio.FloatBuffer;

/**
 * An operation in plain Java, for what the library lacks. Buffers hold plain layouts from index 0. Allocates nothing and
 * keeps nothing between runs.
 */
@FunctionalInterface
interface Kernel {
    /**
     * @param in the operands
     * @param out the result
     */
    void run(FloatBuffer[] in, FloatBuffer out);
}
