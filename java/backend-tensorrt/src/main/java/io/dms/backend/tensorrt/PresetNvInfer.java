package io.dms.backend.tensorrt;

import io.dms.backend.tensorrt.NvInfer.Flag;
import io.dms.cuda.MemoryRef;
import io.dms.cuda.StreamRef;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import org.bytedeco.javacpp.BytePointer;
import org.bytedeco.javacpp.Pointer;
import org.bytedeco.tensorrt.global.nvinfer;
import org.bytedeco.tensorrt.global.nvonnxparser;
import org.bytedeco.tensorrt.nvinfer.IHostMemory;
import org.bytedeco.tensorrt.nvonnxparser.IParserError;
import org.jspecify.annotations.Nullable;

/**
 * TensorRT through JavaCPP's presets: what every supported flavour has with the same signature, called directly. The two
 * generations are {@link PresetNvInfer8} and {@link PresetNvInfer10}.
 */
abstract class PresetNvInfer implements NvInfer {
    private static final Log LOG = new Log();

    private final NvInferVersion version;
    final MemoryRef memory = new MemoryRef();
    final Refs.Context context = new Refs.Context();
    final StreamRef stream = new StreamRef();

    PresetNvInfer(NvInferVersion version) {
        this.version = version;
    }

    /** The library that is loaded; the presets' classes have to be loaded before. */
    static NvInfer loaded() {
        int number = nvinfer.getInferLibVersion();
        return NvInferVersion.of(number, -1).named() ? new PresetNvInfer10(number) : new PresetNvInfer8(number);
    }

    @Override
    public NvInferVersion version() {
        return version;
    }

    @Override
    public @Nullable String takeError() {
        return LOG.take();
    }

    // ---- building

    /**
     * A builder. TensorRT 10.6 ends the process where CUDA can't be used (its exception leaves a function that is declared to
     * throw nothing), so a runtime is made before, which answers in that case.
     */
    @Override
    public long newBuilder() {
        long runtime = newRuntime();
        if (runtime == 0) {
            return 0;
        }
        Generation.of(this).free(Kind.RUNTIME, runtime);
        return Refs.of(nvinfer.createInferBuilder(LOG));
    }

    @Override
    public boolean hasFastFp16(long builder) {
        return Refs.builder(builder).platformHasFastFp16();
    }

    @Override
    public boolean hasFastInt8(long builder) {
        return Refs.builder(builder).platformHasFastInt8();
    }

    @Override
    public boolean hasTf32(long builder) {
        return Refs.builder(builder).platformHasTf32();
    }

    @Override
    public int dlaCores(long builder) {
        return Refs.builder(builder).getNbDLACores();
    }

    @Override
    public long newNetwork(long builder, int flags) {
        return Refs.of(Refs.builder(builder).createNetworkV2(flags));
    }

    @Override
    public long newConfig(long builder) {
        return Refs.of(Refs.builder(builder).createBuilderConfig());
    }

    @Override
    public long newParser(long network) {
        return Refs.of(nvonnxparser.createParser(Refs.network(network), LOG));
    }

    @Override
    public boolean parse(long parser, ByteBuffer onnx) {
        try (BytePointer bytes = new BytePointer(onnx)) {
            return Refs.parser(parser).parse(bytes, onnx.remaining());
        }
    }

    @Override
    public int parserErrors(long parser) {
        return Refs.parser(parser).getNbErrors();
    }

    @Override
    public ParserError parserError(long parser, int index) {
        IParserError e = Refs.parser(parser).getError(index);
        return new ParserError(e.code().value, e.node(), nodeName(e), String.valueOf(e.desc()));
    }

    /** The name of a parser's node, where the generation tells it. */
    abstract @Nullable String nodeName(IParserError error);

    @Override
    public int layers(long network) {
        return Refs.network(network).getNbLayers();
    }

    @Override
    public String layerName(long network, int index) {
        return String.valueOf(Refs.network(network).getLayer(index).getName());
    }

