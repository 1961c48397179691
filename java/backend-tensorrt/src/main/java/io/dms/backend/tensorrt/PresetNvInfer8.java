package io.dms.backend.tensorrt;

import java.lang.invoke.MethodHandle;
import java.util.EnumMap;
import java.util.Map;
import java.util.Objects;
import org.bytedeco.cuda.cudart.CUevent_st;
import org.bytedeco.cuda.cudart.CUstream_st;
import org.bytedeco.javacpp.BytePointer;
import org.bytedeco.javacpp.Pointer;
import org.bytedeco.javacpp.PointerPointer;
import org.bytedeco.tensorrt.nvinfer.IBuilderConfig;
import org.bytedeco.tensorrt.nvinfer.ICudaEngine;
import org.bytedeco.tensorrt.nvinfer.IExecutionContext;
import org.bytedeco.tensorrt.nvinfer.IOptimizationProfile;
import org.bytedeco.tensorrt.nvonnxparser.IParserError;
import org.jspecify.annotations.Nullable;

/** What only the presets of TensorRT 8 have. */
final class PresetNvInfer8 extends PresetNvInfer {
    private final Handles handles = new Handles(Calls.ours());
    private final Refs.Addresses addresses = new Refs.Addresses();

    PresetNvInfer8(int number) {
        super(NvInferVersion.of(number, -1));
    }

    /** The methods, found once. */
    static final class Handles {
        final MethodHandle setMaxWorkspaceSize;
        final MethodHandle setDimensions;
        final MethodHandle newDims;
        final MethodHandle rank;
        final MethodHandle dim;
        final MethodHandle bindings;
        final MethodHandle bindingIndex;
        final MethodHandle newContext;
        final MethodHandle setBindingDimensions;
        final MethodHandle enqueueV2;
        final Map<Kind, MethodHandle> destroy = new EnumMap<>(Kind.class);

        Handles(Calls calls) {
            Class<?> dims = calls.type("Dims32");
            Class<?> config = calls.type("IBuilderConfig");
            Class<?> engine = calls.type("ICudaEngine");
            Class<?> context = calls.type("IExecutionContext");
            Class<?> stream = calls.named("org.bytedeco.cuda.cudart.CUstream_st");
            Class<?> event = calls.named("org.bytedeco.cuda.cudart.CUevent_st");
            Class<?> addresses = calls.named("org.bytedeco.javacpp.PointerPointer");
            Class<?> text = calls.named("org.bytedeco.javacpp.BytePointer");
            setMaxWorkspaceSize = calls.method(config, "setMaxWorkspaceSize", void.class, long.class);
            setDimensions = calls.method(
                    calls.type("IOptimizationProfile"), "setDimensions", boolean.class, text, int.class, dims);
            newDims = calls.constructor(dims);
            rank = calls.method(dims, "nbDims", dims, int.class);
            dim = calls.method(dims, "d", dims, int.class, int.class);
            bindings = calls.method(engine, "getNbBindings", int.class);
            bindingIndex = calls.method(engine, "getBindingIndex", int.class, String.class);
            newContext = calls.method(engine, "createExecutionContextWithoutDeviceMemory", context);
            setBindingDimensions = calls.method(context, "setBindingDimensions", boolean.class, int.class, dims);
            enqueueV2 = calls.method(context, "enqueueV2", boolean.class, addresses, stream, event);
            destroy.put(Kind.BUILDER, calls.method(calls.type("IBuilder"), "destroy", void.class));
            destroy.put(Kind.NETWORK, calls.method(calls.type("INetworkDefinition"), "destroy", void.class));
            destroy.put(Kind.CONFIG, calls.method(config, "destroy", void.class));
            destroy.put(
                    Kind.PARSER,
                    calls.method(calls.named("org.bytedeco.tensorrt.nvonnxparser.IParser"), "destroy", void.class));
            destroy.put(Kind.PLAN, calls.method(calls.type("IHostMemory"), "destroy", void.class));
            destroy.put(Kind.RUNTIME, calls.method(calls.type("IRuntime"), "destroy", void.class));
            destroy.put(Kind.ENGINE, calls.method(engine, "destroy", void.class));
            destroy.put(Kind.CONTEXT, calls.method(context, "destroy", void.class));
        }
    }

    /** Extents as the generation's own object, which the garbage collector frees. */
    private Object dims(int[] extents) throws Throwable {
        Object d = handles.newDims.invoke();
        handles.rank.invoke(d, extents.length);
        for (int i = 0; i < extents.length; i++) {
            handles.dim.invoke(d, i, extents[i]);
        }
        return d;
    }

