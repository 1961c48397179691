package io.dms.backend.tensorrt;

import static org.bytedeco.cuda.global.cudart.*;

import java.lang.invoke.MethodHandle;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.util.Set;
import org.bytedeco.cuda.cudart.CUgraphExec_st;
import org.bytedeco.cuda.cudart.CUgraphNode_st;
import org.bytedeco.cuda.cudart.CUgraph_st;
import org.bytedeco.cuda.global.cudart;
import org.bytedeco.javacpp.BytePointer;
import org.bytedeco.javacpp.IntPointer;
import org.bytedeco.javacpp.SizeTPointer;
import org.jspecify.annotations.Nullable;

/** CUDA's runtime through JavaCPP's presets: calls that all flavours have alike, and one that CUDA 12 changed. */
final class PresetCuda implements Cuda {
    /** {@code cudaDevAttrMultiProcessorCount}, {@code ...ComputeCapabilityMajor} and {@code Minor}. */
    private static final int MULTIPROCESSORS = 16, MAJOR = 75, MINOR = 76;

    private static final int OUT_OF_MEMORY = 2;

    /** Errors after which the context is of no use, by name, since that is how the versions agree. */
    private static final Set<String> LOSSES = Set.of(
            "cudaErrorIllegalAddress",
            "cudaErrorLaunchFailure",
            "cudaErrorLaunchTimeout",
            "cudaErrorHardwareStackError",
            "cudaErrorIllegalInstruction",
            "cudaErrorMisalignedAddress",
            "cudaErrorInvalidAddressSpace",
            "cudaErrorInvalidPc",
            "cudaErrorECCUncorrectable",
            "cudaErrorContextIsDestroyed",
            "cudaErrorDevicesUnavailable",
            "cudaErrorNoDevice",
            "cudaErrorSystemNotReady",
            "cudaErrorExternalDevice",
            "cudaErrorAssert",
            "cudaErrorUnknown");

    /** {@code cudaGraphInstantiate}, whose last parameters became flags with CUDA 12. */
    static final class Handles {
        final @Nullable MethodHandle flags;
        final @Nullable MethodHandle log;

        Handles(Calls calls) {
            Class<?> runtime = calls.named("org.bytedeco.cuda.global.cudart");
            Class<?> exec = calls.named("org.bytedeco.cuda.cudart.CUgraphExec_st");
            Class<?> graph = calls.named("org.bytedeco.cuda.cudart.CUgraph_st");
            Class<?> node = calls.named("org.bytedeco.cuda.cudart.CUgraphNode_st");
            Class<?> text = calls.named("org.bytedeco.javacpp.BytePointer");
            flags = calls.function(runtime, "cudaGraphInstantiate", int.class, exec, graph, long.class);
            log = calls.function(runtime, "cudaGraphInstantiate", int.class, exec, graph, node, text, long.class);
            if (flags == null && log == null) {
                throw new LinkageError("this flavour of the presets has no cudaGraphInstantiate");
            }
        }

        int instantiate(CUgraphExec_st exec, CUgraph_st graph) {
            try {
                return flags != null
                        ? (int) flags.invokeExact(exec, graph, 0L)
                        : (int) log().invokeExact(exec, graph, (CUgraphNode_st) null, (BytePointer) null, 0L);
            } catch (Throwable t) {
                throw Calls.unexpected(t);
            }
        }

        private MethodHandle log() {
            MethodHandle h = log;
            if (h == null) {
                throw new IllegalStateException();
            }
            return h;
        }
    }

    private final Handles handles = new Handles(Calls.ours());
    private final int device;
    private final String name;
    private final int architecture;
    private final int multiprocessors;
    private final int runtime;
    private final Refs.Stream stream = new Refs.Stream();
    private final Refs.Memory a = new Refs.Memory();
    private final Refs.Memory b = new Refs.Memory();
    private final Refs.Graph graph = new Refs.Graph();
    private final Refs.Launchable launchable = new Refs.Launchable();
    private final IntPointer number = new IntPointer(1);
    private final SizeTPointer size = new SizeTPointer(1);
    private final SizeTPointer size2 = new SizeTPointer(1);
    private boolean capturing;
    private boolean closed;

    /** @param device its number among those that are visible */
    PresetCuda(int device) {
        this.device = device;
        try {
            check(cudaSetDevice(device), "choosing device " + device);
            architecture = 10 * attribute(MAJOR) + attribute(MINOR);
            multiprocessors = attribute(MULTIPROCESSORS);
            runtime = libraryVersion();
            name = nameOf(device);
            check(cudaStreamCreateWithFlags(stream, cudaStreamNonBlocking), "making a stream");
        } catch (RuntimeException | Error failed) {
            close();
            throw failed;
        }
    }

    private int attribute(int which) {
        check(cudaDeviceGetAttribute(number, which, device), "asking what the device is");
        return number.get();
    }