    /** Flags by their constants and not by numbers: TF32 is 7 in TensorRT 8 and 6 in 10. */
    @Override
    public void setFlag(long config, Flag flag, boolean on) {
        int number = switch (flag) {
            case FP16 -> nvinfer.BuilderFlag.kFP16.value;
            case INT8 -> nvinfer.BuilderFlag.kINT8.value;
            case TF32 -> nvinfer.BuilderFlag.kTF32.value;
            case GPU_FALLBACK -> nvinfer.BuilderFlag.kGPU_FALLBACK.value;
        };
        if (on) {
            Refs.config(config).setFlag(number);
        } else {
            Refs.config(config).clearFlag(number);
        }
    }

    @Override
    public long newProfile(long builder) {
        return Refs.of(Refs.builder(builder).createOptimizationProfile());
    }

    @Override
    public int addProfile(long config, long profile) {
        return Refs.config(config).addOptimizationProfile(Refs.profile(profile));
    }

    @Override
    public long newTimingCache(long config, byte @Nullable [] bytes) {
        if (bytes == null || bytes.length == 0) {
            return Refs.of(Refs.config(config).createTimingCache(null, 0));
        }
        try (BytePointer p = new BytePointer(bytes)) {
            return Refs.of(Refs.config(config).createTimingCache(p, bytes.length));
        }
    }

    @Override
    public boolean setTimingCache(long config, long cache) {
        return Refs.config(config).setTimingCache(Refs.timingCache(cache), false);
    }

    @Override
    public byte @Nullable [] timing(long cache) {
        IHostMemory bytes = Refs.timingCache(cache).serialize();
        if (bytes == null) {
            return null;
        }
        ByteBuffer view = planBytes(bytes.address());
        byte[] copy = new byte[view.remaining()];
        view.get(copy);
        Generation.of(this).free(Kind.PLAN, bytes.address());
        return copy;
    }

    @Override
    public void setDefaultDevice(long config, int type) {
        Refs.config(config).setDefaultDeviceType(type);
    }

    @Override
    public void setDlaCore(long config, int core) {
        Refs.config(config).setDLACore(core);
    }

    @Override
    public boolean canRunOnDla(long config, long network, int layer) {
        return Refs.config(config).canRunOnDLA(Refs.network(network).getLayer(layer));
    }

    @Override
    public long buildSerialized(long builder, long network, long config) {
        return Refs.of(Refs.builder(builder).buildSerializedNetwork(Refs.network(network), Refs.config(config)));
    }

    @Override
    public ByteBuffer planBytes(long plan) {
        IHostMemory bytes = Refs.hostMemory(plan);
        Pointer data = bytes.data();
        return new BytePointer(new MemoryRef().to(data.address()))
                .capacity(bytes.size())
                .asByteBuffer()
                .order(ByteOrder.nativeOrder());
    }

    // ---- running

    @Override
    public long newRuntime() {
        return Refs.of(nvinfer.createInferRuntime(LOG));
    }

    @Override
    public void setRuntimeDlaCore(long runtime, int core) {
        Refs.runtime(runtime).setDLACore(core);
    }

    @Override
    public long deserialize(long runtime, ByteBuffer plan) {
        try (BytePointer bytes = new BytePointer(plan)) {
            return Refs.of(Refs.runtime(runtime).deserializeCudaEngine(bytes, plan.remaining()));
        }
    }

    @Override
    public long deviceMemory(long engine) {
        return Refs.engine(engine).getDeviceMemorySize();
    }

    @Override
    public int engineLayers(long engine) {
        return Refs.engine(engine).getNbLayers();
    }

    @Override
    public void setDeviceMemory(long where, long address) {
        context.to(where).setDeviceMemory(memory.to(address));
    }

    @Override
    public long newBindings(long[] addresses) {
        long block = Pointer.malloc(8L * addresses.length).address();
        ByteBuffer bytes = new BytePointer(new MemoryRef().to(block))
                .capacity(8L * addresses.length)
                .asByteBuffer()
                .order(ByteOrder.nativeOrder());
        bytes.asLongBuffer().put(addresses);
        return block;
    }

    @Override
    public void freeBindings(long bindings) {
        Pointer.free(new MemoryRef().to(bindings));
    }

    static UnsupportedOperationException absent(String call, NvInferVersion version) {
        return new UnsupportedOperationException("TensorRT " + version + " has no " + call);
    }
}
