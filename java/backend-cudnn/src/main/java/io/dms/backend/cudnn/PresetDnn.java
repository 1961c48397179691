package io.dms.backend.cudnn;

import static org.bytedeco.cuda.global.cudnn.*;

import io.dms.cuda.MemoryRef;
import io.dms.cuda.StreamRef;
import java.util.Objects;
import java.util.function.IntFunction;
import java.util.stream.IntStream;
import org.bytedeco.cuda.cudnn.cudnnContext;
import org.bytedeco.cuda.cudnn.cudnnConvolutionBwdDataAlgoPerf_t;
import org.bytedeco.cuda.cudnn.cudnnConvolutionFwdAlgoPerf_t;
import org.bytedeco.javacpp.FloatPointer;
import org.bytedeco.javacpp.IntPointer;
import org.jspecify.annotations.Nullable;

/** cuDNN's convolutions through JavaCPP's preset. Owns its handle from {@link #open} to {@link #close}. */
final class PresetDnn implements Dnn, AutoCloseable {
    private static final int MOST_ALGORITHMS = 16;

    private final PresetDescriptors descriptors = new PresetDescriptors();
    private final Refs.Dnn handle = new Refs.Dnn();
    private final Refs.Tensor x = new Refs.Tensor();
    private final Refs.Tensor y = new Refs.Tensor();
    private final Refs.Tensor t = new Refs.Tensor();
    private final Refs.Filter w = new Refs.Filter();
    private final Refs.Convolution conv = new Refs.Convolution();
    private final Refs.Activation act = new Refs.Activation();
    private final MemoryRef xs = new MemoryRef();
    private final MemoryRef ws = new MemoryRef();
    private final MemoryRef ys = new MemoryRef();
    private final MemoryRef zs = new MemoryRef();
    private final MemoryRef biases = new MemoryRef();
    private final MemoryRef scratch = new MemoryRef();
    private final FloatPointer one = new FloatPointer(1).put(1f);
    private final FloatPointer zero = new FloatPointer(1).put(0f);
    private final IntPointer number = new IntPointer(1);
    private boolean closed;

    /** Makes the handle, with the stream on which convolutions run; once. */
    void open(StreamRef stream) {
        LibraryErrors.dnn(cudnnCreate(handle), "opening cuDNN");
        LibraryErrors.dnn(cudnnSetStream(handle, stream), "giving cuDNN its stream");
    }

    /** The library's handle, for calls that are no part of {@link Dnn}; it stays this object's. */
    cudnnContext handle() {
        return handle;
    }

    @Override
    public long version() {
        return cudnnGetVersion();
    }

    @Override
    public Descriptors descriptors() {
        return descriptors;
    }

    @Override
    public @Nullable Plans plans(boolean compiled) {
        try {
            return PresetPlans.of(handle, compiled);
        } catch (LinkageError none) {
            // The presets of CUDA 10.2 and 11.4 have no such functions.
            return null;
        }
    }

    private void use(Described d) {
        x.to(d.x());
        w.to(d.weights());
        conv.to(d.convolution());
        y.to(d.y());
    }

    private void use(long xAt, long wAt, long yAt, long work) {
        xs.to(xAt);
        ws.to(wAt);
        ys.to(yAt);
        scratch.to(work);
    }

    // ---- algorithms

    @Override
    public Algorithm[] search(boolean back, Described d, long xAt, long wAt, long yAt, long work, long bytes) {
        use(d);
        use(xAt, wAt, yAt, work);
        if (back) {
            try (cudnnConvolutionBwdDataAlgoPerf_t found = new cudnnConvolutionBwdDataAlgoPerf_t(MOST_ALGORITHMS)) {
                int status = cudnnFindConvolutionBackwardDataAlgorithmEx(
                        handle, w, ws, y, ys, conv, x, xs, MOST_ALGORITHMS, number, found, scratch, bytes);
                LibraryErrors.dnn(status, "searching an algorithm");
                return list(number.get(), i -> algorithm(found.position(i), true));
            }
        }
        try (cudnnConvolutionFwdAlgoPerf_t found = new cudnnConvolutionFwdAlgoPerf_t(MOST_ALGORITHMS)) {
            int status = cudnnFindConvolutionForwardAlgorithmEx(
                    handle, x, xs, w, ws, conv, y, ys, MOST_ALGORITHMS, number, found, scratch, bytes);
            LibraryErrors.dnn(status, "searching an algorithm");
            return list(number.get(), i -> algorithm(found.position(i), true));
        }
    }

