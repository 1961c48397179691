package io.dms.model.onnx;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import ai.onnxruntime.OrtException;
import io.dms.model.Graph;
import io.dms.model.ModelException;
import io.dms.model.Shape;
import io.dms.model.UserException;
import java.util.List;
import org.junit.jupiter.api.Test;

/** The batch is left open where the network allows it; other open sizes must be given. */
class BatchTest {
    private static final int N = Shape.BATCH;

    private static Shape output(ModelBuilder b) throws OrtException {
        return SameOutputs.check(b.bytes()).graph().outputs().get(0).shape();
    }

    @Test
    void oneImageInTheFileIsAnyNumber() throws OrtException {
        ModelBuilder b = ModelBuilder.opset(13).input("x", 1, 3, 4, 4).weights("w", 48, 5);
        b.node("Reshape", List.of("x", b.vector(1, 48)), List.of("f"));
        b.node("MatMul", List.of("f", "w"), List.of("y")).output("y", 1, 5);
        assertThat(output(b)).isEqualTo(Shape.of(N, 5));
    }

    @Test
    void constantTargetsWithAnOpenAxis() throws OrtException {
        ModelBuilder b = ModelBuilder.opset(13).input("x", 1, 6, 4, 4);
        b.node("Reshape", List.of("x", b.vector(1, -1, 2, 8)), List.of("y")).output("y", 1, 6, 2, 8);
        assertThat(output(b)).isEqualTo(Shape.of(N, 6, 2, 8));
        ModelBuilder c = ModelBuilder.opset(13).input("x", 1, 6, 4, 4);
        c.node("Reshape", List.of("x", c.vector(-1, 96)), List.of("y")).output("y", 1, 96);
        assertThat(output(c)).isEqualTo(Shape.of(N, 96));
    }

    @Test
    void networksThatMixTheBatchKeepOneImage() throws OrtException {
        ModelBuilder squeeze = ModelBuilder.opset(13).input("x", 1, 3, 4);
        squeeze.node("Squeeze", List.of("x", squeeze.vector(0)), List.of("y")).output("y", 3, 4);
        assertThat(output(squeeze)).isEqualTo(Shape.of(3, 4));
        ModelBuilder rows = ModelBuilder.opset(13).input("x", 1, 3, 4);
        rows.node("Reshape", List.of("x", rows.vector(-1, 4)), List.of("y")).output("y", 3, 4);
        assertThat(output(rows)).isEqualTo(Shape.of(3, 4));
        ModelBuilder mean = ModelBuilder.opset(13).input("x", 1, 3, 4);
        mean.node("ReduceMean", "x", "y", "keepdims", 0, "axes", new int[] {0, 1})
                .output("y", 4);
        assertThat(output(mean)).isEqualTo(Shape.of(4));
        ModelBuilder join = ModelBuilder.opset(13).input("x", 1, 3, 4);
        join.node("Concat", List.of("x", "x"), List.of("y"), "axis", 0).output("y", 2, 3, 4);
        assertThat(output(join)).isEqualTo(Shape.of(2, 3, 4));
    }

    @Test
    void foreignNodesKeepOneImageUnlessTheyCannotMixThem() throws OrtException {
        ModelBuilder exp =
                ModelBuilder.opset(13).input("x", 1, 3).node("Exp", "x", "y").output("y", 1, 3);
        assertThat(output(exp)).isEqualTo(Shape.of(N, 3));
        ModelBuilder sum = ModelBuilder.opset(13).input("x", 1, 3).node("CumSum", List.of("x", "a"), List.of("y"));
        sum.initializer(ModelBuilder.longScalar("a", 0)).output("y", 1, 3);
        assertThat(output(sum)).isEqualTo(Shape.of(1, 3));
    }

    @Test
    void fixedBatchOfSeveralStays() throws OrtException {
        ModelBuilder b =
                ModelBuilder.opset(13).input("x", 4, 3).node("Relu", "x", "y").output("y", 4, 3);
        Graph g = b.read().graph();
        assertThat(g.inputs().get(0).shape()).isEqualTo(Shape.of(4, 3));
    }

    @Test
    void openSizesMustBeGiven() {
        ModelBuilder b =
                ModelBuilder.opset(13).input("image", "N", 3, "height", "width").weights("w", 2, 3, 1, 1);
        b.node("Conv", List.of("image", "w"), List.of("y")).bareOutput("y");
        assertThatThrownBy(b::read)
                .isInstanceOf(ModelException.class)
                .hasMessageContaining("input image")
                .hasMessageContaining("dimension 2 (height)")
                .hasMessageContaining("--input-shape image:1x3x224x224");
        ImportOptions options = ImportOptions.DEFAULT.withInputShape("image:1x3x32x48");
        Graph g = b.read(options).graph();
        assertThat(g.inputs().get(0).shape()).isEqualTo(Shape.of(N, 3, 32, 48));
        assertThat(g.outputs().get(0).shape()).isEqualTo(Shape.of(N, 2, 32, 48));
    }

    @Test
    void givenShapesMustFit() {
        ModelBuilder b = ModelBuilder.opset(13)
                .input("x", "N", 3, "H", "W")
                .node("Relu", "x", "y")
                .bareOutput("y");
        assertThatThrownBy(() -> b.read(ImportOptions.DEFAULT.withInputShape("z:1x3x8x8")))
                .isInstanceOf(UserException.class)
                .hasMessageContaining("no input z; it has x");
        assertThatThrownBy(() -> b.read(ImportOptions.DEFAULT.withInputShape("x:1x4x8x8")))
                .isInstanceOf(UserException.class)
                .hasMessageContaining("size 3 in dimension 1");
        assertThatThrownBy(() -> b.read(ImportOptions.DEFAULT.withInputShape("x:1x3x8")))
                .isInstanceOf(UserException.class)
                .hasMessageContaining("4 dimensions");
        for (String bad : List.of("x", "x:", ":1", "x:1x-3", "x:1x0", "x:axb", "x:9999999999")) {
            assertThatThrownBy(() -> ImportOptions.DEFAULT.withInputShape(bad))
                    .isInstanceOf(UserException.class)
                    .hasMessageContaining("name:1x3x224x224");
        }
    }

    @Test
    void integerInputsAreRefused() {
        ModelBuilder b = ModelBuilder.opset(13);
        b.graph.addInput(ModelBuilder.value("x", ElementType.UINT8, 1, 8, 8, 3));
        b.node("Cast", "x", "y", "to", 1).bareOutput("y");
        assertThatThrownBy(b::read).isInstanceOf(ModelException.class).hasMessageContaining("input x has type UINT8");
    }
}
