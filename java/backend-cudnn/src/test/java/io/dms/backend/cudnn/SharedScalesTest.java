package io.dms.backend.cudnn;

import static org.assertj.core.api.Assertions.assertThat;

import io.dms.model.Affine;
import io.dms.model.ChannelGroups;
import io.dms.model.Graph;
import io.dms.model.GroupAnalysis;
import io.dms.model.ScalableModel;
import io.dms.model.Shape;
import io.dms.model.Tensor;
import io.dms.model.WidthLevel;
import io.dms.model.WidthLevels;
import io.dms.runtime.FusedPlan;
import io.dms.runtime.Step;
import io.dms.testkit.Networks;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.stream.DoubleStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

class SharedScalesTest {
    private final Graph graph =
            Objects.requireNonNull(Networks.generators().get("residual")).apply(5);
    private final ChannelGroups groups = GroupAnalysis.analyze(graph);
    private final List<WidthLevel> levels = DoubleStream.of(1, 0.6, 0.3)
            .mapToObj(w -> WidthLevels.uniform(groups, w))
            .toList();

    private static Stream<Step.Linear> scaled(ScalableModel m, WidthLevel level) {
        return FusedPlan.of(m.graphAt(level), 1).steps().stream()
                .filter(s -> s instanceof Step.Linear l && l.scale() != null)
                .map(Step.Linear.class::cast);
    }

    @Test
    void everyLevelHasAPartOfTheFullWidthsScale() {
        ScalableModel m = new ScalableModel("m", graph, groups, levels, null, Map.of());
        SharedScales shared = new SharedScales(m, 1);
        for (WidthLevel level : levels) {
            assertThat(scaled(m, level)).isNotEmpty().allSatisfy(s -> {
                float[] all = Objects.requireNonNull(shared.of(s));
                float[] own = Objects.requireNonNull(s.scale());
                int[] kept = s.weights().cut(0).indices();
                for (int i = 0; i < kept.length; i++) {
                    assertThat(own[i]).isEqualTo(all[kept[i]]);
                }
            });
        }
    }

    /** The weights would be there twice. */
    @Test
    void whereOneLevelHasANormalisationOfItsOwnNothingIsShared() {
        ScalableModel plain = new ScalableModel("m", graph, groups, levels, null, Map.of());
        Step.Linear first = scaled(plain, levels.get(1)).findFirst().orElseThrow();
        int n = Objects.requireNonNull(first.scale()).length;
        String site = graph.nodes().stream()
                .filter(x -> x.op().equals("BatchNormalization"))
                .findFirst()
                .orElseThrow()
                .name();
        WidthLevel own = levels.get(1).withNormalization(Map.of(site, new Affine(new float[n], new float[n])));
        ScalableModel m = new ScalableModel("m", graph, groups, List.of(levels.get(0), own), null, Map.of());
        SharedScales shared = new SharedScales(m, 1);
        assertThat(scaled(m, levels.get(0))).isNotEmpty().allMatch(s -> shared.of(s) == null);
        // A level from outside, whose scale is another, reads the weights as they are in the file.
        SharedScales others = new SharedScales(plain, 1);
        assertThat(scaled(m, own)).anyMatch(s -> others.of(s) == null).anyMatch(s -> others.of(s) != null);
    }

    @Test
    void theSharedCopyIsMultipliedAlongItsAxis() {
        Tensor t = Tensor.ofFloats(Shape.of(2, 3), 1, 2, 3, 4, 5, 6);
        assertThat(written(new Content.Master(t, false, null, 0))).containsExactly(1, 2, 3, 4, 5, 6);
        assertThat(written(new Content.Master(t, false, new float[] {10, 2}, 0)))
                .containsExactly(10, 20, 30, 8, 10, 12);
        assertThat(written(new Content.Master(t, false, new float[] {1, 0, 2}, 1)))
                .containsExactly(1, 0, 6, 4, 0, 12);
        assertThat(written(new Content.Master(t, true, new float[] {10, 2}, 0))).containsExactly(10, 20, 30, 8, 10, 12);
        assertThat(new Content.Master(t, false, new float[] {10, 2}, 0).key())
                .isEqualTo(new Content.Master(t, false, new float[] {10, 2}, 0).key())
                .isNotEqualTo(new Content.Master(t, false, new float[] {10, 3}, 0).key())
                .isNotEqualTo(new Content.Master(t, true, new float[] {10, 2}, 0).key())
                .isNotEqualTo(new Content.Master(t, false, null, 0).key());
    }

    private static float[] written(Content.Master m) {
        ByteBuffer to = ByteBuffer.allocate((int) m.bytes()).order(ByteOrder.nativeOrder());
        m.write(to);
        float[] values = new float[6];
        for (int i = 0; i < values.length; i++) {
            values[i] = m.half() ? Half.toFloat(to.getShort(2 * i)) : to.getFloat(4 * i);
        }
        return values;
    }
}
