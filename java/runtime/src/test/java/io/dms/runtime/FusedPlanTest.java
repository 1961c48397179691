package io.dms.runtime;

import static org.assertj.core.api.Assertions.assertThat;

import io.dms.model.Graph;
import io.dms.model.Node;
import io.dms.model.Shape;
import io.dms.model.Tensor;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

class FusedPlanTest {
    private static final Shape SHAPE = Shape.of(Shape.BATCH, 2, 4, 4);

    private final Map<String, Tensor> constants = new LinkedHashMap<>();

    private Node conv(String in, String out) {
        constants.put("w" + out, Tensor.ofFloats(Shape.of(2, 2, 1, 1), 1, 2, 3, 4));
        constants.put("b" + out, Tensor.ofFloats(Shape.of(2), 10, 20));
        return Node.of(
                out,
                "Conv",
                List.of(in, "w" + out, "b" + out),
                List.of(out),
                Map.of(
                        "kernel_shape", new long[] {1, 1},
                        "strides", new long[] {1, 1},
                        "pads", new long[4],
                        "dilations", new long[] {1, 1},
                        "group", 1L));
    }

    private Node batchNorm(String in, String out) {
        constants.put("scale", Tensor.ofFloats(Shape.of(2), 4, 3));
        constants.put("shift", Tensor.ofFloats(Shape.of(2), 0.5f, -1));
        constants.put("mean", Tensor.ofFloats(Shape.of(2), 1, 2));
        constants.put("var", Tensor.ofFloats(Shape.of(2), 3, 8));
        return Node.of(
                out,
                "BatchNormalization",
                List.of(in, "scale", "shift", "mean", "var"),
                List.of(out),
                Map.of("epsilon", 1f));
    }

    private static Node node(String op, String out, String... in) {
        return Node.of(out, op, List.of(in), List.of(out), Map.of());
    }

    private List<Step> fuse(String output, Node... nodes) {
        Map<String, Shape> shapes = new HashMap<>();
        shapes.put("x", SHAPE);
        for (Node n : nodes) {
            shapes.put(n.output(), SHAPE);
        }
        Graph g = new Graph(
                "g",
                List.of(new Graph.Value("x", SHAPE)),
                List.of(new Graph.Value(output, SHAPE)),
                List.of(nodes),
                constants,
                shapes);
        return FusedPlan.of(g, 3).steps();
    }

    @Test
    void normalisationBecomesScaleAndBias() {
        List<Step> steps = fuse("n", conv("x", "c"), batchNorm("c", "n"));
        assertThat(steps).hasSize(1);
        Step.Linear s = (Step.Linear) steps.get(0);
        assertThat(s.scale()).containsExactly(2, 1);
        assertThat(s.bias()).containsExactly(2 * 10 - 2 * 1 + 0.5f, 20 - 2 - 1);
    }

    @Test
    void normalisationStaysApartWhereTheConvolutionIsReadTwice() {
        List<Step> steps = fuse("a", conv("x", "c"), batchNorm("c", "n"), node("Add", "a", "c", "n"));
        assertThat(steps.get(1)).isInstanceOf(Step.ScaleShift.class);
    }

    @Test
    void residualAndActivationsFollowInTheirOrder() {
        List<Step> steps = fuse("r", conv("x", "c"), node("Add", "a", "c", "x"), node("Relu", "r", "a"));
        assertThat(steps).hasSize(1);
        assertThat(steps.get(0).after()).hasSize(2);
        assertThat(steps.get(0).after().get(0)).isInstanceOf(PostOp.Add.class);
        assertThat(steps.get(0).after().get(1)).isEqualTo(new PostOp.Activation(PostOp.Kind.RELU, 0, 0));
    }

    @Test
    void aResidualThatIsComputedLaterIsWaitedFor() {
        List<Step> steps = fuse(
                "a",
                conv("x", "short"),
                node("Relu", "r", "x"),
                node("Relu", "later", "r"),
                node("Add", "both", "later", "r"),
                node("Add", "a", "short", "both"));
        Step last = steps.get(steps.size() - 1);
        assertThat(last).isInstanceOf(Step.Linear.class);
        assertThat(last.after()).hasSize(1);
    }

    @Test
    void theProductOfATensorAndItsSigmoidIsOneActivation() {
        List<Step> steps = fuse("m", conv("x", "c"), node("Sigmoid", "s", "c"), node("Mul", "m", "c", "s"));
        assertThat(steps).hasSize(1);
        assertThat(steps.get(0).after()).containsExactly(new PostOp.Activation(PostOp.Kind.SILU, 0, 0));
    }

    @Test
    void aNetworkOutputIsNotFusedAway() {
        List<Step> steps = fuse("c", conv("x", "c"), node("Relu", "r", "c"));
        assertThat(steps).hasSize(2);
    }

    @Test
    void theBatchIsSetEverywhere() {
        Graph g = new Graph(
                "g",
                List.of(new Graph.Value("x", SHAPE)),
                List.of(new Graph.Value("y", SHAPE)),
                List.of(node("Relu", "y", "x")),
                Map.of(),
                Map.of("x", SHAPE, "y", SHAPE));
        FusedPlan p = FusedPlan.of(g, 3);
        assertThat(p.values()).allMatch(v -> v.shape().dim(0) == 3);
        assertThat(p.lastUse(p.outputs()[0])).isEqualTo(1);
    }
}
