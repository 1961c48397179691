package io.dms.backend.tensorrt;

import io.dms.cuda.MemoryRef;
import java.lang.invoke.MethodHandle;
import java.lang.invoke.MethodHandles;
import java.lang.invoke.MethodType;
import java.util.HashMap;
import java.util.Map;
import org.bytedeco.cuda.cudart.CUstream_st;
import org.bytedeco.javacpp.BytePointer;
import org.bytedeco.javacpp.Pointer;
import org.bytedeco.tensorrt.global.nvinfer;
import org.bytedeco.tensorrt.nvinfer.ICudaEngine;
import org.bytedeco.tensorrt.nvinfer.IExecutionContext;
import org.bytedeco.tensorrt.nvonnxparser.IParserError;
import org.jspecify.annotations.Nullable;

/** What only the presets of TensorRT 10 have. */
final class PresetNvInfer10 extends PresetNvInfer {
    /** Number of {@code MemoryPoolType::kWORKSPACE}. */
    private static final int WORKSPACE = 0;

    /**
     * Virtual functions of {@code IParser} before its destructor, the last of them {@code clearErrors}. A library of one
     * major version can't move them without breaking every program that was built with an older header, and the presets'
     * own code calls the functions around it by their places, which a test compares with this number.
     */
    static final int BEFORE_PARSERS = 8;

    private final Handles handles = new Handles(Calls.ours());
    private final Map<Long, Monitor> monitors = new HashMap<>();

    PresetNvInfer10(int number) {
        super(NvInferVersion.of(number, build()));
    }

    /** The fourth number of the version. */
    private static int build() {
        try {
            MethodHandle h = MethodHandles.publicLookup()
                    .findStatic(nvinfer.class, "getInferLibBuildVersion", MethodType.methodType(int.class));
            return (int) h.invokeExact();
        } catch (NoSuchMethodException | IllegalAccessException e) {
            return -1;
        } catch (Throwable t) {
            throw Calls.unexpected(t);
        }
    }

    /** The methods, found once. */
    static final class Handles {
        final MethodHandle setMemoryPoolLimit;
        final MethodHandle setDimensions;
        final MethodHandle newDims;
        final MethodHandle rank;
        final MethodHandle dim;
        final MethodHandle setProgressMonitor;
        final MethodHandle newMonitor;
        final MethodHandle deviceMemory;
        final MethodHandle tensors;
        final MethodHandle tensorName;
        final MethodHandle newContext;
        final MethodHandle setDeviceMemory;
        final MethodHandle setInputShape;
        final MethodHandle setTensorAddress;
        final MethodHandle enqueueV3;
        final MethodHandle nodeName;

        Handles(Calls calls) {
            Class<?> dims = calls.type("Dims64");
            Class<?> config = calls.type("IBuilderConfig");
            Class<?> engine = calls.type("ICudaEngine");
            Class<?> context = calls.type("IExecutionContext");
            Class<?> monitor = calls.type("IProgressMonitor");
            Class<?> stream = calls.named("org.bytedeco.cuda.cudart.CUstream_st");
            Class<?> pointer = calls.named("org.bytedeco.javacpp.Pointer");
            Class<?> text = calls.named("org.bytedeco.javacpp.BytePointer");
            setMemoryPoolLimit = calls.method(config, "setMemoryPoolLimit", void.class, int.class, long.class);
            setDimensions = calls.method(
                    calls.type("IOptimizationProfile"), "setDimensions", boolean.class, text, int.class, dims);
            newDims = calls.constructor(dims);
            rank = calls.method(dims, "nbDims", dims, int.class);
            dim = calls.method(dims, "d", dims, int.class, long.class);
            setProgressMonitor = calls.method(config, "setProgressMonitor", void.class, monitor);
            newMonitor = calls.constructor(monitor, pointer);
            deviceMemory = calls.method(engine, "getDeviceMemorySizeV2", long.class);
            tensors = calls.method(engine, "getNbIOTensors", int.class);
            tensorName = calls.method(engine, "getIOTensorName", String.class, int.class);
            newContext = calls.method(engine, "createExecutionContext", context, int.class);
            setDeviceMemory = calls.method(context, "setDeviceMemoryV2", void.class, pointer, long.class);
            setInputShape = calls.method(context, "setInputShape", boolean.class, String.class, dims);
            setTensorAddress = calls.method(context, "setTensorAddress", boolean.class, String.class, pointer);
            enqueueV3 = calls.method(context, "enqueueV3", boolean.class, stream);
            nodeName = calls.method(
                    calls.named("org.bytedeco.tensorrt.nvonnxparser.IParserError"), "nodeName", String.class);
        }
    }

    /** Extents as the generation's own object, which the garbage collector frees. */
    private Object dims(int[] extents) throws Throwable {
        Object d = handles.newDims.invoke();
        handles.rank.invoke(d, extents.length);
        for (int i = 0; i < extents.length; i++) {
            handles.dim.invoke(d, i, (long) extents[i]);
        }
        return d;
    }

