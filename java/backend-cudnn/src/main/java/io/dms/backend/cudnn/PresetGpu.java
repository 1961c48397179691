package io.dms.backend.cudnn;

import static org.bytedeco.cuda.global.cublas.*;
import static org.bytedeco.cuda.global.cudnn.*;

import io.dms.cuda.CudaErrors;
import io.dms.cuda.DeviceException;
import io.dms.cuda.MemoryRef;
import io.dms.cuda.PresetDevice;
import java.util.ArrayList;
import java.util.List;
import org.bytedeco.cuda.cudnn.cudnnContext;
import org.bytedeco.cuda.cudnn.cudnnConvolutionBwdDataAlgoPerf_t;
import org.bytedeco.cuda.cudnn.cudnnConvolutionFwdAlgoPerf_t;
import org.bytedeco.javacpp.FloatPointer;
import org.bytedeco.javacpp.IntPointer;

/**
 * The libraries through JavaCPP's presets. Calls only methods that {@code native-functions.txt} lists, whose signatures
 * are the same in all presets, and compares status codes only with 0: their numbers changed between cuDNN 8 and 9.
 */
final class PresetGpu extends PresetDevice implements Gpu {
    /** Numbers of {@code cublasComputeType_t}, which CUDA 11 put in the place of {@code cudaDataType_t}. */
    private static final int CUDA_11 = 11000, COMPUTE_32F = 68, REAL_32F = 0, REAL_16F = 2;
    /** {@code CUBLAS_TF32_TENSOR_OP_MATH}, since CUDA 11. */
    private static final int TF32_MATH = 3;

    private static final int MOST_ALGORITHMS = 16;

    private final int computeType;
    private final Refs.Dnn dnn = new Refs.Dnn();
    private final Refs.Blas blas = new Refs.Blas();
    private final MemoryRef a = new MemoryRef();
    private final MemoryRef b = new MemoryRef();
    private final MemoryRef c = new MemoryRef();
    private final MemoryRef d = new MemoryRef();
    private final MemoryRef e = new MemoryRef();
    private final MemoryRef work = new MemoryRef();
    private final Refs.Tensor x = new Refs.Tensor();
    private final Refs.Tensor y = new Refs.Tensor();
    private final Refs.Tensor t = new Refs.Tensor();
    private final Refs.Filter w = new Refs.Filter();
    private final Refs.Convolution conv = new Refs.Convolution();
    private final Refs.Activation act = new Refs.Activation();
    private final FloatPointer one = new FloatPointer(1).put(1f);
    private final FloatPointer zero = new FloatPointer(1).put(0f);
    private final IntPointer number = new IntPointer(1);
    private boolean closed;

    /**
     * Opens a device.
     *
     * @param device its number among those that are visible
     * @param tf32 whether products in single precision may be rounded
     */
    PresetGpu(int device, boolean tf32) {
        super(device);
        computeType = runtimeVersion() >= CUDA_11 ? COMPUTE_32F : REAL_32F;
        try {
            blas(cublasCreate_v2(blas), "opening cuBLAS");
            blas(cublasSetStream_v2(blas, stream), "giving cuBLAS its stream");
            boolean fast = tf32 && runtimeVersion() >= CUDA_11 && architecture() >= 80;
            blas(cublasSetMathMode(blas, fast ? TF32_MATH : CUBLAS_DEFAULT_MATH), "choosing the mathematics");
            dnn(cudnnCreate(dnn), "opening cuDNN");
            dnn(cudnnSetStream(dnn, stream), "giving cuDNN its stream");
        } catch (RuntimeException | Error failed) {
            close();
            throw failed;
        }
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
    private DeviceException underneath(String library, String what, String text) {
        DeviceException behind = CudaErrors.last(what);
        if (behind != null && behind.kind() == DeviceException.Kind.LOST) {
            return behind;
        }
        String message = what + ": " + library + " says " + text;
        boolean full = behind != null && behind.kind() == DeviceException.Kind.OUT_OF_MEMORY;
        if (text.contains("ALLOC_FAILED") || full) {
            return new DeviceException(DeviceException.Kind.OUT_OF_MEMORY, message);
        }
        boolean unsupported = text.contains("NOT_SUPPORTED") || text.contains("BAD_PARAM");
        return new DeviceException(
                unsupported ? DeviceException.Kind.UNSUPPORTED : DeviceException.Kind.OTHER, message);
    }

    @Override
    public long cudnnVersion() {
        return cudnnGetVersion();
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
        one.deallocate();
        zero.deallocate();
        number.deallocate();
        super.close();
    }
}
