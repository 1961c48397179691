package io.dms.backend.tensorrt;

import io.dms.backend.tensorrt.NvInfer.Kind;
import io.dms.cuda.DeviceException;
import org.jspecify.annotations.Nullable;

/**
 * How one generation of TensorRT's interface wants to be used where the two differ: 8 binds tensors by index, 10 by name;
 * 8 destroys objects by a method, 10 by C++'s {@code delete}. Owns nothing, keeps nothing.
 */
interface Generation {
    /**
     * Where a context's tensors are. Made once per engine and kept, so that a call makes nothing.
     *
     * @param context its execution context
     * @param bindings block of addresses in the order of the engine's bindings (8), or 0 (10)
     */
    record Bound(long context, long bindings) {}

    /** The generation that fits a library. */
    static Generation of(NvInfer nv) {
        return nv.version().named() ? new NamedTensors(nv) : new BindingIndexes(nv);
    }

    /** Flags of a new network: inputs bring their batch. */
    int networkFlags();

    /** Bounds the builder's scratch memory. */
    void limitMemory(long config, long bytes);

    /** Sets who is told about the progress; false where this generation tells nobody and can't be ended. */
    boolean watch(long config, NvInfer.@Nullable Progress progress);

    /** Scratch memory that a context of this engine needs. */
    long activationBytes(long engine);

    /** A context that brings no scratch memory of its own; 0 where the library fails. */
    long newContext(long engine);

    /** Gives a context its scratch memory, shared with others that do not run at the same time. */
    void useMemory(long context, long address, long bytes);

    /**
     * Sets shapes and addresses of all tensors.
     *
     * @param inputs how many of the names are inputs; they come first
     * @throws DeviceException if the engine has not these tensors or refuses a shape
     */
    Bound bind(long engine, long context, String[] names, int inputs, int[][] shapes, long[] addresses);

    /** Puts one inference on the stream; false where the library refuses. Allocates nothing. */
    boolean enqueue(Bound bound, long stream);

    /** Gives back what {@link #bind} made, beside the context. */
    void unbind(Bound bound);

    /** Gives an object back; 0 is none. */
    void free(Kind kind, long object);
}
