package io.dms.model;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.List;
import java.util.Map;
import java.util.Objects;
import org.junit.jupiter.api.Test;

/** Levels of a model: the file's own, those made on the spot, and the normalisation that they carry. */
class ScalableModelTest {
    static ScalableModel model() {
        TestGraph g = new TestGraph();
        String x = g.input(-1, 3, 8, 8);
        x = g.relu("r1", g.conv("c1", x, 16, 1));
        x = g.relu("r2", g.conv("c2", x, 32, 1));
        Graph graph = g.done(g.gemm("fc", g.flatten("f", x), 10));
        ChannelGroups groups = GroupAnalysis.analyze(graph);
        WidthLevel full = WidthLevels.uniform(groups, 1);
        WidthLevel half = WidthLevels.uniform(groups, 0.5);
        float[] scale = new float[16];
        float[] shift = new float[16];
        for (int i = 0; i < 16; i++) {
            scale[i] = 1 + i;
            shift[i] = -i;
        }
        return new ScalableModel(
                "small",
                graph,
                groups,
                List.of(full, half.withNormalization(Map.of("c2", new Affine(scale, shift)))),
                Preprocessing.IMAGENET,
                Map.of("source", "test"));
    }

    @Test
    void theGraphOfALevelOfTheModelIsMadeOnceAndOfAnyOtherLevelEachTime() {
        ScalableModel model = model();
        WidthLevel level = model.full();
        assertThat(model.graphAt(level)).isSameAs(model.graphAt(level));
        WidthLevel other = level.withNormalization(level.normalization());
        assertThat(model.graphAt(other)).isNotSameAs(model.graphAt(level)).isNotSameAs(model.graphAt(other));
        assertThat(NetworkDigest.of(model, other)).isEqualTo(NetworkDigest.of(model, level));
    }

    @Test
    void aLevelOfTheFileIsFoundByItsWidth() {
        ScalableModel model = model();
        assertThat(model.level(0.5)).isSameAs(model.levels().get(1));
        assertThat(model.level(1)).isSameAs(model.full());
    }

    @Test
    void anyOtherWidthGetsALevelInsideTheNextWiderOneWithItsNormalization() {
        ScalableModel model = model();
        WidthLevel quarter = model.level(0.25);
        Affine affine = Objects.requireNonNull(quarter.normalization().get("c2"));
        assertThat(affine.scale()).containsExactly(1, 2, 3, 4, 5, 6, 7, 8);
        assertThat(affine.shift()).containsExactly(0, -1, -2, -3, -4, -5, -6, -7);
        assertThat(model.level(0.8).normalization()).isEmpty();
    }

    @Test
    void aLevelsNormalizationStandsBehindItsSite() {
        ScalableModel model = model();
        Graph half = model.graphAt(model.level(0.5));
        Node norm = Objects.requireNonNull(half.producer("c2.out"));
        assertThat(norm.op()).isEqualTo("BatchNormalization");
        assertThat(Objects.requireNonNull(half.initializer(norm.input(1))).floats())
                .startsWith(1, 2, 3);
        assertThat(half.shape("f.out")).isEqualTo(Shape.of(-1, 16 * 64));
        assertThat(Objects.requireNonNull(half.initializer("c2.w")).isView()).isTrue();
    }

    @Test
    void anExportedLevelIsDenseAndFolded() {
        ScalableModel model = model();
        Graph export = LevelExport.graph(model, model.level(0.5));
        assertThat(export.nodes()).noneMatch(n -> n.is("BatchNormalization"));
        assertThat(export.initializers().values()).noneMatch(Tensor::isView);
        float[] master =
                Objects.requireNonNull(model.graph().initializer("c2.w")).floats();
        float[] folded = Objects.requireNonNull(export.initializer("c2.w")).floats();
        assertThat(folded[0]).isEqualTo(master[0]);
        int row = 8 * 9;
        assertThat(folded[row]).as("second filter, scaled by 2").isEqualTo(2 * master[16 * 9]);
    }

    @Test
    void aLevelOfAnotherModelIsRefused() {
        WidthLevel foreign = new WidthLevel("0.50", 0.5, new int[] {1}, Map.of());
        assertThatThrownBy(() -> model().graphAt(foreign))
                .isInstanceOf(ModelException.class)
                .hasMessageContaining("belongs to another model");
    }

    @Test
    void aNormalizationOfTheWrongLengthIsRefusedWithItsSite() {
        ScalableModel model = model();
        WidthLevel wrong = model.level(0.5).withNormalization(Map.of("c2", new Affine(new float[3], new float[3])));
        assertThatThrownBy(() -> model.graphAt(wrong))
                .isInstanceOf(ModelException.class)
                .hasMessageContaining("c2")
                .hasMessageContaining("3 channels");
    }
}
