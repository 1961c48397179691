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

/** What is fused into one step, and what only looks as if it could be. */
class FusionTest {
    private static final int N = Shape.BATCH;
    private static final Shape IMAGE = Shape.of(N, 2, 4, 4);

    private final Map<String, Tensor> constants = new LinkedHashMap<>();
    private final Map<String, Shape> shapes = new HashMap<>();

    private void constant(String name, int[] dims, float... values) {
        constants.put(name, Tensor.ofFloats(Shape.of(dims), values));
    }

    private Node conv(String in, String out) {
        constant("w" + out, new int[] {2, 2, 1, 1}, 1, 2, 3, 4);
        return Node.of(
                out,
                "Conv",
                List.of(in, "w" + out),
                List.of(out),
                Map.of(
                        "kernel_shape", new long[] {1, 1},
                        "strides", new long[] {1, 1},
                        "pads", new long[4],
                        "dilations", new long[] {1, 1},
                        "group", 1L));
    }

    private static Node node(String op, String out, String... in) {
        return Node.of(out, op, List.of(in), List.of(out), Map.of());
    }

    private static Node with(String name, Object value, String op, String out, String... in) {
        return Node.of(out, op, List.of(in), List.of(out), Map.of(name, value));
    }

    private List<Step> fuse(Shape shape, String output, Node... nodes) {
        shapes.put("x", shape);
        for (Node n : nodes) {
            shapes.putIfAbsent(n.output(), shape);
        }
        Graph g = new Graph(
                "g",
                List.of(new Graph.Value("x", shape)),
                List.of(new Graph.Value(output, shape)),
                List.of(nodes),
                constants,
                shapes);
        return FusedPlan.of(g, 3).steps();
    }

    private static PostOp only(Step step) {
        assertThat(step.after()).hasSize(1);
        return step.after().get(0);
    }

    // ---- sums ----

    @Test
    void aTensorPlusItselfIsNoResidual() {
        List<Step> steps = fuse(IMAGE, "a", conv("x", "c"), node("Add", "a", "c", "c"));
        assertThat(steps).hasSize(2);
        assertThat(steps.get(0).after()).isEmpty();
        assertThat(((Step.Binary) steps.get(1)).kind()).isEqualTo(Step.BinaryKind.ADD);
    }

    @Test
    void aMatrixProductTakesNoResidual() {
        constant("w", new int[] {2, 2}, 1, 2, 3, 4);
        List<Step> steps = fuse(Shape.of(N, 2), "a", node("Gemm", "c", "x", "w"), node("Add", "a", "c", "x"));
        assertThat(steps).hasSize(2);
        assertThat(steps.get(1)).isInstanceOf(Step.Binary.class);
    }

    @Test
    void ofTwoConvolutionsTheLaterOneTakesTheOthersResult() {
        List<Step> steps =
                fuse(IMAGE, "a", conv("x", "first"), conv("x", "second"), node("Add", "a", "first", "second"));
        assertThat(steps).hasSize(2);
        assertThat(steps.get(0).after()).isEmpty();
        assertThat(((Step.Linear) steps.get(1)).name()).isEqualTo("second");
        assertThat(only(steps.get(1))).isInstanceOf(PostOp.Add.class);
    }

    // ---- constants ----

    @Test
    void arithmeticWithANumberForEachChannelIsAScaleAndAShift() {
        constant("k", new int[] {2, 1, 1}, 2, 4);
        Step.ScaleShift minus =
                (Step.ScaleShift) fuse(IMAGE, "y", node("Sub", "y", "x", "k")).get(0);
        assertThat(minus.scale()).containsExactly(1, 1);
        assertThat(minus.shift()).containsExactly(-2, -4);
        Step.ScaleShift from =
                (Step.ScaleShift) fuse(IMAGE, "y", node("Sub", "y", "k", "x")).get(0);
        assertThat(from.scale()).containsExactly(-1, -1);
        assertThat(from.shift()).containsExactly(2, 4);
        Step.ScaleShift over =
                (Step.ScaleShift) fuse(IMAGE, "y", node("Div", "y", "x", "k")).get(0);
        assertThat(over.scale()).containsExactly(0.5f, 0.25f);
        assertThat(over.shift()).containsExactly(0, 0);
        Step.Binary under =
                (Step.Binary) fuse(IMAGE, "y", node("Div", "y", "k", "x")).get(0);
        assertThat(under.kind()).isEqualTo(Step.BinaryKind.DIV);
    }

    @Test
    void arithmeticWithOneNumberIsAnActivation() {
        constant("k", new int[0], 4);
        assertThat(only(fuse(IMAGE, "y", node("Sub", "y", "k", "x")).get(0)))
                .isEqualTo(new PostOp.Activation(PostOp.Kind.LINEAR, -1, 4));
        assertThat(only(fuse(IMAGE, "y", node("Div", "y", "x", "k")).get(0)))
                .isEqualTo(new PostOp.Activation(PostOp.Kind.LINEAR, 0.25f, 0));
        assertThat(only(fuse(IMAGE, "y", node("Div", "y", "k", "x")).get(0)))
                .isEqualTo(new PostOp.Activation(PostOp.Kind.POWER, 4, -1));
    }