    @Override
    @Nullable
    String nodeName(IParserError error) {
        return null;
    }

    @Override
    public void setMaxWorkspaceSize(long config, long bytes) {
        try {
            handles.setMaxWorkspaceSize.invokeExact((IBuilderConfig) Refs.config(config), bytes);
        } catch (Throwable t) {
            throw Calls.unexpected(t);
        }
    }

    @Override
    public void setWorkspacePool(long config, long bytes) {
        throw absent("setMemoryPoolLimit", version());
    }

    @Override
    public boolean setProfileShape(long profile, String input, int selector, int[] dims) {
        IOptimizationProfile p = Refs.profile(profile);
        try (BytePointer name = new BytePointer(input)) {
            return (boolean) handles.setDimensions.invoke(p, name, selector, dims(dims));
        } catch (Throwable t) {
            throw Calls.unexpected(t);
        }
    }

    @Override
    public void setProgress(long config, @Nullable Progress progress) {
        throw absent("setProgressMonitor", version());
    }

    @Override
    public long deviceMemoryV2(long engine) {
        throw absent("getDeviceMemorySizeV2", version());
    }

    @Override
    public int bindings(long engine) {
        try {
            return (int) handles.bindings.invokeExact((ICudaEngine) Refs.engine(engine));
        } catch (Throwable t) {
            throw Calls.unexpected(t);
        }
    }

    @Override
    public int bindingIndex(long engine, String name) {
        try {
            return (int) handles.bindingIndex.invokeExact((ICudaEngine) Refs.engine(engine), name);
        } catch (Throwable t) {
            throw Calls.unexpected(t);
        }
    }

    @Override
    public int tensors(long engine) {
        throw absent("getNbIOTensors", version());
    }

    @Override
    public String tensorName(long engine, int index) {
        throw absent("getIOTensorName", version());
    }

    @Override
    public long newContextWithoutMemory(long engine) {
        try {
            return Refs.of((IExecutionContext) handles.newContext.invokeExact((ICudaEngine) Refs.engine(engine)));
        } catch (Throwable t) {
            throw Calls.unexpected(t);
        }
    }

    @Override
    public long newContext(long engine, int strategy) {
        throw absent("createExecutionContext(ExecutionContextAllocationStrategy)", version());
    }

    @Override
    public void setDeviceMemoryV2(long context, long address, long bytes) {
        throw absent("setDeviceMemoryV2", version());
    }

    @Override
    public boolean setBindingDimensions(long where, int binding, int[] dims) {
        IExecutionContext c = context.to(where);
        try {
            return (boolean) handles.setBindingDimensions.invoke(c, binding, dims(dims));
        } catch (Throwable t) {
            throw Calls.unexpected(t);
        }
    }

    @Override
    public boolean setInputShape(long context, String name, int[] dims) {
        throw absent("setInputShape", version());
    }

    @Override
    public boolean setTensorAddress(long context, String name, long address) {
        throw absent("setTensorAddress", version());
    }

    @Override
    public boolean enqueueV2(long where, long bindings, long on) {
        try {
            return (boolean) handles.enqueueV2.invokeExact(
                    (IExecutionContext) context.to(where),
                    (PointerPointer) addresses.to(bindings),
                    (CUstream_st) stream.to(on),
                    (CUevent_st) null);
        } catch (Throwable t) {
            throw Calls.unexpected(t);
        }
    }

    @Override
    public boolean enqueueV3(long context, long stream) {
        throw absent("enqueueV3", version());
    }

    @Override
    public void destroy(Kind kind, long object) {
        if (kind == Kind.TIMING_CACHE) {
            // The one class here that has no destroy(): it is deleted, and its destructor is its first virtual
            // function.
            Vtable.delete(object, 0);
            return;
        }
        MethodHandle destroy = Objects.requireNonNull(handles.destroy.get(kind));
        Pointer p = switch (kind) {
            case BUILDER -> Refs.builder(object);
            case NETWORK -> Refs.network(object);
            case CONFIG -> Refs.config(object);
            case PARSER -> Refs.parser(object);
            case TIMING_CACHE -> throw new IllegalStateException("is not destroyed");
            case PLAN -> Refs.hostMemory(object);
            case RUNTIME -> Refs.runtime(object);
            case ENGINE -> Refs.engine(object);
            case CONTEXT -> context.to(object);
        };
        try {
            destroy.invoke(p);
        } catch (Throwable t) {
            throw Calls.unexpected(t);
        }
    }

    @Override
    public void delete(Kind kind, long object) {
        throw absent("delete", version());
    }
}
