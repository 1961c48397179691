package io.dms.testkit;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.dms.model.Graph;
import io.dms.model.GraphSplit;
import io.dms.model.GroupAnalysis;
import io.dms.model.ScalableModel;
import io.dms.model.UserException;
import io.dms.model.WidthLevel;
import io.dms.model.WidthLevels;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Random;
import org.junit.jupiter.api.Test;

/** Trunk and rest, one after the other, are the whole: generated networks of every kind. */
class SplitPropertiesTest {
    private static final int SEEDS = 70;
    private static final int BATCH = 2;

    @Test
    void trunkAndRestGiveWhatTheWholeGivesAtEveryLevelAndBoundary() {
        int splits = 0;
        for (int seed = 0; seed < SEEDS; seed++) {
            ScalableModel model = model(seed);
            Random random = new Random(seed);
            List<float[]> inputs = TestData.inputs(model.graph(), BATCH, random);
            List<String> boundaries = GraphSplit.boundaries(model.graph());
            for (int i = random.nextInt(3); i < boundaries.size(); i += 3) {
                GraphSplit split = GraphSplit.at(model.graph(), boundaries.get(i));
                ScalableModel trunk = split.trunk(model);
                ScalableModel rest = split.rest(model);
                for (int l = 0; l < model.levels().size(); l++) {
                    Graph whole = model.graphAt(model.levels().get(l));
                    Map<String, float[]> want = ReferenceBackend.evaluate(whole, inputs, BATCH);
                    Graph first = trunk.graphAt(trunk.levels().get(l));
                    float[] between = Objects.requireNonNull(
                            ReferenceBackend.evaluate(first, inputs, BATCH).get(split.tensor()));
                    Graph second = rest.graphAt(rest.levels().get(l));
                    assertThat(between.length).isEqualTo((int)
                            first.outputs().get(0).shape().withBatch(BATCH).elements());
                    Map<String, float[]> got = ReferenceBackend.evaluate(second, List.of(between), BATCH);
                    for (Graph.Value v : whole.outputs()) {
                        assertThat(got.get(v.name()))
                                .as("%s cut at %s, level %d", model.name(), split.tensor(), l)
                                .isEqualTo(want.get(v.name()));
                    }
                    splits++;
                }
            }
        }
        assertThat(splits).as("cuts that were tried").isGreaterThan(200);
    }

    @Test
    void whatANetworkEndsWithIsFoundAndNothingElseIsCut() {
        Graph graph = Networks.residual(1);
        String features = GraphSplit.features(graph);
        assertThat(GraphSplit.boundaries(graph))
                .contains(features)
                .doesNotContain(graph.outputs().get(0).name());
        String inside = graph.nodes().stream()
                .filter(n -> n.is("Add"))
                .map(n -> n.input(0))
                .filter(t -> graph.producer(t) != null)
                .findFirst()
                .orElseThrow();
        assertThatThrownBy(() -> GraphSplit.at(graph, inside))
                .isInstanceOf(UserException.class)
                .hasMessageContaining("also reads");
        assertThatThrownBy(() -> GraphSplit.at(graph, "nowhere"))
                .isInstanceOf(UserException.class)
                .hasMessageContaining("nowhere");
        assertThatThrownBy(() -> GraphSplit.features(Networks.detector(1))).isInstanceOf(UserException.class);
    }

    private static ScalableModel model(long seed) {
        Graph graph = Networks.any(seed);
        var groups = GroupAnalysis.analyze(graph);
        List<WidthLevel> levels = new ArrayList<>();
        for (double width : new double[] {1, 0.5, 0.25}) {
            levels.add(WidthLevels.uniform(groups, width, 1));
        }
        return new ScalableModel(graph.name(), graph, groups, levels, null, Map.of());
    }
}
