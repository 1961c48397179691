package io.dms.model.onnx;

import io.dms.model.Shape;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;

/** Matrix products and means. */
final class LinearOperators {
    private LinearOperators() {}

    static void gemm(SourceNode n, GraphBuilder g) {
        String a = g.activation(n, 0);
        boolean transA = n.integer("transA", 0) != 0;
        if (transA && g.activationShape(n, 0).rank() != 2) {
            throw n.error("transposes an input of shape " + g.activationShape(n, 0));
        }
        Constant weights = g.reals(n, 1);
        if (weights == null || weights.rank() != 2) {
            throw n.error("needs weights of two dimensions");
        }
        boolean transB = n.integer("transB", 0) != 0;
        int columns = weights.dims()[transB ? 0 : 1];
        String bias = n.hasInput(2) ? bias(n, g, columns) : null;
        String from = transA
                ? g.emitBefore(
                        n,
                        "Transpose",
                        List.of(a),
                        new Attributes().put("perm", new int[] {1, 0}).map())
                : a;
        Attributes attributes = new Attributes()
                .put("alpha", n.real("alpha", 1f))
                .put("beta", n.real("beta", 1f))
                .put("transA", 0)
                .put("transB", transB ? 1 : 0);
        List<String> inputs = new ArrayList<>(List.of(from, g.weight(n, 1)));
        if (bias != null) {
            inputs.add(bias);
        }
        g.emit(n, n.op(), inputs, attributes.map());
    }

    /** The bias as one number per column. */
    private static String bias(SourceNode n, GraphBuilder g, int columns) {
        Constant c = g.reals(n, 2);
        if (c == null) {
            throw new UnsupportedForm("no bias");
        }
        if (c.rank() == 1 && c.size() == columns) {
            return g.weight(n, 2);
        }
        String name = g.freshTensor(g.resolve(n.input(2)) + "_row");
        if (c.rank() == 2 && c.dims()[0] == 1 && c.size() == columns) {
            return g.initializer(name, c.reshaped(new int[] {columns}));
        }
        if (c.size() == 1) {
            return g.initializer(name, c.take(new int[] {columns}, new int[columns]));
        }
        throw new UnsupportedForm("bias per row");
    }

    static void matMul(SourceNode n, GraphBuilder g) {
        String a = g.activation(n, 0);
        g.emit(n, n.op(), List.of(a, g.weight(n, 1)), new Attributes().map());
    }

    static void reduceMean(SourceNode n, GraphBuilder g) {
        String x = g.activation(n, 0);
        Shape s = g.activationShape(n, 0);
        long @Nullable [] given = n.opset() < 18 ? n.integers("axes") : g.integers(n, 1);
        boolean none = given == null || given.length == 0;
        if (none && n.integer("noop_with_empty_axes", 0) != 0) {
            g.alias(n, x);
            return;
        }
        int[] axes = none || given == null
                ? IntStream.range(0, s.rank()).toArray()
                : ConstantFolder.axes(n, given, s.rank());
        Arrays.sort(axes);
        Attributes a = new Attributes().put("axes", axes).put("keepdims", n.integer("keepdims", 1) != 0 ? 1 : 0);
        g.emit(n, n.op(), List.of(x), a.map());
    }
}
