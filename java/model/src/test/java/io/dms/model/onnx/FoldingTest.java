package io.dms.model.onnx;

import static org.assertj.core.api.Assertions.assertThat;

import ai.onnxruntime.OrtException;
import io.dms.model.Graph;
import io.dms.model.Node;
import io.dms.model.Shape;
import java.util.List;
import java.util.Objects;
import org.junit.jupiter.api.Test;

/** Shape arithmetic and other constant subgraphs are computed at import, with the batch left open. */
class FoldingTest {
    private static Graph check(ModelBuilder b, String... operators) throws OrtException {
        ImportedModel m = SameOutputs.check(b.bytes());
        assertThat(m.foreignNodes()).isEmpty();
        assertThat(m.graph().nodes().stream().map(Node::op)).containsExactly(operators);
        return m.graph();
    }

    /** One element of a shape, as exporters write {@code x.shape[i]}. */
    private static String size(ModelBuilder b, String tensor, int i) {
        String shape = "shape" + b.graph.getNodeCount();
        b.node("Shape", tensor, shape);
        String at = b.scalar(i);
        b.node("Gather", List.of(shape, at), List.of(shape + "_" + i), "axis", 0);
        return shape + "_" + i;
    }

    private static String asVector(ModelBuilder b, String scalar) {
        b.node("Unsqueeze", List.of(scalar, b.vector(0)), List.of(scalar + "_v"));
        return scalar + "_v";
    }

    /** {@code x.view(N, 2, C // 2, H, W).transpose(1, 2).reshape(N, C, H, W)}, every number computed from the shape. */
    @Test
    void channelShuffleWithComputedShapes() throws OrtException {
        ModelBuilder b = ModelBuilder.opset(13).input("x", "batch", 6, 4, 5);
        String n = size(b, "x", 0);
        String c = size(b, "x", 1);
        String h = size(b, "x", 2);
        String w = size(b, "x", 3);
        b.node("Div", List.of(c, b.scalar(2)), List.of("half"));
        b.node("Cast", "half", "half_real", "to", ElementType.FLOAT);
        b.node("Floor", "half_real", "half_floor");
        b.node("Cast", "half_floor", "half_int", "to", ElementType.INT64);
        b.node(
                "Concat",
                List.of(asVector(b, n), b.vector(2), asVector(b, "half_int"), asVector(b, h), asVector(b, w)),
                List.of("apart"),
                "axis",
                0);
        b.node("Reshape", List.of("x", "apart"), List.of("v"));
        b.node("Transpose", "v", "t", "perm", new int[] {0, 2, 1, 3, 4});
        b.node("Shape", "x", "whole");
        b.node("Reshape", List.of("t", "whole"), List.of("y"));
        b.bareOutput("y");
        Graph g = check(b, "Reshape", "Transpose", "Reshape");
        assertThat(g.nodes().get(0).ints("shape")).containsExactly(Shape.BATCH, 2, 3, 4, 5);
        assertThat(g.outputs().get(0).shape()).isEqualTo(Shape.of(Shape.BATCH, 6, 4, 5));
    }

    @Test
    void flattenWithComputedBatch() throws OrtException {
        ModelBuilder b = ModelBuilder.opset(13).input("x", "N", 6, 2, 2).weights("w", 24, 3);
        String n = size(b, "x", 0);
        b.node("Concat", List.of(asVector(b, n), b.vector(-1)), List.of("to"), "axis", 0);
        b.node("Reshape", List.of("x", "to"), List.of("f"));
        b.node("MatMul", List.of("f", "w"), List.of("y")).bareOutput("y");
        Graph g = check(b, "Reshape", "Gemm");
        assertThat(g.nodes().get(0).ints("shape")).containsExactly(Shape.BATCH, 24);
    }

    /** {@code expand(-1, ..)} as PyTorch writes it: Where(Equal(shape, -1), ones, shape). */
    @Test
    void expandToAComputedShape() throws OrtException {
        ModelBuilder b = ModelBuilder.opset(13).input("x", "N", 3, 4);
        b.node("Shape", "x", "s");
        b.node("Shape", "s", "r");
        b.node("ConstantOfShape", "r", "ones", "value", ModelBuilder.longs("", 1));
        b.node("Mul", List.of("ones", b.scalar(-1)), List.of("minus"));
        b.node("Equal", List.of("s", "minus"), List.of("open"));
        b.node("Where", List.of("open", "ones", "s"), List.of("to"));
        b.node("Expand", List.of("x", "to"), List.of("e"));
        b.node("Relu", "e", "y").bareOutput("y");
        check(b, "Relu");
    }

    @Test
    void sliceBoundsFromArithmetic() throws OrtException {
        ModelBuilder b = ModelBuilder.opset(13).input("x", "N", 8, 3, 3);
        String c = size(b, "x", 1);
        b.node("Add", List.of(c, b.scalar(1)), List.of("more"));
        b.node("Div", List.of("more", b.scalar(2)), List.of("half"));
        b.node("Mul", List.of("half", b.scalar(1)), List.of("from"));
        b.node("Mul", List.of("half", b.scalar(2)), List.of("to"));
        b.node("Slice", List.of("x", asVector(b, "from"), asVector(b, "to"), b.vector(1), b.vector(1)), List.of("y"));
        b.bareOutput("y");
        Graph g = check(b, "Slice");
        assertThat(g.nodes().get(0).ints("starts")).containsExactly(4);
        assertThat(g.nodes().get(0).ints("ends")).containsExactly(8);
    }

