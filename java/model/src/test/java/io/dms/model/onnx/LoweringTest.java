package io.dms.model.onnx;

import static org.assertj.core.api.Assertions.assertThat;

import ai.onnxruntime.OrtException;
import io.dms.model.Graph;
import io.dms.model.Node;
import io.dms.model.Shape;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Groups of nodes that become one: same outputs, and the form that channel groups can tie. */
class LoweringTest {
    private static Graph check(ModelBuilder b, String... operators) throws OrtException {
        ImportedModel m = SameOutputs.check(b.bytes());
        assertThat(m.foreignNodes()).isEmpty();
        assertThat(m.graph().nodes().stream().map(Node::op)).containsExactly(operators);
        return m.graph();
    }

    @ParameterizedTest
    @CsvSource({"8, 8, 2", "7, 9, 2", "5, 4, 3"})
    void stridedSliceAndChannelPadBecomeConvolution(int h, int w, int s) throws OrtException {
        ModelBuilder b = ModelBuilder.opset(13).input("x", "N", 4, h, w);
        String end = b.vector(Long.MAX_VALUE);
        b.node("Slice", List.of("x", b.vector(0), end, b.vector(2), b.vector(s)), List.of("rows"));
        b.node("Slice", List.of("rows", b.vector(0), end, b.vector(3), b.vector(s)), List.of("both"));
        b.node("Pad", List.of("both", b.vector(0, 1, 0, 0, 0, 3, 0, 0)), List.of("y"));
        b.bareOutput("y");
        Graph g = check(b, "Conv");
        Node conv = g.nodes().get(0);
        assertThat(conv.ints("strides")).containsExactly(s, s);
        assertThat(g.shape(conv.input(1))).isEqualTo(Shape.of(8, 4, 1, 1));
        assertThat(g.outputs().get(0).shape()).isEqualTo(Shape.of(Shape.BATCH, 8, (h + s - 1) / s, (w + s - 1) / s));
    }

    /** PyTorch 1.13 writes {@code F.pad(x, (0, 0, 0, 0, c, c))} as this computation. */
    @Test
    void padsComputedByTheExporter() throws OrtException {
        ModelBuilder b = ModelBuilder.opset(13).input("x", "N", 4, 6, 6);
        String end = b.vector(Long.MAX_VALUE, Long.MAX_VALUE);
        b.node("Slice", List.of("x", b.vector(0, 0), end, b.vector(2, 3), b.vector(2, 2)), List.of("s"));
        String pads = b.vector(0, 0, 0, 0, 2, 2);
        b.node("ConstantOfShape", b.vector(2), "zeros", "value", ModelBuilder.longs("", 0));
        b.node("Concat", List.of(pads, "zeros"), List.of("all"), "axis", 0);
        b.node("Reshape", List.of("all", b.vector(-1, 2)), List.of("pairs"));
        b.node(
                "Slice",
                List.of("pairs", b.vector(-1), b.vector(Long.MIN_VALUE + 1), b.vector(0), b.vector(-1)),
                List.of("back"));
        b.node("Transpose", "back", "turned", "perm", new int[] {1, 0});
        b.node("Reshape", List.of("turned", b.vector(-1)), List.of("list"));
        b.node("Cast", "list", "pads", "to", ElementType.INT64);
        b.node("Pad", List.of("s", "pads", b.real(0f)), List.of("y"), "mode", "constant");
        b.bareOutput("y");
        assertThat(check(b, "Conv").outputs().get(0).shape()).isEqualTo(Shape.of(Shape.BATCH, 8, 3, 3));
    }

    @Test
    void channelPadAloneBecomesConvolution() throws OrtException {
        ModelBuilder b = ModelBuilder.opset(13).input("x", "N", 3, 4, 4);
        b.node("Pad", List.of("x", b.vector(0, 2, 0, 0, 0, 0, 0, 0)), List.of("y"))
                .bareOutput("y");
        check(b, "Conv");
    }

    @Test
    void stridedSliceBeforeAnAddBecomesDepthwiseConvolution() throws OrtException {
        ModelBuilder b = ModelBuilder.opset(13).input("x", "N", 3, 5, 6).weights("w", 3, 3, 1, 1);
        String end = b.vector(9, 9);
        b.node("Conv", List.of("x", "w"), List.of("c"), "strides", new int[] {2, 2});
        b.node("Slice", List.of("x", b.vector(0, 0), end, b.vector(2, 3), b.vector(2, 2)), List.of("s"));
        b.node("Add", List.of("c", "s"), List.of("y")).bareOutput("y");
        Graph g = check(b, "Conv", "Conv", "Add");
        assertThat(g.nodes().get(1).intAttr("group", 1)).isEqualTo(3);
    }

