package io.dms.testkit;

import io.dms.model.ModelException;
import io.dms.model.Node;
import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/** Gemm and MatMul. */
final class MatrixKernels {
    private MatrixKernels() {}

    /** alpha * A' * B' + beta * C, where ' transposes if the attribute says so and C broadcasts. */
    static Nd gemm(Node node, Nd a, Nd b, @Nullable Nd c) {
        boolean transA = node.intAttr("transA", 0) != 0;
        boolean transB = node.intAttr("transB", 0) != 0;
        double alpha = node.floatAttr("alpha", 1);
        double beta = node.floatAttr("beta", 1);
        if (a.rank() != 2 || b.rank() != 2 || a.dim(transA ? 0 : 1) != b.dim(transB ? 1 : 0)) {
            throw new ModelException("node " + node.name() + " (Gemm): " + a + " and " + b + " do not fit");
        }
        int rows = a.dim(transA ? 1 : 0);
        int depth = a.dim(transA ? 0 : 1);
        int columns = b.dim(transB ? 0 : 1);
        double[] sums = new double[rows * columns];
        for (int i = 0; i < rows; i++) {
            for (int j = 0; j < columns; j++) {
                double sum = 0;
                for (int k = 0; k < depth; k++) {
                    sum += (double) a.data[transA ? k * rows + i : i * depth + k]
                            * b.data[transB ? j * depth + k : k * columns + j];
                }
                sums[i * columns + j] = alpha * sum;
            }
        }
        Nd zero = Nd.zeros(rows, columns);
        Nd added = c == null ? zero : ElementKernels.broadcast(node, zero, c, Double::sum);
        Nd out = Nd.zeros(rows, columns);
        for (int i = 0; i < sums.length; i++) {
            out.data[i] = (float) (sums[i] + beta * added.data[i]);
        }
        return out;
    }

    /** The matrix product of the last two axes, the axes before them broadcast. */
    static Nd matMul(Node node, Nd a, Nd b) {
        int ra = a.rank();
        int rb = b.rank();
        if (ra < 2 || rb < 2 || a.dim(ra - 1) != b.dim(rb - 2)) {
            throw new ModelException("node " + node.name() + " (MatMul): " + a + " and " + b + " do not fit");
        }
        int rows = a.dim(ra - 2);
        int depth = a.dim(ra - 1);
        int columns = b.dim(rb - 1);
        // Which matrix of a meets which of b: the numbers of the matrices, broadcast against each other.
        Nd numbersA = numbers(Arrays.copyOf(a.dims(), ra - 2));
        Nd numbersB = numbers(Arrays.copyOf(b.dims(), rb - 2));
        Nd fromA = ElementKernels.broadcast(node, numbersA, numbersB, (i, j) -> i);
        Nd fromB = ElementKernels.broadcast(node, numbersA, numbersB, (i, j) -> j);
        int[] dims = Arrays.copyOf(fromA.dims(), fromA.rank() + 2);
        dims[fromA.rank()] = rows;
        dims[fromA.rank() + 1] = columns;
        Nd out = Nd.zeros(dims);
        for (int m = 0; m < fromA.data.length; m++) {
            int startA = (int) fromA.data[m] * rows * depth;
            int startB = (int) fromB.data[m] * depth * columns;
            for (int i = 0; i < rows; i++) {
                for (int j = 0; j < columns; j++) {
                    double sum = 0;
                    for (int k = 0; k < depth; k++) {
                        sum += (double) a.data[startA + i * depth + k] * b.data[startB + k * columns + j];
                    }
                    out.data[(m * rows + i) * columns + j] = (float) sum;
                }
            }
        }
        return out;
    }

    private static Nd numbers(int[] dims) {
        Nd out = Nd.zeros(dims);
        for (int i = 0; i < out.data.length; i++) {
            out.data[i] = i;
        }
        return out;
    }
}
