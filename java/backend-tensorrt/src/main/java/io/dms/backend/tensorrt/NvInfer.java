package io.dms.backend.tensorrt;

import java.nio.ByteBuffer;
import org.jspecify.annotations.Nullable;

/**
 * The calls of TensorRT's builder, parser and runtime, in addresses only: the seam at which tests put a library that
 * computes by reference kernels. What a generation of the library has not, throws: {@link Generation} knows which one has
 * what and in which order it wants to be called. One thread at a time.
 *
 * <p>Objects belong to who made them and go back through {@link #destroy} (before TensorRT 10) or {@link #delete};
 * profiles belong to their builder, layers and inputs to their network. 0 stands for an object that the library did not
 * make.
 */
interface NvInfer {
    /** What has to be given back. */
    enum Kind {
        BUILDER,
        NETWORK,
        CONFIG,
        PARSER,
        TIMING_CACHE,
        PLAN,
        RUNTIME,
        ENGINE,
        CONTEXT
    }

    /** Flags of a build; their numbers differ between versions. */
    enum Flag {
        FP16,
        INT8,
        TF32,
        GPU_FALLBACK
    }

    /** Numbers of {@code OptProfileSelector}. */
    int MIN = 0, OPT = 1, MAX = 2;

    /** Numbers of {@code DeviceType}. */
    int GPU = 0, DLA = 1;

    /** Bit of {@code NetworkDefinitionCreationFlag::kEXPLICIT_BATCH}. */
    int EXPLICIT_BATCH = 1;

    /** Number of {@code ExecutionContextAllocationStrategy::kUSER_MANAGED}. */
    int USER_MANAGED = 2;

    /**
     * What the parser did not like.
     *
     * @param node index of the node in the file, -1 where it is none
     * @param name name of the node, null where this generation does not tell it
     */
    record ParserError(int code, int node, @Nullable String name, String description) {}

    NvInferVersion version();

    /** What went wrong by the library's log since this was asked, in one line, or null. */
    @Nullable
    String takeError();

    // ---- building

    long newBuilder();

    boolean hasFastFp16(long builder);

    boolean hasFastInt8(long builder);

    boolean hasTf32(long builder);

    int dlaCores(long builder);

    long newNetwork(long builder, int flags);

    long newConfig(long builder);

    long newParser(long network);

    /** The bytes of an ONNX file, direct; they have to live as long as the parser. */
    boolean parse(long parser, ByteBuffer onnx);

    int parserErrors(long parser);

    ParserError parserError(long parser, int index);

    int layers(long network);

    String layerName(long network, int index);

    void setFlag(long config, Flag flag, boolean on);

    /** TensorRT 8 alone. */
    void setMaxWorkspaceSize(long config, long bytes);

    /** TensorRT 10 alone, among the presets that are supported: the pool of scratch memory. */
    void setWorkspacePool(long config, long bytes);

    long newProfile(long builder);

    boolean setProfileShape(long profile, String input, int selector, int[] dims);

    /** The profile's index, below 0 where the library refuses it. */
    int addProfile(long config, long profile);

    /** A cache with these bytes, 0 where the library refuses them; null for an empty one. */
    long newTimingCache(long config, byte @Nullable [] bytes);

    boolean setTimingCache(long config, long cache);

    /** The bytes of a cache, null where the library gives none. */
    byte @Nullable [] timing(long cache);

    void setDefaultDevice(long config, int type);

    void setDlaCore(long config, int core);

    boolean canRunOnDla(long config, long network, int layer);

    /** TensorRT 10 alone: what is told about the progress of a build; null for nobody. Forgotten with the config. */
    void setProgress(long config, @Nullable Progress progress);

    /** A serialised engine; 0 where the build failed or was ended. Takes minutes. */
    long buildSerialized(long builder, long network, long config);

    /** The bytes of a plan; they live as long as it. */
    ByteBuffer planBytes(long plan);

    // ---- running

    long newRuntime();

    void setRuntimeDlaCore(long runtime, int core);

    /** Reads a plan, which is executable code: only bytes that were verified may come here. */
    long deserialize(long runtime, ByteBuffer plan);

    /** Scratch memory that a context needs, for the largest shapes. */
    long deviceMemory(long engine);

    /** TensorRT 10 alone: the same, in the call that does not stop at four GiB. */
    long deviceMemoryV2(long engine);

    int engineLayers(long engine);

    /** TensorRT 8 alone. */
    int bindings(long engine);

    /** TensorRT 8 alone: below 0 where there is none of this name. */
    int bindingIndex(long engine, String name);

    /** TensorRT 10 alone. */
    int tensors(long engine);

    /** TensorRT 10 alone. */
    String tensorName(long engine, int index);

    /** TensorRT 8 alone. */
    long newContextWithoutMemory(long engine);

    /** TensorRT 10 alone: {@link #USER_MANAGED}. */
    long newContext(long engine, int strategy);

    void setDeviceMemory(long context, long address);

    /** TensorRT 10 alone. */
    void setDeviceMemoryV2(long context, long address, long bytes);

    /** TensorRT 8 alone. */
    boolean setBindingDimensions(long context, int binding, int[] dims);

    /** TensorRT 10 alone. */
    boolean setInputShape(long context, String name, int[] dims);

    /** TensorRT 10 alone. */
    boolean setTensorAddress(long context, String name, long address);

    /** A block of addresses for {@link #enqueueV2}, freed by {@link #freeBindings}. */
    long newBindings(long[] addresses);

    void freeBindings(long bindings);

    /** TensorRT 8 alone. Allocates nothing in Java. */
    boolean enqueueV2(long context, long bindings, long stream);

    /** TensorRT 10 alone. Allocates nothing in Java. */
    boolean enqueueV3(long context, long stream);

    // ---- giving back

    /** TensorRT 8 alone. */
    void destroy(Kind kind, long object);

    /** TensorRT 10 alone: what {@code delete} is in C++. */
    void delete(Kind kind, long object);

    /** Sees a build; called from the library's threads. */
    interface Progress {
        void start(String phase, int steps);

        /** False ends the build. */
        boolean step(String phase, int done);

        void end(String phase);
    }
}
