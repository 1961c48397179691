package io.dms.select.nested;

/** Solves small systems whose matrix is symmetric and positive definite, in place. */
final class Cholesky {
    private Cholesky() {}

    /**
     * Solves {@code a x = b}.
     *
     * @param a lower triangle is read and overwritten by its factor
     * @param b overwritten by x
     * @return false where the matrix is not positive definite; then both are spoilt
     */
    static boolean solve(double[][] a, double[] b) {
        int n = b.length;
        for (int j = 0; j < n; j++) {
            for (int i = j; i < n; i++) {
                double s = a[i][j];
                for (int k = 0; k < j; k++) {
                    s -= a[i][k] * a[j][k];
                }
                if (i > j) {
                    a[i][j] = s / a[j][j];
                } else if (s > 0) {
                    a[j][j] = Math.sqrt(s);
                } else {
                    return false;
                }
            }
        }
        for (int i = 0; i < n; i++) {
            for (int k = 0; k < i; k++) {
                b[i] -= a[i][k] * b[k];
            }
            b[i] /= a[i][i];
        }
        for (int i = n - 1; i >= 0; i--) {
            for (int k = i + 1; k < n; k++) {
                b[i] -= a[k][i] * b[k];
            }
            b[i] /= a[i][i];
        }
        return true;
    }
}
