package io.dms.backend.tensorrt;

import io.dms.backend.tensorrt.NvInfer.Flag;
import io.dms.backend.tensorrt.NvInfer.Kind;
import io.dms.backend.tensorrt.cache.BuildListener;
import io.dms.backend.tensorrt.cache.BuiltEngine;
import io.dms.backend.tensorrt.cache.EngineFacts;
import io.dms.backend.tensorrt.cache.EngineOptions;
import io.dms.backend.tensorrt.cache.EngineOptions.Precision;
import io.dms.backend.tensorrt.cache.EngineOptions.ProfileShape;
import io.dms.backend.tensorrt.cache.EngineRequest;
import io.dms.model.UserException;
import java.lang.ref.Reference;
import java.nio.ByteBuffer;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * One build, from the bytes of an ONNX file to a serialised engine. Everything that the library makes goes back in the
 * reverse order. Used once.
 */
final class Build {
    private static final Logger LOG = LoggerFactory.getLogger(Build.class);

    private final Device device;
    private final NvInfer nv;
    private final Generation generation;
    private final EngineRequest request;
    private final EngineOptions options;
    private final BuildListener listener;
    private final Deque<Runnable> undo = new ArrayDeque<>();
    private volatile boolean stopped;

    Build(Device device, EngineRequest request, BuildListener listener) {
        this.device = device;
        this.nv = device.nv();
        this.generation = device.generation();
        this.request = request;
        this.options = request.options();
        this.listener = listener;
    }

    /** The engine, or null where the listener ended the build. */
    @Nullable
    BuiltEngine run(byte @Nullable [] timing) {
        try {
            return build(timing);
        } finally {
            while (!undo.isEmpty()) {
                undo.pop().run();
            }
        }
    }

    private @Nullable BuiltEngine build(byte @Nullable [] timing) {
        // What went wrong before is not why this fails.
        nv.takeError();
        long builder = made(Kind.BUILDER, nv.newBuilder(), "TensorRT's builder can't be made");
        new BuildCheck(device, request).check(builder);
        if (!goesOn("reading the network")) {
            return null;
        }
        long network = made(Kind.NETWORK, nv.newNetwork(builder, generation.networkFlags()), "no network");
        long config = made(Kind.CONFIG, nv.newConfig(builder), "no builder configuration");
        long parser = made(Kind.PARSER, nv.newParser(network), "no parser");
        ByteBuffer onnx = direct(request.onnx());
        if (!nv.parse(parser, onnx)) {
            throw new UserException(new ParserErrors(device, request).describe(parser));
        }
        configure(config);
        addProfile(builder, config);
        List<String> fallbacks = useDla(network, config);
        long cache = timingCache(config, timing);
        if (!goesOn("building the engine")) {
            return null;
        }
        boolean watched = generation.watch(config, new Listening());
        long plan = nv.buildSerialized(builder, network, config);
        if (watched) {
            generation.watch(config, null);
        }
        if (plan == 0) {
            if (stopped) {
                return null;
            }
            throw device.failure("the build failed");
        }
        undo.push(() -> generation.free(Kind.PLAN, plan));
        if (stopped) {
            return null;
        }
        ByteBuffer bytes = copy(nv.planBytes(plan));
        byte[] left = cache == 0 ? null : nv.timing(cache);
        // The parser's weights are of that buffer: it has to live until here.
        Reference.reachabilityFence(onnx);
        return new BuiltEngine(bytes, left, facts(bytes, fallbacks));
    }

    private long made(Kind kind, long object, String failure) {
        if (object == 0) {
            throw device.failure(failure);
        }
        undo.push(() -> generation.free(kind, object));
        return object;
    }

    private boolean goesOn(String phase) {
        if (!listener.step(phase, 0, 0)) {
            stopped = true;
        }
        return !stopped;
    }

    private static ByteBuffer direct(byte[] bytes) {
        return ByteBuffer.allocateDirect(bytes.length).put(bytes).flip();
    }

    private static ByteBuffer copy(ByteBuffer from) {
        return ByteBuffer.allocateDirect(from.remaining()).put(from.duplicate()).flip();
    }

    // ---- options

