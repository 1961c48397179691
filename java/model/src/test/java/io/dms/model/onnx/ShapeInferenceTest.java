package io.dms.model.onnx;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.dms.model.Graph;
import io.dms.model.ModelException;
import io.dms.model.Node;
import io.dms.model.Shape;
import io.dms.model.Tensor;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

/** Shapes of canonical graphs are computed from the inputs alone, and numbers that do not fit are named. */
class ShapeInferenceTest {
    private static final int N = Shape.BATCH;

    private static Graph graph(Shape in, Map<String, int[]> weights, Node... nodes) {
        Map<String, Tensor> constants = new LinkedHashMap<>();
        weights.forEach(
                (name, dims) -> constants.put(name, Tensor.ofFloats(Shape.of(dims), new float[Constant.size(dims)])));
        String last = nodes[nodes.length - 1].output();
        return new Graph(
                "g",
                List.of(new Graph.Value("x", in)),
                List.of(new Graph.Value(last, Shape.of(0))),
                List.of(nodes),
                constants,
                Map.of());
    }

    private static Shape shape(Shape in, Map<String, int[]> weights, Node... nodes) {
        Graph g = ShapeInference.infer(graph(in, weights, nodes));
        Shape out = g.outputs().get(0).shape();
        assertThat(g.shape(g.outputs().get(0).name())).isEqualTo(out);
        return out;
    }

    private static void refuses(Shape in, Map<String, int[]> weights, Node node, String... words) {
        assertThatThrownBy(() -> ShapeInference.infer(graph(in, weights, node)))
                .isInstanceOf(ModelException.class)
                .message()
                .contains("node " + node.name() + " (" + node.op() + ")")
                .contains(words);
    }

    private static Node conv(String op, List<String> inputs, int k, int s, int p, int d, int group) {
        Attributes a = new Attributes()
                .put("kernel_shape", new int[] {k, k})
                .put("strides", new int[] {s, s})
                .put("pads", new int[] {p, p, p, p})
                .put("dilations", new int[] {d, d})
                .put("group", group);
        return Node.of("n", op, inputs, List.of("y"), a.map());
    }

    private static Node node(String op, List<String> inputs, Attributes a) {
        return Node.of("n", op, inputs, List.of("y"), a.map());
    }

    @Test
    void windows() {
        Shape image = Shape.of(N, 8, 17, 16);
        List<String> xw = List.of("x", "w");
        Map<String, int[]> w = Map.of("w", new int[] {12, 4, 3, 3});
        assertThat(shape(image, w, conv("Conv", xw, 3, 2, 1, 1, 2))).isEqualTo(Shape.of(N, 12, 9, 8));
        assertThat(shape(image, w, conv("Conv", xw, 3, 1, 0, 3, 2))).isEqualTo(Shape.of(N, 12, 11, 10));
        Map<String, int[]> t = Map.of("w", new int[] {8, 3, 4, 4});
        assertThat(shape(image, t, conv("ConvTranspose", xw, 4, 2, 1, 1, 2))).isEqualTo(Shape.of(N, 6, 34, 32));
        assertThat(shape(image, Map.of(), conv("MaxPool", List.of("x"), 3, 2, 1, 1, 1)))
                .isEqualTo(Shape.of(N, 8, 9, 8));
        refuses(image, w, conv("Conv", xw, 3, 1, 1, 1, 1), "[12, 4, 3, 3]", "1 groups", "8 channels");
        refuses(image, w, conv("Conv", xw, 5, 1, 1, 1, 2), "[5, 5]", "[12, 4, 3, 3]");
        refuses(image, w, conv("Conv", xw, 3, 1, -1, 1, 2), "negative pad");
        refuses(image, w, conv("Conv", xw, 3, 1, 0, 9, 2), "window of 19", "padded input 17");
        refuses(image, t, conv("ConvTranspose", xw, 4, 2, 1, 1, 3), "8 channels");
        Map<String, int[]> bias = Map.of("w", new int[] {12, 4, 3, 3}, "b", new int[] {8});
        refuses(image, bias, conv("Conv", List.of("x", "w", "b"), 3, 1, 1, 1, 2), "bias", "[8]", "12 channels");
    }