    @Override
    public Algorithm[] expect(boolean back, Described d) {
        use(d);
        if (back) {
            try (cudnnConvolutionBwdDataAlgoPerf_t found = new cudnnConvolutionBwdDataAlgoPerf_t(MOST_ALGORITHMS)) {
                int status = cudnnGetConvolutionBackwardDataAlgorithm_v7(
                        handle, w, y, conv, x, MOST_ALGORITHMS, number, found);
                LibraryErrors.dnn(status, "choosing an algorithm");
                return list(number.get(), i -> algorithm(found.position(i), false));
            }
        }
        try (cudnnConvolutionFwdAlgoPerf_t found = new cudnnConvolutionFwdAlgoPerf_t(MOST_ALGORITHMS)) {
            int status = cudnnGetConvolutionForwardAlgorithm_v7(handle, x, w, conv, y, MOST_ALGORITHMS, number, found);
            LibraryErrors.dnn(status, "choosing an algorithm");
            return list(number.get(), i -> algorithm(found.position(i), false));
        }
    }

    private static Algorithm[] list(int n, IntFunction<@Nullable Algorithm> at) {
        return IntStream.range(0, n).mapToObj(at).filter(Objects::nonNull).toArray(Algorithm[]::new);
    }

    /** Null where it does not work. */
    private static @Nullable Algorithm algorithm(cudnnConvolutionFwdAlgoPerf_t f, boolean timed) {
        return algorithm(f.status(), f.algo(), f.mathType(), f.memory(), f.determinism(), timed ? f.time() : -1);
    }

    private static @Nullable Algorithm algorithm(cudnnConvolutionBwdDataAlgoPerf_t f, boolean timed) {
        return algorithm(f.status(), f.algo(), f.mathType(), f.memory(), f.determinism(), timed ? f.time() : -1);
    }

    private static @Nullable Algorithm algorithm(
            int status, int id, int math, long workspace, int determinism, float millis) {
        return status != 0
                ? null
                : new Algorithm(
                        id, math, workspace, determinism == CUDNN_DETERMINISTIC, millis < 0 ? -1 : 1000 * millis);
    }

    // ---- convolutions

    @Override
    public void forward(Described d, long xAt, long wAt, long yAt, Algorithm a, long work) {
        use(d);
        use(xAt, wAt, yAt, work);
        int status =
                cudnnConvolutionForward(handle, one, x, xs, w, ws, conv, a.id(), scratch, a.workspace(), zero, y, ys);
        LibraryErrors.dnn(status, "running a convolution");
    }

    @Override
    public void fused(
            Described d, long xAt, long wAt, long bias, long z, boolean relu, long yAt, Algorithm a, long work) {
        use(d);
        use(xAt, wAt, yAt, work);
        t.to(d.bias());
        biases.to(bias);
        act.to(relu ? d.relu() : d.identity());
        // Without a residual z is y, read with a factor of 0: the argument must be there.
        zs.to(z == 0 ? yAt : z);
        FloatPointer share = z == 0 ? zero : one;
        int status = cudnnConvolutionBiasActivationForward(
                handle, one, x, xs, w, ws, conv, a.id(), scratch, a.workspace(), share, y, zs, t, biases, act, y, ys);
        LibraryErrors.dnn(status, "running a convolution");
    }

    @Override
    public void back(Described d, long yAt, long wAt, long xAt, Algorithm a, long work) {
        use(d);
        use(xAt, wAt, yAt, work);
        int status = cudnnConvolutionBackwardData(
                handle, one, w, ws, y, ys, conv, a.id(), scratch, a.workspace(), zero, x, xs);
        LibraryErrors.dnn(status, "running a transposed convolution");
    }

    @Override
    public void close() {
        if (closed) {
            return;
        }
        closed = true;
        if (!handle.isNull()) {
            cudnnDestroy(handle);
        }
        one.deallocate();
        zero.deallocate();
        number.deallocate();
    }
}
