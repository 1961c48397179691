package io.dms.backend.cudnn;

import static org.bytedeco.cuda.global.cublas.*;

import org.bytedeco.cuda.cublas.cublasLtMatmulDescOpaque_t;
import org.bytedeco.cuda.cublas.cublasLtMatmulPreferenceOpaque_t;
import org.bytedeco.cuda.cublas.cublasLtMatrixLayoutOpaque_t;
import org.bytedeco.javacpp.IntPointer;
import org.bytedeco.javacpp.LongPointer;
import org.bytedeco.javacpp.Pointer;
import org.bytedeco.javacpp.PointerPointer;

/** What cuBLASLt is told of one product: the product itself and the layouts of its four matrices. Owns them. */
final class MatmulDescriptors implements AutoCloseable {
    /** Numbers of {@code cudaDataType} and of {@code cublasComputeType_t}. */
    private static final int REAL_32F = 0, REAL_16F = 2, COMPUTE_32F = 68, COMPUTE_32F_FAST_TF32 = 77;
    /** {@code CUBLASLT_EPILOGUE_*}: two that add up, and what stands for none. */
    private static final int RELU = 2, BIAS = 4, NOTHING = 1;
    /** {@code CUBLASLT_REDUCTION_SCHEME_COMPUTE_TYPE}: parts of a sum are added in single precision, in an order. */
    private static final int EXACT_PARTS = 2;
    /**
     * Of {@code cublasLtNumericalImplFlags_t}: tensor cores, sums in half precision, and operands that are rounded to 16
     * bits or to TF32.
     */
    private static final long TENSOR_CORES = 0xfe, SUMS_16F = 0x100, ROUNDED = 0x70000;

    private final PointerPointer<Pointer> made = new PointerPointer<>(1);
    private final LongPointer number = new LongPointer(1);
    private final IntPointer small = new IntPointer(1);
    private final Matmul m;
    private cublasLtMatmulDescOpaque_t matmul = new cublasLtMatmulDescOpaque_t(null);
    private cublasLtMatrixLayoutOpaque_t a = none();
    private cublasLtMatrixLayoutOpaque_t b = none();
    private cublasLtMatrixLayoutOpaque_t c = none();
    private cublasLtMatrixLayoutOpaque_t d = none();
    private long boundBias;

    /** @throws io.dms.cuda.DeviceException if the library refuses any of it */
    MatmulDescriptors(Matmul m) {
        this.m = m;
        try {
            describe();
        } catch (RuntimeException | Error e) {
            close();
            throw e;
        }
    }

    private static cublasLtMatrixLayoutOpaque_t none() {
        return new cublasLtMatrixLayoutOpaque_t(null);
    }

    private void describe() {
        Product p = m.product();
        int compute = m.compute() == Matmul.Compute.TF32 ? COMPUTE_32F_FAST_TF32 : COMPUTE_32F;
        LibraryErrors.blas(cublasLtMatmulDescCreate(made, compute, REAL_32F), "describing a product");
        matmul = new cublasLtMatmulDescOpaque_t(made.get());
        set(CUBLASLT_MATMUL_DESC_TRANSA, p.transposeA() ? CUBLAS_OP_T : CUBLAS_OP_N);
        int epilogue = (m.relu() ? RELU : 0) | (m.bias() ? BIAS : 0);
        set(CUBLASLT_MATMUL_DESC_EPILOGUE, epilogue == 0 ? NOTHING : epilogue);
        if (m.scaled()) {
            set(CUBLASLT_MATMUL_DESC_POINTER_MODE, CUBLASLT_POINTER_MODE_ALPHA_DEVICE_VECTOR_BETA_HOST);
        }
        a = layout(p.transposeA() ? p.k() : p.m(), p.transposeA() ? p.m() : p.k(), p.lda(), p.strideA());
        b = layout(p.k(), p.n(), p.ldb(), p.strideB());
        c = m.adds() ? layout(p.m(), p.n(), m.ldz(), m.strideZ()) : layout(p.m(), p.n(), p.ldc(), p.strideC());
        d = layout(p.m(), p.n(), p.ldc(), p.strideC());
    }

    private void set(int attribute, int value) {
        LibraryErrors.blas(
                cublasLtMatmulDescSetAttribute(matmul, attribute, small.put(value), Integer.BYTES),
                "describing a product");
    }