    private static String nameOf(int device) {
        try (IntPointer handle = new IntPointer(1);
                BytePointer text = new BytePointer(256)) {
            text.put(0, (byte) 0);
            if (cuInit(0) != 0 || cuDeviceGet(handle, device) != 0 || cuDeviceGetName(text, 255, handle.get()) != 0) {
                return "device " + device;
            }
            // With a limit a BytePointer takes all its bytes for the string; without one it ends at the first zero.
            return text.limit(0).getString(StandardCharsets.UTF_8).strip();
        }
    }

    /** Number of devices; throws where there is no driver. */
    static int devices() {
        try (IntPointer n = new IntPointer(1)) {
            check(cudaGetDeviceCount(n), "looking for a device");
            return n.get();
        }
    }

    /** The newest CUDA that the driver knows, 0 where there is no driver. */
    static int knownToDriver() {
        try (IntPointer n = new IntPointer(1)) {
            return cudaDriverGetVersion(n) == 0 ? n.get() : 0;
        }
    }

    /** The version of the runtime library. */
    static int libraryVersion() {
        try (IntPointer n = new IntPointer(1)) {
            return cudaRuntimeGetVersion(n) == 0 ? n.get() : 0;
        }
    }

    private static void check(int status, String what) {
        if (status == 0) {
            return;
        }
        cudaGetLastError();
        String code = cudaGetErrorName(status).getString();
        DeviceException.Kind kind = status == OUT_OF_MEMORY
                ? DeviceException.Kind.OUT_OF_MEMORY
                : LOSSES.contains(code) ? DeviceException.Kind.LOST : DeviceException.Kind.OTHER;
        throw new DeviceException(kind, what + ": " + cudaGetErrorString(status).getString() + " (" + code + ")");
    }

    @Override
    public String deviceName() {
        return name;
    }

    @Override
    public int architecture() {
        return architecture;
    }

    @Override
    public int multiprocessors() {
        return multiprocessors;
    }

    @Override
    public int runtimeVersion() {
        return runtime;
    }

    @Override
    public int driverVersion() {
        return knownToDriver();
    }

    @Override
    public void enter() {
        check(cudaSetDevice(device), "choosing the device");
    }

    // ---- memory

    @Override
    public long freeBytes() {
        check(cudaMemGetInfo(size, size2), "asking for free memory");
        return size.get();
    }

    @Override
    public long malloc(long bytes) {
        a.to(0);
        check(cudaMalloc(a, bytes), "allocating device memory");
        return a.address();
    }

    @Override
    public void free(long address) {
        check(cudaFree(a.to(address)), "freeing device memory");
    }

    @Override
    public long hostAlloc(long bytes) {
        a.to(0);
        check(cudaHostAlloc(a, bytes, cudaHostAllocDefault), "allocating pinned memory");
        return a.address();
    }

    @Override
    public void hostFree(long address) {
        check(cudaFreeHost(a.to(address)), "freeing pinned memory");
    }

    @Override
    public ByteBuffer hostBuffer(long address, long bytes) {
        return new BytePointer(new Refs.Memory().to(address))
                .capacity(bytes)
                .asByteBuffer()
                .order(ByteOrder.nativeOrder());
    }

    @Override
    public void copyToDevice(long to, long host, long bytes) {
        check(cudaMemcpyAsync(a.to(to), b.to(host), bytes, cudaMemcpyHostToDevice, stream), "copying to the device");
    }

    @Override
    public void copyToHost(long host, long from, long bytes) {
        check(cudaMemcpyAsync(a.to(host), b.to(from), bytes, cudaMemcpyDeviceToHost, stream), "copying to the host");
    }

    // ---- the stream

    @Override
    public long stream() {
        return stream.address();
    }

    @Override
    public void synchronize() {
        check(cudaStreamSynchronize(stream), "waiting for the device");
    }

    @Override
    public void beginCapture() {
        check(cudaStreamBeginCapture(stream, cudart.cudaStreamCaptureModeThreadLocal), "recording a graph");
        capturing = true;
    }

    @Override
    public long endCapture() {
        capturing = false;
        graph.to(0);
        check(cudaStreamEndCapture(stream, graph), "ending the recording of a graph");
        try {
            launchable.to(0);
            check(handles.instantiate(launchable, graph), "making a graph ready");
            return launchable.address();
        } finally {
            cudaGraphDestroy(graph);
        }
    }

    @Override
    public void abortCapture() {
        if (capturing) {
            capturing = false;
            graph.to(0);
            if (cudaStreamEndCapture(stream, graph) == 0 && graph.address() != 0) {
                cudaGraphDestroy(graph);
            }
        }
        cudaGetLastError();
    }

    @Override
    public void launch(long which) {
        check(cudaGraphLaunch(launchable.to(which), stream), "launching a graph");
    }

    @Override
    public void destroyGraph(long which) {
        check(cudaGraphExecDestroy(launchable.to(which)), "freeing a graph");
    }

    @Override
    public void close() {
        if (closed) {
            return;
        }
        closed = true;
        if (stream.address() != 0) {
            cudaStreamDestroy(stream);
        }
        number.close();
        size.close();
        size2.close();
    }
}
