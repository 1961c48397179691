package io.dms.backend.cudnn;

import static org.bytedeco.cuda.global.cublas.*;

import io.dms.cuda.DeviceException;
import io.dms.cuda.MemoryRef;
import io.dms.cuda.StreamRef;
import org.bytedeco.cuda.cublas.cublasContext;
import org.bytedeco.javacpp.FloatPointer;
import org.jspecify.annotations.Nullable;

/** cuBLAS through JavaCPP's preset. Owns its handle from {@link #open} to {@link #close}. */
final class PresetBlas implements Blas, AutoCloseable {
    /** Numbers of {@code cublasComputeType_t}, which CUDA 11 put in the place of {@code cudaDataType_t}. */
    private static final int CUDA_11 = 11000, COMPUTE_32F = 68, REAL_32F = 0, REAL_16F = 2;
    /** {@code CUBLAS_TF32_TENSOR_OP_MATH}, since CUDA 11. */
    private static final int TF32_MATH = 3;

    private final Refs.Blas handle = new Refs.Blas();
    private final MemoryRef a = new MemoryRef();
    private final MemoryRef b = new MemoryRef();
    private final MemoryRef c = new MemoryRef();
    private final FloatPointer one = new FloatPointer(1).put(1f);
    private final FloatPointer zero = new FloatPointer(1).put(0f);
    private int computeType;
    private @Nullable Matmuls matmuls;
    private boolean closed;

    /**
     * Makes the handle; once.
     *
     * @param stream on which products run
     * @param runtime version of CUDA's runtime, as the library tells it
     * @param tf32 whether products in single precision may be rounded, where the runtime can
     */
    void open(StreamRef stream, int runtime, boolean tf32) {
        computeType = runtime >= CUDA_11 ? COMPUTE_32F : REAL_32F;
        LibraryErrors.blas(cublasCreate_v2(handle), "opening cuBLAS");
        matmuls = runtime >= CUDA_11 ? matmuls(stream) : null;
        LibraryErrors.blas(cublasSetStream_v2(handle, stream), "giving cuBLAS its stream");
        boolean fast = tf32 && runtime >= CUDA_11;
        LibraryErrors.blas(
                cublasSetMathMode(handle, fast ? TF32_MATH : CUBLAS_DEFAULT_MATH), "choosing the mathematics");
    }

    /** Null where preset or library have no cuBLASLt. */
    private static @Nullable Matmuls matmuls(StreamRef stream) {
        try {
            return new PresetMatmuls(stream);
        } catch (DeviceException e) {
            if (!e.isRefusal()) {
                throw e;
            }
            return null;
        } catch (LinkageError none) {
            // The preset of CUDA 10.2 has no such functions.
            return null;
        }
    }

    @Override
    public @Nullable Matmuls matmuls() {
        return matmuls;
    }

    /** The library's handle; it stays this object's. */
    cublasContext handle() {
        return handle;
    }

    @Override
    public void multiply(Product p, long aAt, long bAt, long cAt) {
        int type = p.half() ? REAL_16F : REAL_32F;
        int opA = p.transposeA() ? CUBLAS_OP_T : CUBLAS_OP_N;
        int algorithm = p.half() ? CUBLAS_GEMM_DEFAULT_TENSOR_OP : CUBLAS_GEMM_DEFAULT;
        FloatPointer beta = p.add() ? one : zero;
        a.to(aAt);
        b.to(bAt);
        c.to(cAt);
        int status = p.count() == 1
                ? cublasGemmEx(
                        handle,
                        opA,
                        CUBLAS_OP_N,
                        p.m(),
                        p.n(),
                        p.k(),
                        one,
                        a,
                        type,
                        p.lda(),
                        b,
                        type,
                        p.ldb(),
                        beta,
                        c,
                        type,
                        p.ldc(),
                        computeType,
                        algorithm)
                : cublasGemmStridedBatchedEx(
                        handle,
                        opA,
                        CUBLAS_OP_N,
                        p.m(),
                        p.n(),
                        p.k(),
                        one,
                        a,
                        type,
                        p.lda(),
                        p.strideA(),
                        b,
                        type,
                        p.ldb(),
                        p.strideB(),
                        beta,
                        c,
                        type,
                        p.ldc(),
                        p.strideC(),
                        p.count(),
                        computeType,
                        algorithm);
        LibraryErrors.blas(status, "multiplying matrices");
    }

    @Override
    public void close() {
        if (closed) {
            return;
        }
        closed = true;
        if (matmuls != null) {
            matmuls.close();
        }
        if (!handle.isNull()) {
            cublasDestroy_v2(handle);
        }
        one.deallocate();
        zero.deallocate();
    }
}