    private void configure(long config) {
        // On by default in the library: single precision would be rounded on its own.
        nv.setFlag(config, Flag.TF32, options.precision() != Precision.FP32);
        if (options.precision() == Precision.FP16 || options.precision() == Precision.INT8) {
            nv.setFlag(config, Flag.FP16, true);
        }
        if (options.precision() == Precision.INT8) {
            nv.setFlag(config, Flag.INT8, true);
        }
        if (options.memoryLimitBytes() > 0) {
            generation.limitMemory(config, options.memoryLimitBytes());
        }
    }

    /** Only an input whose batch is open needs one. */
    private void addProfile(long builder, long config) {
        if (request.network().inputs().stream().noneMatch(v -> v.shape().hasBatch())) {
            return;
        }
        long profile = nv.newProfile(builder);
        if (profile == 0) {
            throw device.failure("no optimisation profile");
        }
        for (ProfileShape p : options.profile()) {
            boolean taken = nv.setProfileShape(
                            profile, p.input(), NvInfer.MIN, p.least().dims())
                    && nv.setProfileShape(
                            profile, p.input(), NvInfer.OPT, p.best().dims())
                    && nv.setProfileShape(
                            profile, p.input(), NvInfer.MAX, p.most().dims());
            if (!taken) {
                throw device.failure(
                        "the library refuses shapes " + p.least() + " to " + p.most() + " of input " + p.input());
            }
        }
        if (nv.addProfile(config, profile) < 0) {
            throw device.failure("the library refuses the optimisation profile");
        }
    }

    /** Asks for the accelerator; the layers that will run on the GPU all the same, which the library does silently. */
    private List<String> useDla(long network, long config) {
        if (options.dlaCore() < 0) {
            return List.of();
        }
        nv.setDefaultDevice(config, NvInfer.DLA);
        nv.setDlaCore(config, options.dlaCore());
        nv.setFlag(config, Flag.GPU_FALLBACK, true);
        List<String> fallbacks = new ArrayList<>();
        int layers = nv.layers(network);
        for (int i = 0; i < layers; i++) {
            if (!nv.canRunOnDla(config, network, i)) {
                fallbacks.add(nv.layerName(network, i));
            }
        }
        if (!fallbacks.isEmpty()) {
            LOG.warn(
                    "{} of {} layers of level {} run on the GPU and not on the accelerator: {}",
                    fallbacks.size(),
                    layers,
                    request.level(),
                    String.join(", ", fallbacks));
        }
        return fallbacks;
    }

    /** What earlier builds measured, or an empty one where the library refuses that; 0 where it has none at all. */
    private long timingCache(long config, byte @Nullable [] timing) {
        for (byte[] bytes : timing == null ? new byte[][] {{}} : new byte[][] {timing, {}}) {
            long cache = nv.newTimingCache(config, bytes);
            if (cache != 0) {
                undo.push(() -> generation.free(Kind.TIMING_CACHE, cache));
                if (nv.setTimingCache(config, cache)) {
                    return cache;
                }
            }
            if (bytes.length > 0) {
                LOG.info("what earlier builds measured does not fit this library or device: it is measured anew");
            }
        }
        return 0;
    }

    // ---- results

    private EngineFacts facts(ByteBuffer plan, List<String> fallbacks) {
        // Fresh from the library, so it may be read.
        try (LoadedEngine engine = new LoadedEngine(device, plan.duplicate(), options.dlaCore())) {
            return new EngineFacts(engine.layers(), fallbacks, engine.activationBytes());
        }
    }

    /** Tells the listener, phase by phase; the library tells the number of steps only when a phase begins. */
    private final class Listening implements NvInfer.Progress {
        private final Map<String, Integer> steps = new ConcurrentHashMap<>();

        @Override
        public void start(String phase, int of) {
            steps.put(phase, of);
            tell(phase, 0);
        }

        @Override
        public boolean step(String phase, int done) {
            tell(phase, done + 1);
            return !stopped;
        }

        @Override
        public void end(String phase) {
            tell(phase, steps.getOrDefault(phase, 0));
        }

        private void tell(String phase, int done) {
            if (!listener.step(phase, done, steps.getOrDefault(phase, 0))) {
                stopped = true;
            }
        }
    }
}
