package io.dms.model;

/** What one inference of a graph costs, counted from shapes; per image where the batch is open. */
public final class ModelCosts {
    private ModelCosts() {}

    /** Multiply-accumulate operations of Conv, ConvTranspose, Gemm and MatMul nodes. */
    public static long macs(Graph graph) {
        return graph.nodes().stream().mapToLong(n -> macs(graph, n)).sum();
    }

    /** Multiply-accumulate operations of one node, 0 where it has none that are counted or a shape is not known. */
    public static long macs(Graph graph, Node node) {
        if (!node.domain().isEmpty() || node.inputs().size() < 2) {
            return 0;
        }
        Shape w = graph.shapeOrNull(node.input(1));
        Shape in = graph.shapeOrNull(node.input(0));
        Shape out = graph.shapeOrNull(node.output());
        if (w == null || in == null || out == null) {
            return 0;
        }
        return switch (node.op()) {
            case "Conv" -> out.elements() * w.elements(1, w.rank());
            case "ConvTranspose" -> in.elements() * w.elements(1, w.rank());
            case "Gemm" -> out.elements() * in.dim(1);
            case "MatMul" -> out.elements() * in.dim(-1);
            default -> 0;
        };
    }

    /**
     * Numbers that the network holds: float constants, where a BatchNormalization counts as its scale and shift (mean
     * and variance are statistics, not parameters).
     */
    public static long parameters(Graph graph) {
        long total = graph.initializers().values().stream()
                .filter(t -> t.type() == DataType.FLOAT32)
                .mapToLong(Tensor::elements)
                .sum();
        for (Node n : graph.nodes()) {
            if (n.is("BatchNormalization")) {
                total -= statistics(graph, n.input(3)) + statistics(graph, n.input(4));
            }
        }
        return total;
    }

    private static long statistics(Graph graph, String tensor) {
        Tensor t = graph.initializer(tensor);
        return t == null ? 0 : t.elements();
    }

    /** Bytes of all constants as float32, dense. */
    public static long weightBytes(Graph graph) {
        return graph.initializers().values().stream()
                .mapToLong(t -> t.elements() * t.type().bytes())
                .sum();
    }
}
