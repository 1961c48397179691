package io.dms.model;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

class ModelDigestTest {
    private static ScalableModel model(String name, float weight) {
        Graph graph = new Graph(
                name,
                List.of(new Graph.Value("x", Shape.of(1, 1))),
                List.of(new Graph.Value("y", Shape.of(1, 1))),
                List.of(Node.of("add", "Add", List.of("x", "w"), List.of("y"), Map.of())),
                Map.of("w", Tensor.ofFloats(Shape.of(1, 1), weight)),
                Map.of("x", Shape.of(1, 1), "y", Shape.of(1, 1)));
        return ScalableModel.plain(graph);
    }

    @Test
    void a_renamed_model_keeps_its_digest() {
        assertThat(ModelDigest.of(model("a", 1))).matches("[0-9a-f]{64}").isEqualTo(ModelDigest.of(model("b", 1)));
    }

    @Test
    void another_weight_or_level_gives_another_digest() {
        ScalableModel one = model("a", 1);
        ScalableModel levels = new ScalableModel(
                "a",
                one.graph(),
                one.groups(),
                List.of(one.full(), new WidthLevel("0.50", 0.5, new int[0], Map.of())),
                null,
                Map.of());
        assertThat(ModelDigest.of(one))
                .isNotEqualTo(ModelDigest.of(model("a", 2)))
                .isNotEqualTo(ModelDigest.of(levels));
    }
}
