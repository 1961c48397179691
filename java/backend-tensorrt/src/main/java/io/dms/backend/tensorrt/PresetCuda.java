package io.dms.backend.tensorrt;

import static org.bytedeco.cuda.global.cudart.*;

import io.dms.cuda.CudaErrors;
import io.dms.cuda.PresetDevice;
import java.lang.invoke.MethodHandle;
import org.bytedeco.cuda.cudart.CUgraphExec_st;
import org.bytedeco.cuda.cudart.CUgraphNode_st;
import org.bytedeco.cuda.cudart.CUgraph_st;
import org.bytedeco.cuda.global.cudart;
import org.bytedeco.javacpp.BytePointer;
import org.jspecify.annotations.Nullable;

/** Graphs of CUDA's runtime through JavaCPP's presets: calls that all flavours have alike, and one that CUDA 12 changed. */
final class PresetCuda extends PresetDevice implements Cuda {
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
    private final Refs.Graph graph = new Refs.Graph();
    private final Refs.Launchable launchable = new Refs.Launchable();
    private boolean capturing;

    /** @param device its number among those that are visible */
    PresetCuda(int device) {
        super(device);
    }

    @Override
    public void beginCapture() {
        CudaErrors.check(cudaStreamBeginCapture(stream, cudart.cudaStreamCaptureModeThreadLocal), "recording a graph");
        capturing = true;
    }

    @Override
    public long endCapture() {
        capturing = false;
        graph.to(0);
        CudaErrors.check(cudaStreamEndCapture(stream, graph), "ending the recording of a graph");
        try {
            launchable.to(0);
            CudaErrors.check(handles.instantiate(launchable, graph), "making a graph ready");
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
        CudaErrors.check(cudaGraphLaunch(launchable.to(which), stream), "launching a graph");
    }

    @Override
    public void destroyGraph(long which) {
        CudaErrors.check(cudaGraphExecDestroy(launchable.to(which)), "freeing a graph");
    }
}