    @Test
    void normalisationAndArithmetic() {
        Shape image = Shape.of(N, 8, 4, 4);
        int[] eight = {8};
        Map<String, int[]> p = Map.of("s", eight, "b", eight, "m", new int[] {7}, "v", eight);
        Node bn = node("BatchNormalization", List.of("x", "s", "b", "m", "v"), new Attributes());
        refuses(image, p, bn, "parameter m", "[7]", "8 channels");
        Node add = node("Add", List.of("x", "c"), new Attributes());
        assertThat(shape(image, Map.of("c", new int[] {8, 1, 1}), add)).isEqualTo(image);
        refuses(image, Map.of("c", new int[] {7, 1, 1}), add, "[N, 8, 4, 4]", "[7, 1, 1]");
        refuses(Shape.of(N, 8), Map.of("c", new int[] {2, 8}), add, "[N, 8]", "[2, 8]");
    }

    @Test
    void movesAndCuts() {
        Shape s = Shape.of(N, 6, 4);
        assertThat(shape(s, Map.of(), node("Reshape", List.of("x"), new Attributes().put("shape", new int[] {N, 24}))))
                .isEqualTo(Shape.of(N, 24));
        refuses(
                s,
                Map.of(),
                node("Reshape", List.of("x"), new Attributes().put("shape", new int[] {N, 23})),
                "[N, 23]");
        refuses(s, Map.of(), node("Reshape", List.of("x"), new Attributes().put("shape", new int[] {24})), "[24]");
        Attributes split = new Attributes().put("axis", 1).put("split", new int[] {2, 3});
        Node two = Node.of("n", "Split", List.of("x"), List.of("z", "y"), split.map());
        refuses(s, Map.of(), two, "[2, 3]", "[N, 6, 4]");
        Attributes cut = new Attributes()
                .put("starts", new int[] {1})
                .put("ends", new int[] {6})
                .put("axes", new int[] {1})
                .put("steps", new int[] {2});
        assertThat(shape(s, Map.of(), node("Slice", List.of("x"), cut))).isEqualTo(Shape.of(N, 3, 4));
        refuses(s, Map.of(), node("Slice", List.of("x"), cut.put("ends", new int[] {7})), "1 to 7", "has 6");
        assertThat(shape(s, Map.of(), node("Concat", List.of("x", "x"), new Attributes().put("axis", 2))))
                .isEqualTo(Shape.of(N, 6, 8));
        refuses(s, Map.of(), node("Concat", List.of("x", "x"), new Attributes().put("axis", 0)), "batch");
        refuses(s, Map.of(), node("Transpose", List.of("x"), new Attributes().put("perm", new int[] {0, 1})), "2 axes");
        refuses(s, Map.of(), node("Flatten", List.of("x"), new Attributes().put("axis", 2)), "batch");
        Node gemm = node("Gemm", List.of("x", "w"), new Attributes().put("transB", 1));
        assertThat(shape(Shape.of(N, 4), Map.of("w", new int[] {5, 4}), gemm)).isEqualTo(Shape.of(N, 5));
        refuses(Shape.of(N, 4), Map.of("w", new int[] {4, 5}), gemm, "[N, 4]", "transposed [4, 5]");
    }

    @Test
    void absurdSizesAreNamed() {
        Attributes up = new Attributes().put("sizes", new int[] {N, 8, 65536, 65536});
        refuses(Shape.of(N, 8, 4, 4), Map.of(), node("Resize", List.of("x"), up), "elements");
        Node square = node("Add", List.of("x", "t"), new Attributes());
        Node turn = Node.of(
                "t",
                "Transpose",
                List.of("x"),
                List.of("t"),
                new Attributes().put("perm", new int[] {1, 0}).map());
        assertThatThrownBy(() -> ShapeInference.infer(graph(Shape.of(N, 1), Map.of(), turn, square)))
                .hasMessageContaining("mixes the batch");
    }

    /** What a level does: fewer channels in the weights, and all shapes follow. */
    @Test
    void shapesFollowTheWeights() {
        Graph g = ModelBuilder.opset(13)
                .input("x", "N", 3, 4, 4)
                .weights("a", 8, 3, 1, 1)
                .weights("b", 5, 8, 1, 1)
                .node("Conv", List.of("x", "a"), List.of("h"))
                .node("Conv", List.of("h", "b"), List.of("y"))
                .bareOutput("y")
                .read()
                .graph();
        Map<String, Tensor> narrow = Map.of(
                "a", Tensor.ofFloats(Shape.of(4, 3, 1, 1), new float[12]),
                "b", Tensor.ofFloats(Shape.of(5, 4, 1, 1), new float[20]));
        assertThat(ShapeInference.infer(g.withInitializers(narrow)).shape("h")).isEqualTo(Shape.of(N, 4, 4, 4));
    }
}
