package io.dms.compiler.lowrank;

import java.util.Arrays;
import org.ejml.data.DMatrixRMaj;
import org.ejml.dense.row.CommonOps_DDRM;
import org.ejml.dense.row.factory.DecompositionFactory_DDRM;
import org.ejml.interfaces.decomposition.EigenDecomposition_F64;

/**
 * A matrix as the product of two: its best approximation of every rank (Eckart and Young 1936), from one decomposition.
 * Works on the smaller of the two Gram matrices, whose eigenvectors are the singular vectors of that side: a weight of
 * 512 x 4608 costs a 512 x 512 decomposition, and the projection onto the vectors kept stays exact to double precision.
 */
final class Factors {
    private final DMatrixRMaj matrix;
    private final boolean wide;
    private final DMatrixRMaj vectors;
    /** Squares of the singular values, largest first. */
    private final double[] energies;

    /** @param values row-major, rows x columns */
    Factors(double[] values, int rows, int columns) {
        this.matrix = DMatrixRMaj.wrap(rows, columns, values);
        this.wide = rows <= columns;
        int n = Math.min(rows, columns);
        DMatrixRMaj gram = new DMatrixRMaj(n, n);
        if (wide) {
            CommonOps_DDRM.multOuter(matrix, gram);
        } else {
            CommonOps_DDRM.multInner(matrix, gram);
        }
        EigenDecomposition_F64<DMatrixRMaj> eigen = DecompositionFactory_DDRM.eig(n, true, true);
        if (!eigen.decompose(gram)) {
            throw new IllegalStateException("a symmetric matrix of " + n + " rows has no eigenvectors");
        }
        Integer[] order = new Integer[n];
        for (int i = 0; i < n; i++) {
            order[i] = i;
        }
        Arrays.sort(
                order,
                (a, b) -> Double.compare(
                        eigen.getEigenvalue(b).getReal(), eigen.getEigenvalue(a).getReal()));
        this.energies = new double[n];
        this.vectors = new DMatrixRMaj(n, n);
        for (int k = 0; k < n; k++) {
            energies[k] = Math.max(0, eigen.getEigenvalue(order[k]).getReal());
            DMatrixRMaj v = eigen.getEigenVector(order[k]);
            for (int i = 0; i < n; i++) {
                vectors.set(i, k, v.get(i));
            }
        }
    }

    /** The largest rank that it can have. */
    int full() {
        return energies.length;
    }

    /** Share of the matrix's energy (the sum of its squares) that is lost at a rank. */
    double lost(int rank) {
        double all = 0;
        double gone = 0;
        for (int k = 0; k < energies.length; k++) {
            all += energies[k];
            gone += k < rank ? 0 : energies[k];
        }
        return all == 0 ? 0 : gone / all;
    }

    /** The left factor, rows x rank, row-major. */
    float[] left(int rank) {
        DMatrixRMaj kept = kept(rank);
        if (wide) {
            return floats(kept);
        }
        DMatrixRMaj out = new DMatrixRMaj(matrix.numRows, rank);
        CommonOps_DDRM.mult(matrix, kept, out);
        return floats(out);
    }

    /** The right factor, rank x columns, row-major. */
    float[] right(int rank) {
        DMatrixRMaj kept = kept(rank);
        if (!wide) {
            DMatrixRMaj out = new DMatrixRMaj(rank, matrix.numCols);
            CommonOps_DDRM.transpose(kept, out);
            return floats(out);
        }
        DMatrixRMaj out = new DMatrixRMaj(rank, matrix.numCols);
        CommonOps_DDRM.multTransA(kept, matrix, out);
        return floats(out);
    }

    private DMatrixRMaj kept(int rank) {
        return CommonOps_DDRM.extract(vectors, 0, vectors.numRows, 0, rank);
    }

    private static float[] floats(DMatrixRMaj m) {
        float[] out = new float[m.getNumElements()];
        for (int i = 0; i < out.length; i++) {
            out[i] = (float) m.get(i);
        }
        return out;
    }
}
