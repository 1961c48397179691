package io.dms.compiler.lowrank;

import io.dms.model.Node;
import io.dms.model.Shape;
import io.dms.model.Tensor;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/** A Gemm or MatMul of a constant as two: the first without a bias. */
final class LinearSplit extends LowRank.Split {
    private final boolean transposed;
    private final int features;
    private final int results;

    /** @param transposed true where the weight is results x features */
    LinearSplit(LowRank owner, Node node, Tensor w, boolean transposed) {
        super(owner, node, "linear", factors(w, transposed));
        this.transposed = transposed;
        this.features = w.shape().dim(transposed ? 1 : 0);
        this.results = w.shape().dim(transposed ? 0 : 1);
    }

    private static Factors factors(Tensor w, boolean transposed) {
        float[] values = w.floats();
        int rows = w.shape().dim(transposed ? 1 : 0);
        int columns = w.shape().dim(transposed ? 0 : 1);
        double[] matrix = new double[values.length];
        for (int r = 0; r < rows; r++) {
            for (int c = 0; c < columns; c++) {
                matrix[r * columns + c] = transposed ? values[c * rows + r] : values[r * columns + c];
            }
        }
        return new Factors(matrix, rows, columns);
    }

    @Override
    long macsOfRank() {
        long vectors = owner.shapeOf(node.output()).elements() / results;
        return vectors * (features + results);
    }

    @Override
    void write(Node node, Tensor w) {
        String between = node.output() + "/low_rank";
        String first = owner.constant(node.name() + "/low_rank_in", Shape.of(features, rank), factors.left(rank));
        String second = owner.constant(node.name() + "/low_rank_out", Shape.of(rank, results), factors.right(rank));
        Shape in = owner.shapeOf(node.input(0));
        owner.shape(between, in.with(in.rank() - 1, rank));
        owner.add(Node.of(
                node.name() + "/low_rank", "MatMul", List.of(node.input(0), first), List.of(between), Map.of()));
        List<String> inputs = new ArrayList<>(node.inputs());
        inputs.set(0, between);
        inputs.set(1, second);
        Node last = node.withInputs(inputs);
        owner.add(transposed ? last.with("transB", 0L) : last);
    }
}
