package io.dms.model.onnx;

import static org.assertj.core.api.Assertions.assertThat;

import ai.onnx.proto.OnnxMl.GraphProto;
import ai.onnx.proto.OnnxMl.ModelProto;
import ai.onnx.proto.OnnxMl.NodeProto;
import ai.onnx.proto.OnnxMl.OperatorSetIdProto;
import ai.onnx.proto.OnnxMl.TensorProto;
import ai.onnxruntime.OrtException;
import com.google.protobuf.ByteString;
import com.google.protobuf.InvalidProtocolBufferException;
import io.dms.model.Graph;
import io.dms.model.Node;
import io.dms.model.Shape;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import org.junit.jupiter.api.Test;

/** Operators outside the list are kept as they were, named, and written back so that ONNX Runtime runs them. */
class ForeignNodesTest {
    @Test
    void areNamedAndStillRun() throws OrtException {
        ModelBuilder b = ModelBuilder.opset(13).input("x", "N", 4, 3, 3).weights("w", 4, 4, 1, 1);
        b.node("Conv", List.of("x", "w"), List.of("c"));
        b.node("InstanceNormalization", List.of("c", "s", "t"), List.of("i"))
                .weights("s", 4)
                .weights("t", 4);
        b.node("Softplus", "i", "p").node("Pow", List.of("p", b.real(1.5f)), List.of("q"));
        b.node("Relu", "q", "y").output("y", "N", 4, 3, 3);
        ImportedModel m = SameOutputs.check(b.bytes());
        assertThat(m.foreignNodes()).containsExactly("InstanceNormalization1", "Softplus2", "Pow4");
        assertThat(m.graph().shapeOrNull("p")).isEqualTo(Shape.of(Shape.BATCH, 4, 3, 3));
        assertThat(m.graph().shapeOrNull("q")).isEqualTo(Shape.of(Shape.BATCH, 4, 3, 3));
    }

    private static TensorProto bytes(String name, int... values) {
        byte[] b = new byte[values.length];
        for (int i = 0; i < b.length; i++) {
            b[i] = (byte) values[i];
        }
        return TensorProto.newBuilder()
                .setName(name)
                .setDataType(ElementType.INT8)
                .addDims(b.length)
                .setRawData(ByteString.copyFrom(b))
                .build();
    }

    /** With weights and zero points of eight bits, written back as such; the batch stays open around them. */
    @Test
    void quantisationKeepsItsIntegers() throws OrtException {
        ModelBuilder b = ModelBuilder.opset(13).input("x", "N", 3, 4, 4);
        b.initializer(bytes("zero", 0, 0, 0)).initializer(bytes("w", 1, -2, 3, -128, 127, 6));
        b.initializer(ModelBuilder.floats("s", new int[] {3}, 0.125f, 0.25f, 0.5f));
        b.node("QuantizeLinear", List.of("x", "s", "zero"), List.of("q"), "axis", 1);
        b.node("DequantizeLinear", List.of("q", "s", "zero"), List.of("r"), "axis", 1);
        b.node("DequantizeLinear", List.of("w", b.real(0.5f)), List.of("v"));
        b.node("Reshape", List.of("v", b.vector(2, 3, 1, 1)), List.of("k"));
        b.node("Conv", List.of("r", "k"), List.of("c"));
        b.node("Relu", "r", "y").output("y", "N", 3, 4, 4).output("c", "N", 2, 4, 4);
        ImportedModel m = SameOutputs.check(b.bytes());
        assertThat(m.graph().initializers().get("w")).hasToString("INT8[6]");
        assertThat(Objects.requireNonNull(m.graph().shapeOrNull("r")).dims()).endsWith(3, 4, 4);
    }

    @Test
    void reductionsTakeTheirAxesAsInOperatorSet17() throws OrtException {
        ModelBuilder old = ModelBuilder.opset(11).input("x", "N", 4, 3, 3);
        old.node("ReduceSum", "x", "s", "axes", new int[] {2, 3}).node("ReduceMax", "s", "y", "axes", new int[] {1});
        assertThat(SameOutputs.check(old.output("y", "N", 1, 1, 1).bytes()).foreignNodes())
                .hasSize(2);
        ModelBuilder young = ModelBuilder.opset(18).input("x", "N", 4, 3, 3);
        young.node("ReduceL2", List.of("x", young.vector(-1, 2)), List.of("y"), "keepdims", 0)
                .output("y", "N", 4);
        ImportedModel m = SameOutputs.check(young.bytes());
        assertThat(m.graph().outputs().get(0).shape()).isEqualTo(Shape.of(Shape.BATCH, 4));
    }

    @Test
    void unknownShapesStayUnknown() {
        ModelBuilder b = ModelBuilder.opset(13).input("x", "N", 4, 3).node("Einsum", "x", "e", "equation", "nab->nba");
        ImportedModel m = b.node("Relu", "e", "y").bareOutput("y").read();
        assertThat(m.graph().shapeOrNull("e")).isNull();
        assertThat(m.graph().shapeOrNull("y")).isNull();
    }