    @Override
    @Nullable
    String nodeName(IParserError error) {
        try {
            return (String) handles.nodeName.invokeExact(error);
        } catch (Throwable t) {
            throw Calls.unexpected(t);
        }
    }

    @Override
    public void setMaxWorkspaceSize(long config, long bytes) {
        throw absent("setMaxWorkspaceSize", version());
    }

    @Override
    public void setWorkspacePool(long config, long bytes) {
        try {
            handles.setMemoryPoolLimit.invoke(Refs.config(config), WORKSPACE, bytes);
        } catch (Throwable t) {
            throw Calls.unexpected(t);
        }
    }

    @Override
    public boolean setProfileShape(long profile, String input, int selector, int[] dims) {
        try (BytePointer name = new BytePointer(input)) {
            return (boolean) handles.setDimensions.invoke(Refs.profile(profile), name, selector, dims(dims));
        } catch (Throwable t) {
            throw Calls.unexpected(t);
        }
    }

    @Override
    public void setProgress(long config, @Nullable Progress progress) {
        try {
            Monitor monitor = progress == null ? null : new Monitor(progress);
            long at = monitor == null ? 0 : monitor.address();
            handles.setProgressMonitor.invoke(Refs.config(config), handles.newMonitor.invoke(new MemoryRef().to(at)));
            // The library calls it as long as it is set.
            if (monitor == null) {
                monitors.remove(config);
            } else {
                monitors.put(config, monitor);
            }
        } catch (Throwable t) {
            throw Calls.unexpected(t);
        }
    }

    @Override
    public long deviceMemoryV2(long engine) {
        try {
            return (long) handles.deviceMemory.invokeExact((ICudaEngine) Refs.engine(engine));
        } catch (Throwable t) {
            throw Calls.unexpected(t);
        }
    }

    @Override
    public int bindings(long engine) {
        throw absent("getNbBindings", version());
    }

    @Override
    public int bindingIndex(long engine, String name) {
        throw absent("getBindingIndex", version());
    }

    @Override
    public int tensors(long engine) {
        try {
            return (int) handles.tensors.invokeExact((ICudaEngine) Refs.engine(engine));
        } catch (Throwable t) {
            throw Calls.unexpected(t);
        }
    }

    @Override
    public String tensorName(long engine, int index) {
        try {
            return (String) handles.tensorName.invokeExact((ICudaEngine) Refs.engine(engine), index);
        } catch (Throwable t) {
            throw Calls.unexpected(t);
        }
    }

    @Override
    public long newContextWithoutMemory(long engine) {
        throw absent("use of createExecutionContextWithoutDeviceMemory", version());
    }

    @Override
    public long newContext(long engine, int strategy) {
        try {
            return Refs.of(
                    (IExecutionContext) handles.newContext.invokeExact((ICudaEngine) Refs.engine(engine), strategy));
        } catch (Throwable t) {
            throw Calls.unexpected(t);
        }
    }

    @Override
    public void setDeviceMemoryV2(long where, long address, long bytes) {
        try {
            handles.setDeviceMemory.invokeExact(
                    (IExecutionContext) context.to(where), (Pointer) memory.to(address), bytes);
        } catch (Throwable t) {
            throw Calls.unexpected(t);
        }
    }

    @Override
    public boolean setBindingDimensions(long context, int binding, int[] dims) {
        throw absent("setBindingDimensions", version());
    }

    @Override
    public boolean setInputShape(long where, String name, int[] dims) {
        IExecutionContext c = context.to(where);
        try {
            return (boolean) handles.setInputShape.invoke(c, name, dims(dims));
        } catch (Throwable t) {
            throw Calls.unexpected(t);
        }
    }

    @Override
    public boolean setTensorAddress(long where, String name, long address) {
        try {
            return (boolean) handles.setTensorAddress.invokeExact(
                    (IExecutionContext) context.to(where), name, (Pointer) memory.to(address));
        } catch (Throwable t) {
            throw Calls.unexpected(t);
        }
    }

    @Override
    public boolean enqueueV2(long context, long bindings, long stream) {
        throw absent("enqueueV2", version());
    }

    @Override
    public boolean enqueueV3(long where, long on) {
        try {
            return (boolean)
                    handles.enqueueV3.invokeExact((IExecutionContext) context.to(where), (CUstream_st) stream.to(on));
        } catch (Throwable t) {
            throw Calls.unexpected(t);
        }
    }

    @Override
    public void destroy(Kind kind, long object) {
        throw absent("destroy", version());
    }

    /**
     * C++'s {@code delete}, for which the presets have nothing (their objects of this generation have no deallocator):
     * the destructor that also frees, which is the second entry of an object's table of virtual functions where, as in
     * every class of {@code nvinfer}, the destructor is the first virtual function.
     *
     * <p>A parser's class has {@value #BEFORE_PARSERS} functions before it, throughout TensorRT 10.
     */
    @Override
    public void delete(Kind kind, long object) {
        Vtable.delete(object, kind == Kind.PARSER ? BEFORE_PARSERS : 0);
        if (kind == Kind.CONFIG) {
            monitors.remove(object);
        }
    }
}
