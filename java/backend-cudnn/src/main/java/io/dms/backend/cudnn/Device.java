package io.dms.backend.cudnn;

import io.dms.backend.cudnn.bridge.Bridge;
import io.dms.cuda.DeviceException;
import io.dms.cuda.DeviceMemory;
import io.dms.runtime.SessionOptions;
import java.nio.ByteBuffer;
import java.util.HashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * What one session has of a device: stream and handles (in the {@link Gpu}), one arena and one workspace for all levels,
 * the staging buffer by which constants travel, the convolutions with their descriptors. Closes what it owns, each once.
 * Not thread-safe.
 */
final class Device implements AutoCloseable {
    /** Set to {@code nchw} or {@code nhwc} to overrule {@link #channelsLast}, for measurements. */
    static final String LAYOUT = "dms.cudnn.layout";

    private static final Logger LOG = LoggerFactory.getLogger(Device.class);
    private static final long MOST_WORKSPACE = 256L << 20;
    private static final long LEAST_WORKSPACE = 4L << 20;

    final Gpu gpu;
    final Bridge bridge;
    final AlgorithmCache algorithms;
    /** Activations and weights in half precision. */
    final boolean half;
    /** Images with channels last. */
    final boolean nhwc;
    /** The kind of mathematics that convolutions may use. */
    final int math;
    /** Where plans of the graph interface come from; null where they are not asked for, or there are none. */
    final @Nullable Plans plans;
    /** Begins the keys by which plans are remembered: what was found among fewer candidates is no answer for more. */
    final String planKey;
    /** cuBLASLt; null where it is not asked for, or there is none. */
    final @Nullable Matmuls matmuls;
    /** Decides between an algorithm and a plan. */
    final Stopwatch stopwatch;

    private boolean warned;
    private final Map<String, Convolution> convolutions = new HashMap<>();
    private @Nullable DeviceMemory arena;
    private @Nullable DeviceMemory workspace;
    private @Nullable DeviceMemory staging;
    private @Nullable ByteBuffer stagingBytes;

    Device(Hardware.Opened opened, SessionOptions.Precision precision, Candidates candidates) {
        this.gpu = opened.gpu();
        this.bridge = opened.bridge();
        this.algorithms = opened.algorithms();
        this.stopwatch = opened.stopwatch();
        this.planKey = candidates == Candidates.ALL ? "all " : "";
        this.plans = candidates == Candidates.LEGACY ? null : gpu.dnn().plans(candidates == Candidates.ALL);
        this.matmuls = candidates == Candidates.LEGACY ? null : gpu.blas().matmuls();
        this.half = precision == SessionOptions.Precision.FP16;
        this.nhwc = channelsLast(precision, gpu.architecture(), gpu.dnn().version());
        this.math = switch (precision) {
            case FP32 -> Dnn.FMA_MATH;
            case TF32 -> Dnn.DEFAULT_MATH;
            case FP16 -> gpu.architecture() >= 70 ? Dnn.TENSOR_OP_MATH : Dnn.DEFAULT_MATH;
        };
    }

    /**
     * The rule for layouts. Tensor cores read channels last, and cuDNN transposes by itself what comes otherwise: so
     * channels last where they compute, which is half precision from architecture 70 on and TF32 from 80 on. Elsewhere
     * channels first, for which the library has the most algorithms.
     */
    static boolean channelsLast(SessionOptions.Precision precision, int architecture, long cudnn) {
        String forced = System.getProperty(LAYOUT, "");
        if (!forced.isEmpty()) {
            return forced.equals("nhwc");
        }
        return cudnn >= 8000
                && switch (precision) {
                    case FP32 -> false;
                    case TF32 -> architecture >= 80;
                    case FP16 -> architecture >= 70;
                };
    }

    /** The most that the results of two ways to compute a layer may differ, over the largest value. */
    double tolerance() {
        return half ? 5e-3 : math == Dnn.FMA_MATH ? 2e-5 : 2e-3;
    }

    /** Warns of a plan that can't be had, once in a session: others are only for those who look closer. */
    void warn(String what) {
        if (warned) {
            LOG.debug(what);
        } else {
            LOG.warn(what);
        }
        warned = true;
    }

    /** The convolution of this step, made on first use. */
    Convolution convolution(String step) {
        return convolutions.computeIfAbsent(step, s -> new Convolution(gpu.dnn()));
    }

    // ---- memory

    long arenaAddress() {
        DeviceMemory a = arena;
        return a == null ? 0 : a.address();
    }

    long workspaceAddress() {
        DeviceMemory w = workspace;
        return w == null ? 0 : w.address();
    }

    long arenaBytes() {
        DeviceMemory a = arena;
        return a == null ? 0 : a.bytes();
    }

    /** Bytes of arena and workspace. */
    long scratchBytes() {
        DeviceMemory w = workspace;
        return arenaBytes() + (w == null ? 0 : w.bytes());
    }

    /** Makes the arena at least so large; true where it moved. */
    boolean growArena(long bytes) {
        DeviceMemory old = arena;
        if (old != null && old.bytes() >= bytes) {
            return false;
        }
        // The new one first: where there is no room for it, levels that were prepared keep the old one.
        arena = DeviceMemory.device(gpu, bytes);
        if (old != null) {
            gpu.synchronize();
            old.close();
        }
        return true;
    }

    /** Makes the workspace at least so large; true where it moved. */
    boolean growWorkspace(long bytes) {
        DeviceMemory old = workspace;
        if (bytes == 0 || (old != null && old.bytes() >= bytes)) {
            return false;
        }
        workspace = DeviceMemory.device(gpu, bytes);
        if (old != null) {
            gpu.synchronize();
            old.close();
        }
        return true;
    }

    /** Scratch memory for a search: as much as is reasonable, or null where not even little is free. */
    @Nullable
    DeviceMemory searchMemory() {
        for (long bytes = Math.min(MOST_WORKSPACE, gpu.freeBytes() / 4); bytes >= LEAST_WORKSPACE; bytes /= 4) {
            try {
                return DeviceMemory.device(gpu, bytes);
            } catch (DeviceException e) {
                if (e.kind() != DeviceException.Kind.OUT_OF_MEMORY) {
                    throw e;
                }
            }
        }
        return null;
    }

    /** The most scratch memory that an algorithm may want. */
    static long workspaceLimit() {
        return MOST_WORKSPACE;
    }

    /** Brings a content to device memory and waits until it is there. */
    void upload(Content content, long address) {
        DeviceMemory s = staging;
        ByteBuffer bytes = stagingBytes;
        if (s == null || bytes == null || s.bytes() < content.bytes()) {
            releaseStaging();
            s = DeviceMemory.host(gpu, content.bytes());
            bytes = gpu.hostBuffer(s.address(), s.bytes());
            staging = s;
            stagingBytes = bytes;
        }
        content.write(bytes);
        gpu.copyToDevice(address, s.address(), content.bytes());
        gpu.synchronize();
    }

    /** Gives the staging buffer back. */
    void releaseStaging() {
        DeviceMemory s = staging;
        staging = null;
        stagingBytes = null;
        if (s != null) {
            s.close();
        }
    }

    @Override
    public void close() {
        convolutions.values().forEach(Convolution::close);
        convolutions.clear();
        releaseStaging();
        if (workspace != null) {
            workspace.close();
            workspace = null;
        }
        if (arena != null) {
            arena.close();
            arena = null;
        }
        gpu.close();
    }
}
