package io.dms.backend.cudnn;

import static org.bytedeco.cuda.global.cublas.*;

import java.util.ArrayList;
import java.util.List;
import org.bytedeco.cuda.cublas.cublasLtMatmulDescOpaque_t;
import org.bytedeco.cuda.cublas.cublasLtMatmulPreferenceOpaque_t;
import org.bytedeco.cuda.cublas.cublasLtMatrixLayoutOpaque_t;
import org.bytedeco.javacpp.BytePointer;
import org.bytedeco.javacpp.LongPointer;
import org.bytedeco.javacpp.PointerPointer;
import org.bytedeco.javacpp.SizeTPointer;

/**
 * Calls of cuBLASLt that need no device: which descriptors are made, which attributes they have, of which sizes, what these are
 * at first, and which values are taken.
 */
final class MatmulCalls {
    private final List<String> lines = new ArrayList<>();
    private final LongPointer value = new LongPointer(8);
    private final SizeTPointer written = new SizeTPointer(1);
    private final PointerPointer<?> made = new PointerPointer<>(1);

    private MatmulCalls() {}

    /** One attribute of one kind of descriptor. */
    private interface Call {
        int with(int attribute, long bytes);
    }

    /** Makes the calls. */
    static List<String> ask() {
        MatmulCalls calls = new MatmulCalls();
        calls.products();
        calls.layouts();
        calls.preferences();
        return calls.lines;
    }

    private void products() {
        // Compute types and scale types that go together, and such that don't.
        for (int[] t : new int[][] {{68, 0}, {77, 0}, {64, 2}, {68, 2}, {68, 99}, {99, 0}}) {
            int status = cublasLtMatmulDescCreate(made, t[0], t[1]);
            lines.add("product of " + t[0] + " and " + t[1] + ": " + status);
            if (status == 0) {
                cublasLtMatmulDescDestroy(new cublasLtMatmulDescOpaque_t(made.get()));
            }
        }
        cublasLtMatmulDescCreate(made, 68, 0);
        cublasLtMatmulDescOpaque_t d = new cublasLtMatmulDescOpaque_t(made.get());
        attributes(
                "product",
                new int[] {0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 50, -1},
                (a, n) -> cublasLtMatmulDescGetAttribute(d, a, value, n, written),
                (a, n) -> cublasLtMatmulDescSetAttribute(d, a, value, n));
        values("product", CUBLASLT_MATMUL_DESC_EPILOGUE, (a, n) -> cublasLtMatmulDescSetAttribute(d, a, value, n));
        values("product", CUBLASLT_MATMUL_DESC_POINTER_MODE, (a, n) -> cublasLtMatmulDescSetAttribute(d, a, value, n));
        cublasLtMatmulDescDestroy(d);
    }

    private void layouts() {
        for (long[] t :
                new long[][] {{0, 8, 8, 8}, {0, 8, 8, 4}, {2, 0, 8, 8}, {2, 8, 8, 0}, {99, 8, 8, 8}, {2, 7, 5, 9}}) {
            int status = cublasLtMatrixLayoutCreate(made, (int) t[0], t[1], t[2], t[3]);
            lines.add("matrix of " + t[0] + ", " + t[1] + "x" + t[2] + " by " + t[3] + ": " + status);
            if (status == 0) {
                cublasLtMatrixLayoutDestroy(new cublasLtMatrixLayoutOpaque_t(made.get()));
            }
        }
        cublasLtMatrixLayoutCreate(made, 2, 7, 5, 9);
        cublasLtMatrixLayoutOpaque_t l = new cublasLtMatrixLayoutOpaque_t(made.get());
        attributes(
                "matrix",
                new int[] {0, 1, 2, 3, 4, 5, 6, 7, 50, -1},
                (a, n) -> cublasLtMatrixLayoutGetAttribute(l, a, value, n, written),
                (a, n) -> cublasLtMatrixLayoutSetAttribute(l, a, value, n));
        values("matrix", CUBLASLT_MATRIX_LAYOUT_ORDER, (a, n) -> cublasLtMatrixLayoutSetAttribute(l, a, value, n));
        values(
                "matrix",
                CUBLASLT_MATRIX_LAYOUT_BATCH_COUNT,
                (a, n) -> cublasLtMatrixLayoutSetAttribute(l, a, value, n));
        cublasLtMatrixLayoutDestroy(l);
    }

    private void preferences() {
        cublasLtMatmulPreferenceCreate(made);
        cublasLtMatmulPreferenceOpaque_t p = new cublasLtMatmulPreferenceOpaque_t(made.get());
        // 2, 4, 10, 11 and 13 were there in CUDA 11 and are not any more.
        attributes(
                "preference",
                new int[] {0, 1, 3, 5, 6, 7, 8, 9, 12, 50, -1},
                (a, n) -> cublasLtMatmulPreferenceGetAttribute(p, a, value, n, written),
                (a, n) -> cublasLtMatmulPreferenceSetAttribute(p, a, value, n));
        Call set = (a, n) -> cublasLtMatmulPreferenceSetAttribute(p, a, value, n);
        values("preference", CUBLASLT_MATMUL_PREF_MIN_ALIGNMENT_A_BYTES, set);
        values("preference", CUBLASLT_MATMUL_PREF_REDUCTION_SCHEME_MASK, set);
        cublasLtMatmulPreferenceDestroy(p);
    }

    private void attributes(String what, int[] all, Call get, Call set) {
        for (int a : all) {
            StringBuilder line = new StringBuilder(what + " attribute " + a + ":");
            for (int n : new int[] {0, 1, 2, 4, 8, 16}) {
                value.put(0, -1).put(1, -1);
                int status = get.with(a, n);
                line.append(" get ").append(n).append('=').append(status);
                if (status == 0) {
                    line.append(',').append(written.get()).append(n == 0 ? "" : ',' + text(n));
                }
            }
            for (int n : new int[] {0, 1, 2, 4, 8, 16}) {
                value.put(0, 3).put(1, 0);
                line.append(" set ").append(n).append('=').append(set.with(a, n));
            }
            lines.add(line.toString());
        }
    }

    private void values(String what, int attribute, Call set) {
        StringBuilder line = new StringBuilder(what + " attribute " + attribute + " set to:");
        for (int v : new int[] {0, 1, 2, 3, 4, 5, 6, 7, 12, 36, 256, 999, -1}) {
            value.put(0, v);
            line.append(' ').append(v).append('=').append(set.with(attribute, 4));
        }
        lines.add(line.toString());
    }

    private String text(int bytes) {
        StringBuilder digits = new StringBuilder();
        BytePointer at = new BytePointer(value);
        for (int i = 0; i < bytes; i++) {
            digits.append(String.format(java.util.Locale.ROOT, "%02x", at.get(i) & 255));
        }
        return digits.toString();
    }
}