    @Test
    void rangesReductionsAndRoundingOfIntegers() throws OrtException {
        ModelBuilder b = ModelBuilder.opset(13).input("x", "N", 12);
        b.node("Range", List.of(b.scalar(0), b.scalar(4), b.scalar(1)), List.of("r"));
        b.node("ReduceSum", "r", "sum", "keepdims", 0);
        b.node("Mod", List.of("sum", b.scalar(4)), List.of("two"));
        b.node("Sub", List.of("sum", "two"), List.of("four"));
        b.node("Neg", "two", "minus");
        b.node("Max", List.of("minus", "four"), List.of("max"));
        b.node("Min", List.of("max", b.scalar(3)), List.of("three"));
        b.node("Concat", List.of(b.vector(0), asVector(b, "three"), asVector(b, "four")), List.of("to"), "axis", 0);
        b.node("Reshape", List.of("x", "to"), List.of("y")).bareOutput("y");
        assertThat(check(b, "Reshape").nodes().get(0).ints("shape")).containsExactly(Shape.BATCH, 3, 4);
    }

    /** Weight standardisation, written into the graph: (w - mean) / sqrt(var + eps). */
    @Test
    void weightsComputedByNodes() throws OrtException {
        ModelBuilder b = ModelBuilder.opset(13).input("x", "N", 3, 5, 5).weights("w", 4, 3, 3, 3);
        int[] axes = {1, 2, 3};
        b.node("ReduceMean", "w", "mean", "axes", axes);
        b.node("Sub", List.of("w", "mean"), List.of("centred"));
        b.node("Mul", List.of("centred", "centred"), List.of("squares"));
        b.node("ReduceMean", "squares", "variance", "axes", axes);
        b.node("Add", List.of("variance", b.real(1e-5f)), List.of("safe"));
        b.node("Sqrt", "safe", "deviation");
        b.node("Div", List.of("centred", "deviation"), List.of("standard"));
        b.node("Conv", List.of("x", "standard"), List.of("y")).bareOutput("y");
        check(b, "Conv");
    }

    @Test
    void constantTensorsMoveAndJoin() throws OrtException {
        ModelBuilder b = ModelBuilder.opset(13).input("x", "N", 6, 4).weights("w", 2, 3, 4);
        b.node("Transpose", "w", "t", "perm", new int[] {1, 0, 2});
        b.node("Slice", List.of("t", b.vector(-1), b.vector(-4), b.vector(0), b.vector(-1)), List.of("back"));
        b.node("Split", List.of("back", b.vector(1, 2)), List.of("first", "rest"), "axis", 0);
        b.node("Concat", List.of("rest", "first"), List.of("joined"), "axis", 0);
        b.node("Reshape", List.of("joined", b.vector(6, -1)), List.of("flat"));
        b.node("Tile", List.of("flat", b.vector(1, 1)), List.of("tiled"));
        b.node("Gather", List.of("tiled", b.vector(5, 0, 2, 1, -3, 4)), List.of("picked"), "axis", 0);
        b.node("Add", List.of("x", "picked"), List.of("y")).bareOutput("y");
        Graph g = check(b, "Add");
        assertThat(Objects.requireNonNull(g.initializer("picked")).shape()).isEqualTo(Shape.of(6, 4));
    }

    @Test
    void namesAreKeptAndMadeUnique() {
        ModelBuilder b = ModelBuilder.opset(13).input("x", "N", 3);
        b.node("Relu", "x", "a").node("Relu", "a", "b").node("Relu", "b", "y").output("y", "N", 3);
        b.graph.getNodeBuilder(0).setName("same");
        b.graph.getNodeBuilder(1).setName("same");
        b.graph.getNodeBuilder(2).clearName();
        Graph g = b.read().graph();
        assertThat(g.nodes().stream().map(Node::name)).doesNotHaveDuplicates().startsWith("same");
        assertThat(g.nodes().stream().map(Node::output)).containsExactly("a", "b", "y");
    }

    @Test
    void fileOrderNeedNotBeTopological() throws OrtException {
        ModelBuilder b = ModelBuilder.opset(13).input("x", "N", 3);
        b.node("Relu", "b", "y")
                .node("Sigmoid", "a", "b")
                .node("Tanh", "x", "a")
                .bareOutput("y");
        ImportedModel m = b.read();
        assertThat(m.graph().nodes().stream().map(Node::op)).containsExactly("Tanh", "Sigmoid", "Relu");
    }

    @Test
    void unreachableNodesAreDroppedAndUnusedInitializersReturned() {
        ModelBuilder b =
                ModelBuilder.opset(13).input("x", "N", 3).weights("dead", 3).weights("data", 2, 2);
        b.node("Relu", "x", "y").node("Add", List.of("x", "dead"), List.of("z")).output("y", "N", 3);
        b.model.addMetadataProps(ai.onnx.proto.OnnxMl.StringStringEntryProto.newBuilder()
                .setKey("k")
                .setValue("v"));
        ImportedModel m = b.read();
        assertThat(m.graph().nodes()).hasSize(1);
        assertThat(m.graph().initializers()).isEmpty();
        assertThat(m.unusedInitializers()).containsOnlyKeys("data");
        assertThat(m.metadata()).containsEntry("k", "v");
    }

    /** Outputs that nodes without effect wrote keep their names, also where two name one tensor. */
    @Test
    void outputsKeepTheirNames() throws OrtException {
        ModelBuilder b = ModelBuilder.opset(13).input("x", "N", 3);
        b.node("Relu", "x", "r")
                .node("Identity", "r", "y")
                .node("Identity", "r", "z")
                .node("Identity", "x", "w");
        b.bareOutput("y").bareOutput("z").bareOutput("w");
        Graph g = SameOutputs.check(b.bytes()).graph();
        assertThat(g.outputs().stream().map(Graph.Value::name)).containsExactly("y", "z", "w");
    }
}