    @Test
    void aConstantThatGivesTheResultAnotherShapeIsNotFused() {
        constant("k", new int[] {1, 1, 1}, 4);
        shapes.put("y", Shape.of(1, N, 2));
        assertThat(fuse(Shape.of(N, 2), "y", node("Mul", "y", "x", "k")).get(0)).isInstanceOf(Step.Binary.class);
    }

    // ---- gates ----

    @Test
    void theProductWithItsOwnHardSigmoidIsHardSwish() {
        List<Step> steps = fuse(IMAGE, "m", node("HardSigmoid", "s", "x"), node("Mul", "m", "s", "x"));
        assertThat(steps).hasSize(1);
        assertThat(((PostOp.Activation) only(steps.get(0))).kind()).isEqualTo(PostOp.Kind.HARD_SWISH);
    }

    @Test
    void aGateIsNotTakenInWhereItsInputIsReadElsewhere() {
        Node[] gate = {conv("x", "c"), node("Sigmoid", "s", "c"), node("Mul", "m", "c", "s")};
        List<Step> third =
                fuse(IMAGE, "a", gate[0], gate[1], gate[2], node("Relu", "r", "c"), node("Add", "a", "m", "r"));
        assertThat(third.get(0).after()).isEmpty();
        List<Step> output = fuse(IMAGE, "c", gate);
        assertThat(output.get(0).after()).isEmpty();
    }

    @Test
    void aGateThatIsAnOutputItselfIsComputed() {
        List<Step> steps = fuse(IMAGE, "s", conv("x", "c"), node("Sigmoid", "s", "c"), node("Mul", "m", "c", "s"));
        assertThat(steps).hasSize(3);
        assertThat(((PostOp.Activation) only(steps.get(1))).kind()).isEqualTo(PostOp.Kind.SIGMOID);
    }

    // ---- slopes ----

    @Test
    void slopesFollowWhatCountsChannelsOnAxisOneAlone() {
        constant("w", new int[] {2, 2}, 1, 2, 3, 4);
        constant("k", new int[] {2, 1}, 0.5f, 0.25f);
        List<Step> rows = fuse(Shape.of(N, 2, 2), "y", node("MatMul", "c", "x", "w"), node("PRelu", "y", "c", "k"));
        assertThat(rows.get(rows.size() - 1)).isInstanceOf(Step.Other.class);
        constant("k", new int[] {2, 1, 1}, 0.5f, 0.25f);
        assertThat(only(fuse(IMAGE, "y", node("PRelu", "y", "x", "k")).get(0))).isInstanceOf(PostOp.Slopes.class);
    }

    // ---- joins and shuffles ----

    @Test
    void aLongerConcatReadsAShorterOneOfTheSameAxis() {
        Node[] parts = {node("Relu", "a", "x"), node("Tanh", "b", "x"), node("Exp", "c", "x")};
        for (long axis : new long[] {1, 2}) {
            List<Step> steps = fuse(
                    IMAGE,
                    "l",
                    parts[0],
                    parts[1],
                    parts[2],
                    with("axis", 1L, "Concat", "s", "a", "b"),
                    with("axis", axis, "Concat", "l", "a", "b", "c"));
            assertThat(((Step.Other) steps.get(steps.size() - 1)).inputs()).hasSize(axis == 1 ? 2 : 3);
        }
    }

    private List<Step> dealt(Shape in, int[] middle, long[] perm, String output, Node... more) {
        shapes.clear();
        shapes.put("v", Shape.of(middle));
        int[] turned = new int[middle.length];
        for (int i = 0; i < turned.length; i++) {
            turned[i] = middle[(int) perm[i]];
        }
        shapes.put("t", Shape.of(turned));
        Node[] all = new Node[3 + more.length];
        all[0] = node("Reshape", "v", "x");
        all[1] = with("perm", perm, "Transpose", "t", "v");
        all[2] = node("Reshape", "y", "t");
        System.arraycopy(more, 0, all, 3, more.length);
        return fuse(in, output, all);
    }

    @Test
    void channelsAreDealtOutByOneStepAndNothingElseIsTakenForIt() {
        Shape in = Shape.of(N, 6, 4, 2);
        int[] groups = {N, 2, 3, 4, 2};
        long[] swap = {0, 2, 1, 3, 4};
        List<Step> one = dealt(in, groups, swap, "y");
        assertThat(one).singleElement().isInstanceOf(Step.ChannelShuffle.class);
        assertThat(((Step.ChannelShuffle) one.get(0)).groups()).isEqualTo(2);
        assertThat(dealt(in, new int[] {N, 2, 3, 4, 2}, new long[] {0, 1, 2, 4, 3}, "y"))
                .as("rows and columns swapped")
                .hasSize(3);
        assertThat(dealt(in, new int[] {N, 2, 3, 2, 4}, swap, "y"))
                .as("another height and width between")
                .hasSize(3);
        assertThat(dealt(in, groups, swap, "v")).as("a part is an output").hasSize(3);
        assertThat(dealt(in, groups, swap, "t")).as("a part is an output").hasSize(3);
        assertThat(dealt(in, groups, swap, "y", node("Relu", "more", "t")))
                .as("a part is read elsewhere")
                .hasSize(4);
    }
}
