package io.dms.backend.tensorrt;

import io.dms.cuda.MemoryRef;
import org.bytedeco.cuda.cudart.CUgraphExec_st;
import org.bytedeco.cuda.cudart.CUgraph_st;
import org.bytedeco.javacpp.Pointer;
import org.bytedeco.javacpp.PointerPointer;
import org.bytedeco.tensorrt.nvinfer.IBuilder;
import org.bytedeco.tensorrt.nvinfer.IBuilderConfig;
import org.bytedeco.tensorrt.nvinfer.ICudaEngine;
import org.bytedeco.tensorrt.nvinfer.IExecutionContext;
import org.bytedeco.tensorrt.nvinfer.IHostMemory;
import org.bytedeco.tensorrt.nvinfer.INetworkDefinition;
import org.bytedeco.tensorrt.nvinfer.IOptimizationProfile;
import org.bytedeco.tensorrt.nvinfer.IRuntime;
import org.bytedeco.tensorrt.nvinfer.ITimingCache;
import org.bytedeco.tensorrt.nvonnxparser.IParser;
import org.jspecify.annotations.Nullable;

/**
 * Addresses in the shapes that the presets' methods want. Those of a call are set again and again, so that it makes no
 * object. JavaCPP owns none of them and frees none.
 */
final class Refs {
    private static final long FIRST_PAGE = 4096;

    private Refs() {}

    /** An array of addresses. */
    static final class Addresses extends PointerPointer<Pointer> {
        Addresses() {
            super((Pointer) null);
        }

        Addresses to(long where) {
            address = where;
            return this;
        }
    }

    /** A recording. */
    static final class Graph extends CUgraph_st {
        Graph to(long where) {
            address = where;
            return this;
        }
    }

    /** A recording that can be launched. */
    static final class Launchable extends CUgraphExec_st {
        Launchable to(long where) {
            address = where;
            return this;
        }
    }

    /** An execution context. */
    static final class Context extends IExecutionContext {
        Context() {
            super((Pointer) null);
        }

        Context to(long where) {
            address = where;
            return this;
        }
    }

    private static Pointer at(long where) {
        return new MemoryRef().to(where);
    }

    static IBuilder builder(long where) {
        return new IBuilder(at(where));
    }

    static INetworkDefinition network(long where) {
        return new INetworkDefinition(at(where));
    }

    static IBuilderConfig config(long where) {
        return new IBuilderConfig(at(where));
    }

    static IParser parser(long where) {
        return new IParser(at(where));
    }

    static IOptimizationProfile profile(long where) {
        return new IOptimizationProfile(at(where));
    }

    static ITimingCache timingCache(long where) {
        return new ITimingCache(at(where));
    }

    static IHostMemory hostMemory(long where) {
        return new IHostMemory(at(where));
    }

    static IRuntime runtime(long where) {
        return new IRuntime(at(where));
    }

    static ICudaEngine engine(long where) {
        return new ICudaEngine(at(where));
    }

    /**
     * The address of an object that the library made, 0 where it made none. TensorRT 10 without a usable device answers
     * with 0x200 or 0x238 in place of null, the place of the interface in an object that it did not make; the first page
     * of a process holds nothing.
     */
    static long of(@Nullable Pointer object) {
        long address = object == null ? 0 : object.address();
        return address >= 0 && address < FIRST_PAGE ? 0 : address;
    }
}
