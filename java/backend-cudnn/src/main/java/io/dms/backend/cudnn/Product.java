package io.dms.backend.cudnn;

/**
 * A product of matrices in cuBLAS's order, columns first: {@code c = op(a) b}, or {@code c += op(a) b}. Everything but the
 * addresses, so that a plan makes it once and a call passes it on. Sums are single precision.
 *
 * @param transposeA {@code a} lies as [m][k], rows first, else as [k][m]
 * @param m columns of {@code c} as it lies, which is [n][m]
 * @param n rows of {@code c} as it lies, and of {@code b}, which is [n][k]
 * @param k what is summed over
 * @param lda elements from one row of {@code a}, as it lies, to the next
 * @param ldb the same of {@code b}
 * @param ldc the same of {@code c}
 * @param half elements are half precision, else single
 * @param add to what is in {@code c}
 * @param count how many such products
 * @param strideA elements from one product's {@code a} to the next one's; 0 where they share it
 * @param strideB the same of {@code b}
 * @param strideC the same of {@code c}
 */
record Product(
        boolean transposeA,
        int m,
        int n,
        int k,
        int lda,
        int ldb,
        int ldc,
        boolean half,
        boolean add,
        int count,
        long strideA,
        long strideB,
        long strideC) {
    /** One product that overwrites {@code c}. */
    static Product of(boolean transposeA, int m, int n, int k, int lda, int ldb, int ldc, boolean half) {
        return new Product(transposeA, m, n, k, lda, ldb, ldc, half, false, 1, 0, 0, 0);
    }

    /** The same, added to what is in {@code c}. */
    Product added() {
        return new Product(transposeA, m, n, k, lda, ldb, ldc, half, true, count, strideA, strideB, strideC);
    }

    /** The same several times, in one call. */
    Product times(int products, long fromA, long fromB, long fromC) {
        return new Product(transposeA, m, n, k, lda, ldb, ldc, half, add, products, fromA, fromB, fromC);
    }
}
