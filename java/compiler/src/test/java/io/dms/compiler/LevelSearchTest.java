package io.dms.compiler;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.dms.compiler.data.ImageSample;
import io.dms.model.ChannelGroups;
import io.dms.model.Graph;
import io.dms.model.GroupAnalysis;
import io.dms.model.ModelCosts;
import io.dms.model.Preprocessing;
import io.dms.model.ScalableModel;
import io.dms.model.Shape;
import io.dms.model.UserException;
import io.dms.model.WidthLevel;
import io.dms.model.WidthLevels;
import io.dms.testkit.Networks;
import io.dms.testkit.ReferenceBackend;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;

class LevelSearchTest {
    private static final int ROUND_TO = 4;

    /** A small one, since a search runs it many times: four groups of 8 or 16 channels on 8 x 8 pixels. */
    private final Graph graph = Networks.residual(25);

    private final ChannelGroups groups = GroupAnalysis.analyze(graph);
    private final List<WidthLevel> uniform = List.of(
            WidthLevels.uniform(groups, 1, ROUND_TO),
            WidthLevels.uniform(groups, 0.75, ROUND_TO),
            WidthLevels.uniform(groups, 0.5, ROUND_TO));
    private final ScalableModel model =
            new ScalableModel("net", graph, groups, uniform, Preprocessing.IMAGENET, Map.of());

    /** A machine on which a level takes as long as it has operations. */
    private double[] byOperations(List<WidthLevel> levels, int rounds) {
        return levels.stream()
                .mapToDouble(l -> ModelCosts.macs(model.graphAt(l.withNormalization(Map.of()))) * 1e-6)
                .toArray();
    }

    private List<SearchedLevel> search(SearchOptions options, LevelSearch.Timing timing) {
        return search(options, timing, CompileListener.SILENT);
    }

    private List<SearchedLevel> search(SearchOptions options, LevelSearch.Timing timing, CompileListener listener) {
        Shape in = graph.inputs().get(0).shape();
        ImageSample sample =
                ImageSample.draw(new SmallImages(3, 0, in.dim(3), in.dim(2)), 3, 0, Preprocessing.IMAGENET);
        Candidates.Losses losses = Candidates.measured(model, new ReferenceBackend(), sample.first(options.images()));
        return new LevelSearch(model, ROUND_TO, options, timing, losses, listener).search(uniform);
    }

    @Test
    void a_searched_level_is_as_fast_as_the_uniform_one_and_nearer_to_full_width() {
        List<SearchedLevel> found = search(SearchOptions.DEFAULT, this::byOperations);
        WidthLevels.checkNested(groups, found.stream().map(SearchedLevel::level).toList());
        assertThat(found).hasSize(3);
        for (SearchedLevel l : found.subList(1, 3)) {
            assertThat(l.millis()).as("%s", l).isLessThanOrEqualTo(l.uniformMillis());
            assertThat(l.loss()).as("%s", l).isLessThan(l.uniformLoss());
        }
        assertThat(found.get(2).level().name()).isEqualTo("0.50");
    }

    @Test
    void a_budget_in_milliseconds_is_kept() {
        double full = byOperations(uniform.subList(0, 1), 1)[0];
        List<SearchedLevel> found =
                search(new SearchOptions(6, List.of(0.8 * full, 0.6 * full), 1), this::byOperations);
        assertThat(found.get(1).millis()).isBetween(0.5 * full, 0.8 * full);
        assertThat(found.get(2).millis()).isBetween(0.3 * full, 0.6 * full);
    }

    @Test
    void channels_that_save_no_time_are_kept() {
        int free = firstFree();
        LevelSearch.Timing timing = (levels, rounds) -> {
            List<WidthLevel> wide = levels.stream()
                    .map(l -> {
                        int[] counts = l.counts();
                        counts[free] = groups.groups().get(free).size();
                        return new WidthLevel(l.name(), l.width(), counts, Map.of());
                    })
                    .toList();
            return byOperations(wide, rounds);
        };
        List<SearchedLevel> found = search(SearchOptions.DEFAULT, timing);
        assertThat(found.get(2).level().count(free))
                .isEqualTo(groups.groups().get(free).size());
    }

