package io.dms.backend.cudnn;

import static org.bytedeco.cuda.global.cublas.*;
import static org.bytedeco.cuda.global.cudart.*;
import static org.bytedeco.cuda.global.cudnn.*;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import org.bytedeco.cuda.cudnn.cudnnContext;
import org.bytedeco.cuda.cudnn.cudnnConvolutionBwdDataAlgoPerf_t;
import org.bytedeco.cuda.cudnn.cudnnConvolutionFwdAlgoPerf_t;
import org.bytedeco.javacpp.BytePointer;
import org.bytedeco.javacpp.FloatPointer;
import org.bytedeco.javacpp.IntPointer;
import org.bytedeco.javacpp.SizeTPointer;

/**
 * The libraries through JavaCPP's presets. Calls only methods that {@code native-functions.txt} lists, whose signatures
 * are the same in all presets, and compares status codes only with 0: their numbers changed between cuDNN 8 and 9.
 */
final class PresetGpu implements Gpu {
    /** {@code cudaDevAttrComputeCapabilityMajor} and {@code Minor}. */
    private static final int MAJOR = 75, MINOR = 76;
    /** Numbers of {@code cublasComputeType_t}, which CUDA 11 put in the place of {@code cudaDataType_t}. */
    private static final int CUDA_11 = 11000, COMPUTE_32F = 68, REAL_32F = 0, REAL_16F = 2;
    /** {@code CUBLAS_TF32_TENSOR_OP_MATH}, since CUDA 11. */
    private static final int TF32_MATH = 3;
    /** Codes of the runtime that never changed: out of memory, and those that end a context. */
    private static final int OUT_OF_MEMORY = 2;

    private static final int MOST_ALGORITHMS = 16;

    private final int device;
    private final String name;
    private final int architecture;
    private final int runtime;
    private final int computeType;
    private final Refs.Stream stream = new Refs.Stream();
    private final Refs.Dnn dnn = new Refs.Dnn();
    private final Refs.Blas blas = new Refs.Blas();
    private final Refs.Memory a = new Refs.Memory();
    private final Refs.Memory b = new Refs.Memory();
    private final Refs.Memory c = new Refs.Memory();
    private final Refs.Memory d = new Refs.Memory();
    private final Refs.Memory e = new Refs.Memory();
    private final Refs.Memory work = new Refs.Memory();
    private final Refs.Tensor x = new Refs.Tensor();
    private final Refs.Tensor y = new Refs.Tensor();
    private final Refs.Tensor t = new Refs.Tensor();
    private final Refs.Filter w = new Refs.Filter();
    private final Refs.Convolution conv = new Refs.Convolution();
    private final Refs.Activation act = new Refs.Activation();
    private final FloatPointer one = new FloatPointer(1).put(1f);
    private final FloatPointer zero = new FloatPointer(1).put(0f);
    private final SizeTPointer size = new SizeTPointer(1);
    private final SizeTPointer size2 = new SizeTPointer(1);
    private final IntPointer number = new IntPointer(1);
    private boolean closed;

    /**
     * Opens a device.
     *
     * @param device its number among those that are visible
     * @param tf32 whether products in single precision may be rounded
     */
    PresetGpu(int device, boolean tf32) {
        this.device = device;
        try {
            cuda(cudaSetDevice(device), "choosing device " + device);
            cuda(cudaDeviceGetAttribute(number, MAJOR, device), "asking for the architecture");
            int major = number.get();
            cuda(cudaDeviceGetAttribute(number, MINOR, device), "asking for the architecture");
            architecture = 10 * major + number.get();
            cuda(cudaRuntimeGetVersion(number), "asking for the version");
            runtime = number.get();
            computeType = runtime >= CUDA_11 ? COMPUTE_32F : REAL_32F;
            name = nameOf(device);
            cuda(cudaStreamCreateWithFlags(stream, cudaStreamNonBlocking), "making a stream");
            blas(cublasCreate_v2(blas), "opening cuBLAS");
            blas(cublasSetStream_v2(blas, stream), "giving cuBLAS its stream");
            boolean fast = tf32 && runtime >= CUDA_11 && architecture >= 80;
            blas(cublasSetMathMode(blas, fast ? TF32_MATH : CUBLAS_DEFAULT_MATH), "choosing the mathematics");
            dnn(cudnnCreate(dnn), "opening cuDNN");
            dnn(cudnnSetStream(dnn, stream), "giving cuDNN its stream");
        } catch (RuntimeException | Error failed) {
            close();
            throw failed;
        }
    }

