package io.dms.runtime;

import static org.assertj.core.api.Assertions.assertThat;

import io.dms.model.Graph;
import io.dms.model.Node;
import io.dms.model.Shape;
import io.dms.model.Tensor;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import org.junit.jupiter.api.Test;

/** What convolutions and matrix products take in of the nodes around them, number by number. */
class LinearFusionTest {
    private static final Shape IMAGE = Shape.of(Shape.BATCH, 2, 4, 4);
    private static final Shape ROW = Shape.of(Shape.BATCH, 2);

    private final Map<String, Tensor> constants = new LinkedHashMap<>();
    private final Map<String, Shape> shapes = new LinkedHashMap<>();

    private Node conv(String in, String out, int group) {
        constants.put("w", Tensor.ofFloats(Shape.of(2, 2 / group, 3, 3), new float[36 / group]));
        return Node.of(
                out,
                "Conv",
                List.of(in, "w"),
                List.of(out),
                Map.of(
                        "kernel_shape", new long[] {3, 3},
                        "strides", new long[] {1, 1},
                        "pads", new long[] {1, 0, 2, 0},
                        "dilations", new long[] {1, 1},
                        "group", (long) group));
    }

    private Node gemm(Map<String, ?> attributes) {
        constants.put("w", Tensor.ofFloats(Shape.of(2, 2), 1, 2, 3, 4));
        constants.put("b", Tensor.ofFloats(Shape.of(2), 10, 20));
        return Node.of("y", "Gemm", List.of("x", "w", "b"), List.of("y"), attributes);
    }

    private Node pad(long... pads) {
        return Node.of("p", "Pad", List.of("x"), List.of("p"), Map.of("pads", pads, "mode", "constant"));
    }

    private List<Step> fuse(Shape shape, String output, Node... nodes) {
        shapes.put("x", shape);
        for (Node n : nodes) {
            shapes.putIfAbsent(n.output(), shape);
        }
        return FusedPlan.of(
                        new Graph(
                                "g",
                                List.of(new Graph.Value("x", shape)),
                                List.of(new Graph.Value(output, shape)),
                                List.of(nodes),
                                constants,
                                shapes),
                        1)
                .steps();
    }

    private static Step.Linear linear(List<Step> steps) {
        return (Step.Linear) steps.get(steps.size() - 1);
    }

    @Test
    void a_pad_of_zeros_becomes_the_window_s_own_side_by_side() {
        shapes.put("p", Shape.of(Shape.BATCH, 2, 14, 16));
        List<Step> steps = fuse(IMAGE, "c", pad(0, 0, 3, 4, 0, 0, 5, 6), conv("p", "c", 1));
        assertThat(steps).hasSize(1);
        Step.Window window = Objects.requireNonNull(linear(steps).window());
        assertThat(window.padsBegin()).containsExactly(1 + 3, 0 + 4);
        assertThat(window.padsEnd()).containsExactly(2 + 5, 0 + 6);
    }

    @Test
    void a_pad_that_somebody_else_reads_stays() {
        shapes.put("p", Shape.of(Shape.BATCH, 2, 6, 6));
        Node pad = pad(0, 0, 1, 1, 0, 0, 1, 1);
        Node other = Node.of("r", "Relu", List.of("p"), List.of("r"), Map.of());
        shapes.put("r", Shape.of(Shape.BATCH, 2, 6, 6));
        List<Step> steps = fuse(IMAGE, "c", pad, other, conv("p", "c", 1));
        assertThat(Objects.requireNonNull(linear(steps).window()).padsBegin()).containsExactly(1, 0);
        assertThat(steps).hasSize(3);
    }

    @Test
    void a_grouped_convolution_keeps_its_groups() {
        assertThat(linear(fuse(IMAGE, "c", conv("x", "c", 2))).group()).isEqualTo(2);
    }

    @Test
    void alpha_scales_the_product_and_beta_the_bias() {
        Step.Linear s = linear(fuse(ROW, "y", gemm(Map.of("alpha", 2f, "beta", 3f, "transB", 1L))));
        assertThat(s.scale()).containsExactly(2, 2);
        assertThat(s.bias()).containsExactly(30, 60);
    }

    @Test
    void weights_are_read_by_inputs_or_by_outputs_as_the_node_has_them() {
        assertThat(linear(fuse(ROW, "y", gemm(Map.of("transB", 1L)))).inputMajor())
                .isFalse();
        assertThat(linear(fuse(ROW, "y", gemm(Map.of("transB", 0L)))).inputMajor())
                .isTrue();
    }

    @Test
    void a_factor_behind_an_activation_is_not_taken_in_front_of_it() {
        constants.put("factor", Tensor.ofFloats(Shape.of(1, 2, 1, 1), 2, 3));
        Node relu = Node.of("r", "Relu", List.of("c"), List.of("r"), Map.of());
        Node mul = Node.of("m", "Mul", List.of("r", "factor"), List.of("m"), Map.of());
        List<Step> steps = fuse(IMAGE, "m", conv("x", "c", 1), relu, mul);
        Step.Linear first = (Step.Linear) steps.get(0);
        assertThat(first.scale()).isNull();
    }
}