    @Test
    void no_level_loses_more_than_the_uniform_one_where_time_comes_in_blocks_of_channels() {
        LevelSearch.Timing inBlocks = (levels, rounds) -> byOperations(
                levels.stream()
                        .map(l -> {
                            int[] counts = l.counts();
                            for (int g = 0; g < counts.length; g++) {
                                int blocks = (counts[g] + 3) / 4;
                                counts[g] = Math.min(groups.groups().get(g).size(), 4 * blocks);
                            }
                            return new WidthLevel(l.name(), l.width(), counts, Map.of());
                        })
                        .toList(),
                rounds);
        for (SearchedLevel l : search(SearchOptions.DEFAULT, inBlocks).subList(1, 3)) {
            assertThat(l.millis()).as("%s", l).isLessThanOrEqualTo(l.uniformMillis());
            assertThat(l.loss()).as("%s", l).isLessThanOrEqualTo(l.uniformLoss());
        }
    }

    @Test
    void whoeverListensMayEndTheSearchBeforeAnyMeasurement() {
        AtomicInteger told = new AtomicInteger();
        AtomicInteger timed = new AtomicInteger();
        List<Long> bar = new ArrayList<>();
        search(
                SearchOptions.DEFAULT,
                (levels, rounds) -> {
                    assertThat(told.getAndSet(0))
                            .as("asked since the last measurement")
                            .isPositive();
                    timed.incrementAndGet();
                    return byOperations(levels, rounds);
                },
                (stage, done, total) -> {
                    told.incrementAndGet();
                    if (stage.equals("search 0.50")) {
                        bar.add(done);
                    }
                });
        assertThat(timed.get()).isGreaterThan(20);
        assertThat(bar).isSorted().endsWith(100L);
    }

    private int firstFree() {
        int g = 0;
        while (groups.groups().get(g).frozen()) {
            g++;
        }
        return g;
    }

    @Test
    void a_budget_that_no_cut_reaches_ends_at_the_narrowest_level_and_a_warning() {
        List<SearchedLevel> found = search(new SearchOptions(6, List.of(2.0, 1e-9), 1), this::byOperations);
        assertThat(SearchedLevels.warnings(found, new SearchOptions(6, List.of(2.0, 1e-9), 1)))
                .singleElement()
                .asString()
                .contains("0.50");
        for (int g = 0; g < groups.groups().size(); g++) {
            if (!groups.groups().get(g).frozen()) {
                assertThat(found.get(2).level().count(g)).isLessThanOrEqualTo(ROUND_TO);
            }
        }
    }

    @Test
    void budgets_must_fall_and_be_as_many_as_levels() {
        assertThatThrownBy(() -> search(new SearchOptions(6, List.of(1.0), 1), this::byOperations))
                .isInstanceOf(UserException.class)
                .hasMessageContaining("2 levels");
        assertThatThrownBy(() -> new SearchOptions(6, List.of(1.0, 2.0), 1)).isInstanceOf(UserException.class);
    }

    @Test
    void a_level_that_cuts_nothing_loses_nothing_and_a_narrower_one_more() {
        Shape in = graph.inputs().get(0).shape();
        ImageSample sample =
                ImageSample.draw(new SmallImages(3, 0, in.dim(3), in.dim(2)), 3, 0, Preprocessing.IMAGENET);
        double[] losses = Calibration.losses(model, new ReferenceBackend(), sample);
        assertThat(losses[0]).isZero();
        assertThat(losses[1]).isPositive();
        assertThat(losses[2]).isGreaterThan(losses[1]);
        assertThat(Arrays.stream(losses).allMatch(Double::isFinite)).isTrue();
    }

    @Test
    void the_clock_of_a_backend_tells_a_time_for_each_level() {
        double[] times = new LevelTimer(model, new ReferenceBackend(), 1).millis(uniform, 4);
        assertThat(times).hasSize(3);
        assertThat(Arrays.stream(times).allMatch(t -> t > 0)).isTrue();
    }
}
