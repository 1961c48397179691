package io.dms.compiler.lowrank;

import io.dms.model.Node;
import io.dms.model.Shape;
import io.dms.model.Tensor;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** A convolution as two: by channels (the window, then 1x1) or by directions (columns, then rows). */
final class ConvSplit extends LowRank.Split {
    private final boolean directions;
    private final Shape w;

    ConvSplit(LowRank owner, Node node, Tensor w, boolean directions) {
        super(owner, node, directions ? "directions" : "channels", factors(w, directions));
        this.directions = directions;
        this.w = w.shape();
    }

    private static Factors factors(Tensor w, boolean directions) {
        int m = w.shape().dim(0);
        int c = w.shape().dim(1);
        int h = w.shape().dim(2);
        int v = w.shape().dim(3);
        float[] values = w.floats();
        double[] matrix = new double[values.length];
        if (!directions) {
            for (int i = 0; i < values.length; i++) {
                matrix[i] = values[i];
            }
            return new Factors(matrix, m, c * h * v);
        }
        for (int o = 0; o < m; o++) {
            for (int i = 0; i < c; i++) {
                for (int y = 0; y < h; y++) {
                    for (int x = 0; x < v; x++) {
                        matrix[(i * h + y) * m * v + o * v + x] = values[((o * c + i) * h + y) * v + x];
                    }
                }
            }
        }
        return new Factors(matrix, c * h, m * v);
    }

    @Override
    long macsOfRank() {
        Shape out = owner.shapeOf(node.output());
        long columns = out.dim(2);
        long pixels = columns * out.dim(3);
        if (!directions) {
            return pixels * (w.elements(1, 4) + w.dim(0));
        }
        return columns * owner.shapeOf(node.input(0)).dim(3) * w.dim(1) * w.dim(2) + pixels * w.dim(0) * w.dim(3);
    }

    @Override
    void write(Node node, Tensor tensor) {
        int[] strides = node.ints("strides");
        int[] pads = node.ints("pads");
        int[] dilations = node.ints("dilations");
        Shape in = owner.shapeOf(node.input(0));
        Shape out = owner.shapeOf(node.output());
        String between = node.output() + "/low_rank";
        Shape first;
        Shape second;
        Map<String, Object> a;
        Map<String, Object> b;
        float[] firstValues;
        float[] secondValues;
        if (directions) {
            first = Shape.of(rank, w.dim(1), w.dim(2), 1);
            second = Shape.of(w.dim(0), rank, 1, w.dim(3));
            a = attributes(first, strides[0], 1, new int[] {pads[0], 0, pads[2], 0}, dilations[0], 1);
            b = attributes(second, 1, strides[1], new int[] {0, pads[1], 0, pads[3]}, 1, dilations[1]);
            owner.shape(between, Shape.of(in.dim(0), rank, out.dim(2), in.dim(3)));
            firstValues = transposed(factors.left(rank), w.dim(1) * w.dim(2));
            secondValues = rows(factors.right(rank));
        } else {
            first = Shape.of(rank, w.dim(1), w.dim(2), w.dim(3));
            second = Shape.of(w.dim(0), rank, 1, 1);
            a = attributes(first, strides[0], strides[1], pads, dilations[0], dilations[1]);
            b = attributes(second, 1, 1, new int[4], 1, 1);
            owner.shape(between, Shape.of(in.dim(0), rank, out.dim(2), out.dim(3)));
            firstValues = factors.right(rank);
            secondValues = factors.left(rank);
        }
        String in1 = owner.constant(node.name() + "/low_rank_in", first, firstValues);
        String in2 = owner.constant(node.name() + "/low_rank_out", second, secondValues);
        owner.add(Node.of(node.name() + "/low_rank", "Conv", List.of(node.input(0), in1), List.of(between), a));
        List<String> inputs = new ArrayList<>(node.inputs());
        inputs.set(0, between);
        inputs.set(1, in2);
        owner.add(Node.of(node.name(), "Conv", inputs, node.outputs(), b));
    }

    private static Map<String, Object> attributes(Shape kernel, int sy, int sx, int[] pads, int dy, int dx) {
        Map<String, Object> out = new LinkedHashMap<>();
        out.put("kernel_shape", new long[] {kernel.dim(2), kernel.dim(3)});
        out.put("strides", new long[] {sy, sx});
        out.put("pads", new long[] {pads[0], pads[1], pads[2], pads[3]});
        out.put("dilations", new long[] {dy, dx});
        out.put("group", 1L);
        return out;
    }

    /** [c*h][rank] as filters [rank][c][h][1]. */
    private float[] transposed(float[] left, int rows) {
        float[] out = new float[left.length];
        for (int r = 0; r < rows; r++) {
            for (int k = 0; k < rank; k++) {
                out[k * rows + r] = left[r * rank + k];
            }
        }
        return out;
    }

    /** [rank][m][v] as filters [m][rank][1][v]. */
    private float[] rows(float[] right) {
        int m = w.dim(0);
        int v = w.dim(3);
        float[] out = new float[right.length];
        for (int k = 0; k < rank; k++) {
            for (int o = 0; o < m; o++) {
                System.arraycopy(right, (k * m + o) * v, out, (o * rank + k) * v, v);
            }
        }
        return out;
    }
}
