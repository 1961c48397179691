package io.dms.backend.tensorrt.cache;

import io.dms.model.DataType;
import io.dms.model.Graph;
import io.dms.model.Node;
import io.dms.model.Tensor;
import io.dms.model.UserException;
import io.dms.model.onnx.ImportOptions;
import io.dms.model.onnx.OnnxImporter;
import io.dms.model.onnx.OnnxWriter;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * A quantised network in real numbers, for comparison by a backend that has no integers: weights are what their integers
 * stand for, activations are not rounded. So an engine may differ by the rounding of activations, for which int8's
 * tolerance has room.
 */
public final class Dequantised {
    private final Graph graph;
    private final Map<String, Tensor> constants;
    private final List<Node> nodes = new ArrayList<>();

    private Dequantised(Graph graph) {
        this.graph = graph;
        this.constants = new LinkedHashMap<>(graph.initializers());
    }

    /** True where a network brings its own scales. */
    public static boolean isQuantised(Graph network) {
        return network.nodes().stream().anyMatch(n -> n.is("QuantizeLinear") || n.is("DequantizeLinear"));
    }

    /**
     * The network without quantisation; one that has none as it is.
     *
     * @throws UserException if it computes with integers, or with scales that are not constant
     */
    public static Graph of(Graph network) {
        return isQuantised(network) ? new Dequantised(network).run() : network;
    }

    private Graph run() {
        for (Node n : graph.nodes()) {
            if (n.is("DequantizeLinear")) {
                dequantise(n);
            } else if (n.is("QuantizeLinear")) {
                for (Node reader : graph.consumers(n.output())) {
                    if (!reader.is("DequantizeLinear")) {
                        throw refused(reader, "computes with integers");
                    }
                }
            } else {
                nodes.add(n);
            }
        }
        Graph real = new Graph(graph.name(), graph.inputs(), graph.outputs(), nodes, constants, graph.shapes());
        // Read back: with its weights constant again a node has the form that backends know.
        ByteBuffer onnx = ByteBuffer.wrap(OnnxWriter.toBytes(real, Map.of(), Map.of()));
        return OnnxImporter.read(onnx, graph.name(), ImportOptions.DEFAULT).graph();
    }

    private void dequantise(Node n) {
        Tensor integers = graph.initializer(n.input(0));
        Node from = graph.producer(n.input(0));
        if (integers != null) {
            constants.put(n.output(), Tensor.ofFloats(integers.shape(), values(n, integers.longs(), integers)));
        } else if (from == null || !from.is("QuantizeLinear")) {
            throw refused(n, "reads integers that no QuantizeLinear node gives");
        } else {
            Tensor weights = graph.initializer(from.input(0));
            if (weights != null) {
                constants.put(n.output(), Tensor.ofFloats(weights.shape(), values(n, rounded(from, weights), weights)));
            } else {
                nodes.add(Node.of(n.name(), "Identity", List.of(from.input(0)), List.of(n.output()), Map.of()));
            }
        }
    }

    /** ONNX's DequantizeLinear: (x - zero point) scale. */
    private float[] values(Node n, long[] integers, Tensor like) {
        float[] scale = scale(n);
        long[] zero = zero(n, scale.length);
        float[] values = new float[integers.length];
        for (int i = 0; i < values.length; i++) {
            int at = channel(n, like, scale.length, i);
            values[i] = (integers[i] - zero[at]) * scale[at];
        }
        return values;
    }

    /** ONNX's QuantizeLinear: x / scale, rounded half to even, + zero point, within the type's range. */
    private long[] rounded(Node n, Tensor weights) {
        float[] scale = scale(n);
        long[] zero = zero(n, scale.length);
        Tensor zeros = zeros(n);
        boolean signed = zeros != null && zeros.type() == DataType.INT8;
        float[] x = weights.floats();
        long[] rounded = new long[x.length];
        for (int i = 0; i < x.length; i++) {
            int at = channel(n, weights, scale.length, i);
            long q = (long) Math.rint(x[i] / scale[at]) + zero[at];
            rounded[i] = Math.max(signed ? -128 : 0, Math.min(signed ? 127 : 255, q));
        }
        return rounded;
    }

    private static int channel(Node n, Tensor t, int scales, int element) {
        if (scales == 1) {
            return 0;
        }
        int rank = t.shape().rank();
        int axis = Math.floorMod(n.intAttr("axis", 1), rank);
        if (t.shape().dim(axis) != scales) {
            throw refused(n, "has " + scales + " scales for " + t.shape().dim(axis) + " channels");
        }
        return (int) (element / t.shape().elements(axis + 1, rank) % scales);
    }

    private float[] scale(Node n) {
        Tensor scale = graph.initializer(n.input(1));
        if (scale == null || scale.type() != DataType.FLOAT32) {
            throw refused(n, "has scales that are not constant");
        }
        return scale.floats();
    }

    private @Nullable Tensor zeros(Node n) {
        return n.input(2).isEmpty() ? null : graph.initializer(n.input(2));
    }

    private long[] zero(Node n, int scales) {
        Tensor zeros = zeros(n);
        if (zeros == null && !n.input(2).isEmpty()) {
            throw refused(n, "has zero points that are not constant");
        }
        long[] zero = zeros == null ? new long[scales] : zeros.longs();
        if (zero.length != scales) {
            throw refused(n, "has " + scales + " scales and " + zero.length + " zero points");
        }
        return zero;
    }

    private static UserException refused(Node n, String why) {
        return new UserException("node " + n.name() + " (" + n.op() + ") " + why
                + ", so an engine of this network can't be compared with the CPU: quantise the model with pairs of"
                + " QuantizeLinear and DequantizeLinear nodes, or use it as it was before");
    }
}