    private static String nameOf(int device) {
        try (IntPointer handle = new IntPointer(1);
                BytePointer text = new BytePointer(256)) {
            if (cuInit(0) != 0 || cuDeviceGet(handle, device) != 0) {
                return "device " + device;
            }
            text.put(0, (byte) 0);
            if (cuDeviceGetName(text, 255, handle.get()) != 0) {
                return "device " + device;
            }
            // With a limit a BytePointer takes all its bytes for the string; without one it ends at the first zero.
            return text.limit(0).getString(StandardCharsets.UTF_8).strip();
        }
    }

    /** Number of devices; throws where there is no driver. */
    static int devices() {
        try (IntPointer n = new IntPointer(1)) {
            cuda(cudaGetDeviceCount(n), "looking for a device");
            return n.get();
        }
    }

    /** The newest CUDA that the driver knows, 0 where there is no driver. */
    static int driverVersion() {
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

    // ---- errors

    private static void cuda(int status, String what) {
        if (status != 0) {
            throw cudaFailure(status, what);
        }
    }

    private static GpuException cudaFailure(int status, String what) {
        cudaGetLastError();
        String code = cudaGetErrorName(status).getString();
        GpuException.Kind kind = status == OUT_OF_MEMORY
                ? GpuException.Kind.OUT_OF_MEMORY
                : LostDevice.isLoss(code) ? GpuException.Kind.LOST : GpuException.Kind.OTHER;
        return new GpuException(kind, what + ": " + cudaGetErrorString(status).getString() + " (" + code + ")");
    }

    private void blas(int status, String what) {
        if (status != 0) {
            throw underneath("cuBLAS", what, "status " + status);
        }
    }

    private void dnn(int status, String what) {
        if (status != 0) {
            throw underneath("cuDNN", what, cudnnGetErrorString(status).getString());
        }
    }

    /** A library's failure, or CUDA's where that is behind it. */
    private GpuException underneath(String library, String what, String text) {
        int cuda = cudaGetLastError();
        if (cuda != 0 && LostDevice.isLoss(cudaGetErrorName(cuda).getString())) {
            return cudaFailure(cuda, what);
        }
        String message = what + ": " + library + " says " + text;
        if (text.contains("ALLOC_FAILED") || cuda == OUT_OF_MEMORY) {
            return new GpuException(GpuException.Kind.OUT_OF_MEMORY, message);
        }
        boolean unsupported = text.contains("NOT_SUPPORTED") || text.contains("BAD_PARAM");
        return new GpuException(unsupported ? GpuException.Kind.UNSUPPORTED : GpuException.Kind.OTHER, message);
    }

    // ---- what it is

    @Override
    public String deviceName() {
        return name;
    }

    @Override
    public int architecture() {
        return architecture;
    }

    @Override
    public long cudnnVersion() {
        return cudnnGetVersion();
    }

    @Override
    public int runtimeVersion() {
        return runtime;
    }

    @Override
    public void enter() {
        cuda(cudaSetDevice(device), "choosing the device");
    }

    // ---- memory

    @Override
    public long freeBytes() {
        cuda(cudaMemGetInfo(size, size2), "asking for free memory");
        return size.get();
    }

    @Override
    public long malloc(long bytes) {
        a.to(0);
        cuda(cudaMalloc(a, bytes), "allocating device memory");
        return a.address();
    }

    @Override
    public void free(long address) {
        cuda(cudaFree(a.to(address)), "freeing device memory");
    }

    @Override
    public long hostAlloc(long bytes) {
        a.to(0);
        cuda(cudaHostAlloc(a, bytes, cudaHostAllocDefault), "allocating pinned memory");
        return a.address();
    }

    @Override
    public void hostFree(long address) {
        cuda(cudaFreeHost(a.to(address)), "freeing pinned memory");
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
        cuda(cudaMemcpyAsync(a.to(to), b.to(host), bytes, cudaMemcpyHostToDevice, stream), "copying to the device");
    }

    @Override
    public void copyToHost(long host, long from, long bytes) {
        cuda(cudaMemcpyAsync(a.to(host), b.to(from), bytes, cudaMemcpyDeviceToHost, stream), "copying to the host");
    }

    @Override
    public void fill(long address, int value, long bytes) {
        cuda(cudaMemsetAsync(a.to(address), value, bytes, stream), "filling device memory");
    }

    @Override
    public long stream() {
        return stream.address();
    }

    @Override
    public void synchronize() {
        cuda(cudaStreamSynchronize(stream), "waiting for the device");
    }

    // ---- cuBLAS

    @Override
    public void gemm(
            boolean transposeA,
            boolean transposeB,
            int m,
            int n,
            int k,
            long aAt,
            int lda,
            long strideA,
            long bAt,
            int ldb,
            long strideB,
            long cAt,
            int ldc,
            long strideC,
            int count,
            boolean half) {
        int type = half ? REAL_16F : REAL_32F;
        int opA = transposeA ? CUBLAS_OP_T : CUBLAS_OP_N;
        int opB = transposeB ? CUBLAS_OP_T : CUBLAS_OP_N;
        int algorithm = half ? CUBLAS_GEMM_DEFAULT_TENSOR_OP : CUBLAS_GEMM_DEFAULT;
        if (count == 1) {
            multiply(opA, opB, m, n, k, aAt, lda, bAt, ldb, cAt, ldc, type, zero);
            return;
        }
        blas(
                cublasGemmStridedBatchedEx(
                        blas,
                        opA,
                        opB,
                        m,
                        n,
                        k,
                        one,
                        a.to(aAt),
                        type,
                        lda,
                        strideA,
                        b.to(bAt),
                        type,
                        ldb,
                        strideB,
                        zero,
                        c.to(cAt),
                        type,
                        ldc,
                        strideC,
                        count,
                        computeType,
                        algorithm),
                "multiplying matrices");
    }

    /** {@code c = a b}, or {@code c += a b}, in cuBLAS's order, columns first. */
    void gemm(int m, int n, int k, long aAt, int lda, long bAt, int ldb, long cAt, int ldc, boolean half, boolean add) {
        int type = half ? REAL_16F : REAL_32F;
        multiply(CUBLAS_OP_N, CUBLAS_OP_N, m, n, k, aAt, lda, bAt, ldb, cAt, ldc, type, add ? one : zero);
    }

    private void multiply(
            int opA,
            int opB,
            int m,
            int n,
            int k,
            long aAt,
            int lda,
            long bAt,
            int ldb,
            long cAt,
            int ldc,
            int type,
            FloatPointer beta) {
        int algorithm = type == REAL_16F ? CUBLAS_GEMM_DEFAULT_TENSOR_OP : CUBLAS_GEMM_DEFAULT;
        a.to(aAt);
        b.to(bAt);
        c.to(cAt);
        blas(
                cublasGemmEx(
                        blas,
                        opA,
                        opB,
                        m,
                        n,
                        k,
                        one,
                        a,
                        type,
                        lda,
                        b,
                        type,
                        ldb,
                        beta,
                        c,
                        type,
                        ldc,
                        computeType,
                        algorithm),
                "multiplying matrices");
    }

    /** The library's handle, for calls that are no part of {@link Gpu}; it stays this object's. */
    cudnnContext dnnHandle() {
        return dnn;
    }

    // ---- descriptors

    @Override
    public long newTensor() {
        dnn(cudnnCreateTensorDescriptor(x.to(0)), "making a descriptor");
        return x.address();
    }

    @Override
    public void setTensor(
            long desc, boolean half, int n, int c, int h, int w, int nStride, int cStride, int hStride, int wStride) {
        int type = half ? CUDNN_DATA_HALF : CUDNN_DATA_FLOAT;
        dnn(
                cudnnSetTensor4dDescriptorEx(x.to(desc), type, n, c, h, w, nStride, cStride, hStride, wStride),
                "describing a tensor");
    }

    @Override
    public void destroyTensor(long desc) {
        cudnnDestroyTensorDescriptor(x.to(desc));
    }

    @Override
    public long newFilter() {
        dnn(cudnnCreateFilterDescriptor(w.to(0)), "making a descriptor");
        return w.address();
    }

    @Override
    public void setFilter(long desc, boolean half, boolean nhwc, int k, int c, int r, int s) {
        int type = half ? CUDNN_DATA_HALF : CUDNN_DATA_FLOAT;
        int order = nhwc ? CUDNN_TENSOR_NHWC : CUDNN_TENSOR_NCHW;
        dnn(cudnnSetFilter4dDescriptor(w.to(desc), type, order, k, c, r, s), "describing weights");
    }

    @Override
    public void destroyFilter(long desc) {
        cudnnDestroyFilterDescriptor(w.to(desc));
    }

    @Override
    public long newConvolution() {
        dnn(cudnnCreateConvolutionDescriptor(conv.to(0)), "making a descriptor");
        return conv.address();
    }

    @Override
    public void setConvolution(
            long desc,
            int padH,
            int padW,
            int strideH,
            int strideW,
            int dilationH,
            int dilationW,
            int groups,
            int math) {
        dnn(
                cudnnSetConvolution2dDescriptor(
                        conv.to(desc),
                        padH,
                        padW,
                        strideH,
                        strideW,
                        dilationH,
                        dilationW,
                        CUDNN_CROSS_CORRELATION,
                        CUDNN_DATA_FLOAT),
                "describing a convolution");
        dnn(cudnnSetConvolutionGroupCount(conv, groups), "describing a convolution");
        dnn(cudnnSetConvolutionMathType(conv, math), "describing a convolution");
    }

    @Override
    public void setMath(long desc, int math) {
        dnn(cudnnSetConvolutionMathType(conv.to(desc), math), "describing a convolution");
    }

    @Override
    public void destroyConvolution(long desc) {
        cudnnDestroyConvolutionDescriptor(conv.to(desc));
    }

    @Override
    public long newActivation() {
        dnn(cudnnCreateActivationDescriptor(act.to(0)), "making a descriptor");
        return act.address();
    }

    @Override
    public void setActivation(long desc, int mode) {
        // The fused convolution takes no ReLU that propagates NaN.
        dnn(cudnnSetActivationDescriptor(act.to(desc), mode, CUDNN_NOT_PROPAGATE_NAN, 0), "describing an activation");
    }

    @Override
    public void destroyActivation(long desc) {
        cudnnDestroyActivationDescriptor(act.to(desc));
    }

    // ---- convolutions

    @Override
    public Algorithm[] search(
            boolean back,
            long xDesc,
            long xAt,
            long wDesc,
            long wAt,
            long convDesc,
            long yDesc,
            long yAt,
            long workAt,
            long bytes) {
        a.to(xAt);
        b.to(wAt);
        c.to(yAt);
        work.to(workAt);
        x.to(xDesc);
        w.to(wDesc);
        y.to(yDesc);
        conv.to(convDesc);
        if (back) {
            try (cudnnConvolutionBwdDataAlgoPerf_t found = new cudnnConvolutionBwdDataAlgoPerf_t(MOST_ALGORITHMS)) {
                dnn(
                        cudnnFindConvolutionBackwardDataAlgorithmEx(
                                dnn, w, b, y, c, conv, x, a, MOST_ALGORITHMS, number, found, work, bytes),
                        "searching an algorithm");
                return list(found, number.get(), true);
            }
        }
        try (cudnnConvolutionFwdAlgoPerf_t found = new cudnnConvolutionFwdAlgoPerf_t(MOST_ALGORITHMS)) {
            dnn(
                    cudnnFindConvolutionForwardAlgorithmEx(
                            dnn, x, a, w, b, conv, y, c, MOST_ALGORITHMS, number, found, work, bytes),
                    "searching an algorithm");
            return list(found, number.get(), true);
        }
    }

    @Override
    public Algorithm[] expect(boolean back, long xDesc, long wDesc, long convDesc, long yDesc) {
        x.to(xDesc);
        w.to(wDesc);
        y.to(yDesc);
        conv.to(convDesc);
        if (back) {
            try (cudnnConvolutionBwdDataAlgoPerf_t found = new cudnnConvolutionBwdDataAlgoPerf_t(MOST_ALGORITHMS)) {
                dnn(
                        cudnnGetConvolutionBackwardDataAlgorithm_v7(dnn, w, y, conv, x, MOST_ALGORITHMS, number, found),
                        "choosing an algorithm");
                return list(found, number.get(), false);
            }
        }
        try (cudnnConvolutionFwdAlgoPerf_t found = new cudnnConvolutionFwdAlgoPerf_t(MOST_ALGORITHMS)) {
            dnn(
                    cudnnGetConvolutionForwardAlgorithm_v7(dnn, x, w, conv, y, MOST_ALGORITHMS, number, found),
                    "choosing an algorithm");
            return list(found, number.get(), false);
        }
    }

    private static Algorithm[] list(cudnnConvolutionFwdAlgoPerf_t found, int n, boolean timed) {
        List<Algorithm> good = new ArrayList<>();
        for (int i = 0; i < n; i++) {
            found.position(i);
            if (found.status() == 0) {
                good.add(new Algorithm(
                        found.algo(),
                        found.mathType(),
                        found.memory(),
                        found.determinism() == CUDNN_DETERMINISTIC,
                        timed ? 1000 * found.time() : -1));
            }
        }
        found.position(0);
        return good.toArray(new Algorithm[0]);
    }

    private static Algorithm[] list(cudnnConvolutionBwdDataAlgoPerf_t found, int n, boolean timed) {
        List<Algorithm> good = new ArrayList<>();
        for (int i = 0; i < n; i++) {
            found.position(i);
            if (found.status() == 0) {
                good.add(new Algorithm(
                        found.algo(),
                        found.mathType(),
                        found.memory(),
                        found.determinism() == CUDNN_DETERMINISTIC,
                        timed ? 1000 * found.time() : -1));
            }
        }
        found.position(0);
        return good.toArray(new Algorithm[0]);
    }

    @Override
    public void convolve(
            long xDesc,
            long xAt,
            long wDesc,
            long wAt,
            long convDesc,
            int algorithm,
            long workAt,
            long bytes,
            long yDesc,
            long yAt) {
        dnn(
                cudnnConvolutionForward(
                        dnn,
                        one,
                        x.to(xDesc),
                        a.to(xAt),
                        w.to(wDesc),
                        b.to(wAt),
                        conv.to(convDesc),
                        algorithm,
                        work.to(workAt),
                        bytes,
                        zero,
                        y.to(yDesc),
                        c.to(yAt)),
                "running a convolution");
    }

    @Override
    public void convolveFused(
            long xDesc,
            long xAt,
            long wDesc,
            long wAt,
            long convDesc,
            int algorithm,
            long workAt,
            long bytes,
            long z,
            long biasDesc,
            long bias,
            long activation,
            long yDesc,
            long yAt) {
        // Without a residual z is y, read with a factor of 0: the argument must be there.
        dnn(
                cudnnConvolutionBiasActivationForward(
                        dnn,
                        one,
                        x.to(xDesc),
                        a.to(xAt),
                        w.to(wDesc),
                        b.to(wAt),
                        conv.to(convDesc),
                        algorithm,
                        work.to(workAt),
                        bytes,
                        z == 0 ? zero : one,
                        y.to(yDesc),
                        d.to(z == 0 ? yAt : z),
                        t.to(biasDesc),
                        e.to(bias),
                        act.to(activation),
                        y,
                        c.to(yAt)),
                "running a convolution");
    }

    @Override
    public void convolveBack(
            long wDesc,
            long wAt,
            long yDesc,
            long yAt,
            long convDesc,
            int algorithm,
            long workAt,
            long bytes,
            long xDesc,
            long xAt) {
        dnn(
                cudnnConvolutionBackwardData(
                        dnn,
                        one,
                        w.to(wDesc),
                        b.to(wAt),
                        y.to(yDesc),
                        c.to(yAt),
                        conv.to(convDesc),
                        algorithm,
                        work.to(workAt),
                        bytes,
                        zero,
                        x.to(xDesc),
                        a.to(xAt)),
                "running a transposed convolution");
    }

    @Override
    public void close() {
        if (closed) {
            return;
        }
        closed = true;
        if (!dnn.isNull()) {
            cudnnDestroy(dnn);
        }
        if (!blas.isNull()) {
            cublasDestroy_v2(blas);
        }
        if (!stream.isNull()) {
            cudaStreamDestroy(stream);
        }
        one.deallocate();
        zero.deallocate();
        size.deallocate();
        size2.deallocate();
        number.deallocate();
    }
}