    @Test
    void otherSlicesAndPadsStay() throws OrtException {
        ModelBuilder b = ModelBuilder.opset(13).input("x", "N", 3, 6, 6);
        String end = b.vector(9, 9);
        b.node("Slice", List.of("x", b.vector(1, 0), end, b.vector(2, 3), b.vector(2, 2)), List.of("odd"));
        b.node("Pad", List.of("odd", b.vector(0, 0, 0, 0, 0, 1, 0, 0), b.real(1f)), List.of("y"));
        b.bareOutput("y");
        check(b, "Slice", "Pad");
    }

    @Test
    void zerosAroundAnImageJoinTheConvolution() throws OrtException {
        ModelBuilder b = ModelBuilder.opset(13).input("x", "N", 3, 6, 6).weights("w", 2, 3, 3, 3);
        b.node("Pad", List.of("x", b.vector(0, 0, 0, 1, 0, 0, 2, 1)), List.of("p"));
        b.node("Conv", List.of("p", "w"), List.of("y"), "pads", new int[] {1, 0, 0, 0})
                .bareOutput("y");
        assertThat(check(b, "Conv").nodes().get(0).ints("pads")).containsExactly(1, 1, 2, 1);
    }

    @Test
    void zerosAroundAnImageJoinTheAverage() throws OrtException {
        ModelBuilder b = ModelBuilder.opset(11).input("x", "N", 3, 7, 7);
        b.node("Pad", List.of("x", b.vector(0, 0, 1, 1, 0, 0, 1, 0)), List.of("p"));
        b.node("AveragePool", "p", "y", "kernel_shape", new int[] {3, 3}, "strides", new int[] {2, 1})
                .bareOutput("y");
        Node pool = check(b, "AveragePool").nodes().get(0);
        assertThat(pool.ints("pads")).containsExactly(1, 1, 1, 0);
        assertThat(pool.intAttr("count_include_pad", 0)).isEqualTo(1);
    }

    /** {@code x * gate.expand_as(x)}: the product broadcasts by itself. */
    @Test
    void expandBeforeArithmeticVanishes() throws OrtException {
        ModelBuilder b = ModelBuilder.opset(13).input("x", "N", 3, 4, 5);
        b.node("GlobalAveragePool", "x", "g").node("Shape", "x", "s");
        b.node("Expand", List.of("g", "s"), List.of("e"))
                .node("Mul", List.of("x", "e"), List.of("y"))
                .bareOutput("y");
        check(b, "GlobalAveragePool", "Mul");
    }

    @Test
    void expandElsewhereAddsZeros() throws OrtException {
        ModelBuilder b = ModelBuilder.opset(13).input("x", "N", 3, 1, 1);
        b.node("Expand", List.of("x", b.vector(1, 1, 4, 5)), List.of("e"))
                .node("Relu", "e", "y")
                .bareOutput("y");
        Graph g = check(b, "Add", "Relu");
        assertThat(g.shape(g.nodes().get(0).input(1))).isEqualTo(Shape.of(1, 1, 4, 5));
    }

    @ParameterizedTest
    @CsvSource({"true", "false"})
    void matMulAndBiasBecomeGemm(boolean biasFirst) throws OrtException {
        ModelBuilder b =
                ModelBuilder.opset(13).input("x", "N", 6).weights("w", 6, 5).weights("b", 1, 5);
        b.node("MatMul", List.of("x", "w"), List.of("m"));
        b.node("Add", biasFirst ? List.of("b", "m") : List.of("m", "b"), List.of("y"))
                .bareOutput("y");
        Graph g = check(b, "Gemm");
        assertThat(g.shape(g.nodes().get(0).input(2))).isEqualTo(Shape.of(5));
    }

    @Test
    void aProductThatIsReadTwiceKeepsItsBiasApart() throws OrtException {
        ModelBuilder b =
                ModelBuilder.opset(13).input("x", "N", 6).weights("w", 6, 5).weights("b", 5);
        b.node("MatMul", List.of("x", "w"), List.of("m"));
        b.node("Add", List.of("m", "b"), List.of("a"))
                .node("Mul", List.of("a", "m"), List.of("y"))
                .bareOutput("y");
        check(b, "Gemm", "Add", "Mul");
    }
}