    @Test
    void shapesBehindThemComeFromTheFile() {
        ModelBuilder b = ModelBuilder.opset(13).input("x", "N", 6, 2, 2);
        b.node("Einsum", "x", "e", "equation", "nchw->nhwc")
                .node("Relu", "e", "y")
                .bareOutput("y");
        b.graph.addValueInfo(ModelBuilder.value("e", ElementType.FLOAT, "N", 2, 2, 6));
        Graph g = b.read().graph();
        assertThat(g.shape("e")).isEqualTo(Shape.of(Shape.BATCH, 2, 2, 6));
        assertThat(g.shape("y")).isEqualTo(Shape.of(Shape.BATCH, 2, 2, 6));
    }

    @Test
    void listedOperatorsInUnsupportedForms() throws OrtException {
        ModelBuilder b = ModelBuilder.opset(13).input("x", 1, 4, 5, 5);
        b.node("MaxPool", List.of("x"), List.of("m", "where"), "kernel_shape", new int[] {2, 2});
        b.node("Cast", "where", "real", "to", 1);
        b.node("Slice", List.of("m", b.vector(-1), b.vector(-9), b.vector(2), b.vector(-1)), List.of("back"));
        b.node("Add", List.of("back", "real"), List.of("y")).output("y", 1, 4, 4, 4);
        ImportedModel m = SameOutputs.check(b.bytes());
        assertThat(m.foreignNodes()).containsExactly("MaxPool0", "Cast1", "Slice6");
        Node slice = m.graph().nodes().get(2);
        assertThat(slice.attributes()).isEmpty();
        assertThat(slice.inputs()).hasSize(5);
    }

    /** A shape that depends on the batch and is read by a foreign node is computed at run time, as in the file. */
    @Test
    void shapeArithmeticThatTheyReadStays() throws OrtException {
        ModelBuilder b = ModelBuilder.opset(13).input("x", "N", 1, 3);
        b.node("Shape", "x", "s").node("Concat", List.of(b.vector(2), "s"), List.of("to"), "axis", 0);
        b.node("Expand", List.of("x", "to"), List.of("e"))
                .node("ReduceMax", "e", "y", "axes", new int[] {0}, "keepdims", 0);
        b.bareOutput("y");
        ImportedModel m = SameOutputs.check(b.bytes());
        assertThat(m.graph().nodes().stream().map(Node::op)).containsExactly("Shape", "Concat", "Expand", "ReduceMax");
        assertThat(m.foreignNodes()).hasSize(4);
    }

    @Test
    void subgraphsReadOuterTensors() throws OrtException, InvalidProtocolBufferException {
        ModelBuilder b = ModelBuilder.opset(13).input("x", "N", 3).weights("c", 3);
        b.node("Identity", "x", "same").node("ReduceMax", "x", "top", "keepdims", 0);
        b.node("Greater", List.of("top", b.real(0)), List.of("when"));
        b.node("If", List.of("when"), List.of("i"), "then_branch", branch("Add"), "else_branch", branch("Mul"));
        b.node("Relu", "i", "y").output("y", "N", 3);
        ImportedModel m = SameOutputs.check(b.bytes());
        assertThat(m.foreignNodes()).contains("If4", "Identity0");
        Graph g = m.graph();
        assertThat(g.nodes())
                .filteredOn(n -> n.op().equals("If"))
                .singleElement()
                .satisfies(n -> assertThat(n.inputs()).containsExactly("when", "same", "c"));
        ModelProto written = ModelProto.parseFrom(OnnxWriter.toBytes(g, Map.of(), Map.of()));
        assertThat(written.getGraph().getNodeList())
                .filteredOn(n -> n.getOpType().equals("If"))
                .singleElement()
                .satisfies(n -> assertThat(n.getInputList()).containsExactly("when"));
    }

    private static GraphProto branch(String op) {
        return GraphProto.newBuilder()
                .setName(op)
                .addNode(NodeProto.newBuilder()
                        .setOpType(op)
                        .addInput("same")
                        .addInput("c")
                        .addOutput("r"))
                .addOutput(ModelBuilder.value("r", ElementType.FLOAT, "N", 3))
                .build();
    }

    @Test
    void operatorsOfOtherDomains() {
        ModelBuilder b = ModelBuilder.opset(13).input("x", 1, 3);
        b.model.addOpsetImport(OperatorSetIdProto.newBuilder().setDomain("acme").setVersion(3));
        b.node("Relu", "x", "y", "level", 2).output("y", 1, 3);
        b.graph.getNodeBuilder(0).setDomain("acme");
        ImportedModel m = b.read();
        assertThat(m.foreignNodes()).containsExactly("Relu0");
        assertThat(m.graph().nodes().get(0).domain()).isEqualTo("acme");
        assertThat(m.graph().outputs().get(0).shape()).isEqualTo(Shape.of(1, 3));
    }

    @Test
    void outputsOfUnknownSizeSayZero() {
        ModelBuilder b = ModelBuilder.opset(13)
                .input("x", "N", 3)
                .node("NonZero", "x", "y")
                .output("y", 2, "many");
        ImportedModel m = b.read();
        assertThat(m.graph().outputs().get(0).shape()).isEqualTo(Shape.of(2, 0));
    }
}
