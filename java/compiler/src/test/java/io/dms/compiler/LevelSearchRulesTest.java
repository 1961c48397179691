package io.dms.compiler;

import static org.assertj.core.api.Assertions.assertThat;

import io.dms.model.ChannelGroups;
import io.dms.model.Graph;
import io.dms.model.GroupAnalysis;
import io.dms.model.Preprocessing;
import io.dms.model.ScalableModel;
import io.dms.model.WidthLevel;
import io.dms.model.WidthLevels;
import io.dms.testkit.Filter;
import io.dms.testkit.GraphBuilder;
import java.util.List;
import java.util.Map;
import java.util.function.ToDoubleBiFunction;
import java.util.function.ToDoubleFunction;
import org.junit.jupiter.api.Test;

/**
 * What a search of levels promises, on machines and networks of which time and loss are made up by formulas of the
 * channel counts, so that the right answer is known. The graph has two groups, the first of {@value #FIRST} channels.
 */
class LevelSearchRulesTest {
    private static final int FIRST = 4096;
    private static final int SECOND = 16;
    private static final int ROUND_TO = 8;

    private final Graph graph = graph();
    private final ChannelGroups groups = GroupAnalysis.analyze(graph);

    private static Graph graph() {
        GraphBuilder b = new GraphBuilder("two", 1);
        String x = b.conv(b.input("x", 1, 2, 2), FIRST, Filter.of(1));
        b.output(b.conv(b.conv(x, SECOND, Filter.of(1)), 8, Filter.of(1)));
        return b.build();
    }

    /** @param millis of counts, and of how many rounds they are timed */
    private SearchedLevel search(
            double budget, ToDoubleBiFunction<int[], Integer> millis, ToDoubleFunction<int[]> loss) {
        List<WidthLevel> uniform =
                List.of(WidthLevels.uniform(groups, 1, ROUND_TO), WidthLevels.uniform(groups, 0.5, ROUND_TO));
        ScalableModel model = new ScalableModel("net", graph, groups, uniform, Preprocessing.IMAGENET, Map.of());
        LevelSearch.Timing timing = (levels, rounds) -> levels.stream()
                .mapToDouble(l -> millis.applyAsDouble(l.counts(), rounds))
                .toArray();
        Candidates.Losses losses = levels ->
                levels.stream().mapToDouble(l -> loss.applyAsDouble(l.counts())).toArray();
        return new LevelSearch(
                        model,
                        ROUND_TO,
                        new SearchOptions(1, List.of(budget), 1),
                        timing,
                        losses,
                        CompileListener.SILENT)
                .search(uniform)
                .get(1);
    }

    private int first() {
        return groups.groups().get(0).size() == FIRST ? 0 : 1;
    }

    private static int cut(int[] counts, int group, int size) {
        return size - counts[group];
    }

    @Test
    void a_saving_too_small_to_be_told_from_noise_cuts_no_channel() {
        int a = first();
        // All that the first group may lose saves half a per cent, and is lost for nothing.
        SearchedLevel found = search(
                70,
                (c, rounds) -> 100 - 0.5 * cut(c, a, FIRST) / FIRST - 5 * cut(c, 1 - a, SECOND),
                c -> cut(c, 1 - a, SECOND));
        assertThat(found.level().count(a)).isEqualTo(FIRST);
    }

    @Test
    void channels_that_a_later_cut_makes_room_for_are_all_put_back() {
        int a = first();
        // Far more steps than trades may take. The first group's channels are the cheaper cut, and do not suffice; the
        // second's saves more than is needed.
        SearchedLevel found = search(
                70,
                (c, rounds) -> 100 - 25.0 * cut(c, a, FIRST) / FIRST - (c[1 - a] < SECOND ? 30 : 0),
                c -> 1.0 * cut(c, a, FIRST) / FIRST + (c[1 - a] < SECOND ? 10 : 0));
        assertThat(found.level().count(a)).isEqualTo(FIRST);
        assertThat(found.millis()).isLessThanOrEqualTo(70);
    }

    @Test
    void a_level_that_the_longest_timing_finds_too_slow_is_cut_further() {
        int a = first();
        SearchedLevel found = search(
                70,
                (c, rounds) -> (rounds > 100 ? 1.2 : 1) * (100 - 80.0 * cut(c, a, FIRST) / FIRST),
                c -> cut(c, a, FIRST));
        assertThat(found.millis()).isBetween(60.0, 70.7);
    }
}