    private cublasLtMatrixLayoutOpaque_t layout(int rows, int columns, int ld, long stride) {
        int type = m.product().half() ? REAL_16F : REAL_32F;
        LibraryErrors.blas(cublasLtMatrixLayoutCreate(made, type, rows, columns, ld), "describing a matrix");
        cublasLtMatrixLayoutOpaque_t l = new cublasLtMatrixLayoutOpaque_t(made.get());
        int count = m.product().count();
        if (count > 1) {
            int status = cublasLtMatrixLayoutSetAttribute(
                    l, CUBLASLT_MATRIX_LAYOUT_BATCH_COUNT, small.put(count), Integer.BYTES);
            if (status == 0) {
                status = cublasLtMatrixLayoutSetAttribute(
                        l, CUBLASLT_MATRIX_LAYOUT_STRIDED_BATCH_OFFSET, number.put(stride), Long.BYTES);
            }
            if (status != 0) {
                cublasLtMatrixLayoutDestroy(l);
            }
            LibraryErrors.blas(status, "describing several matrices");
        }
        return l;
    }

    cublasLtMatmulDescOpaque_t matmul() {
        return matmul;
    }

    cublasLtMatrixLayoutOpaque_t a() {
        return a;
    }

    cublasLtMatrixLayoutOpaque_t b() {
        return b;
    }

    /** Of what is added; of the result where nothing is. */
    cublasLtMatrixLayoutOpaque_t c() {
        return c;
    }

    cublasLtMatrixLayoutOpaque_t d() {
        return d;
    }

    /** Says where the bias lies, where there is one and it moved. Allocates nothing. */
    void bind(long bias) {
        if (m.bias() && bias != boundBias) {
            int status = cublasLtMatmulDescSetAttribute(
                    matmul, CUBLASLT_MATMUL_DESC_BIAS_POINTER, number.put(bias), Long.BYTES);
            LibraryErrors.blas(status, "naming a bias");
            boundBias = bias;
        }
    }

    /** What algorithms may want and do. The caller destroys it. */
    cublasLtMatmulPreferenceOpaque_t preference(long workspace) {
        LibraryErrors.blas(cublasLtMatmulPreferenceCreate(made), "describing a preference");
        cublasLtMatmulPreferenceOpaque_t p = new cublasLtMatmulPreferenceOpaque_t(made.get());
        try {
            prefer(p, CUBLASLT_MATMUL_PREF_MAX_WORKSPACE_BYTES, number.put(workspace), Long.BYTES);
            prefer(p, CUBLASLT_MATMUL_PREF_REDUCTION_SCHEME_MASK, small.put(EXACT_PARTS), Integer.BYTES);
            long forbidden = m.compute() == Matmul.Compute.EXACT ? TENSOR_CORES | SUMS_16F | ROUNDED : SUMS_16F;
            prefer(p, CUBLASLT_MATMUL_PREF_IMPL_MASK, number.put(~forbidden), Long.BYTES);
            int[] attributes = {
                CUBLASLT_MATMUL_PREF_MIN_ALIGNMENT_A_BYTES,
                CUBLASLT_MATMUL_PREF_MIN_ALIGNMENT_B_BYTES,
                CUBLASLT_MATMUL_PREF_MIN_ALIGNMENT_C_BYTES,
                CUBLASLT_MATMUL_PREF_MIN_ALIGNMENT_D_BYTES
            };
            int[] alignments = {m.alignA(), m.alignB(), m.alignZ(), m.alignD()};
            for (int i = 0; i < attributes.length; i++) {
                prefer(p, attributes[i], small.put(alignments[i]), Integer.BYTES);
            }
            return p;
        } catch (RuntimeException | Error e) {
            cublasLtMatmulPreferenceDestroy(p);
            throw e;
        }
    }

    private static void prefer(cublasLtMatmulPreferenceOpaque_t p, int attribute, Pointer value, long bytes) {
        LibraryErrors.blas(cublasLtMatmulPreferenceSetAttribute(p, attribute, value, bytes), "describing a preference");
    }

    @Override
    public void close() {
        for (cublasLtMatrixLayoutOpaque_t l : new cublasLtMatrixLayoutOpaque_t[] {a, b, c, d}) {
            if (!l.isNull()) {
                cublasLtMatrixLayoutDestroy(l);
                l.setNull();
            }
        }
        if (!matmul.isNull()) {
            cublasLtMatmulDescDestroy(matmul);
            matmul.setNull();
        }
        number.deallocate();
        small.deallocate();
        made.deallocate();
    }
}
