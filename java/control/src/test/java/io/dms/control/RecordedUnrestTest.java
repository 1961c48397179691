package io.dms.control;

import static org.assertj.core.api.Assertions.assertThat;

import io.dms.control.sim.Disturbance;
import io.dms.model.Profile;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

/** What the predictive controller promises under the unrest of a real machine, replayed; see {@link Recorded}. */
class RecordedUnrestTest {
    private static final Profile NET = Recorded.profile();
    /** Rates that take other frames of the recordings, as seeds do elsewhere. */
    private static final double[] RATES = {17, 20, 23, 26, 30, 34, 37, 41};

    private static List<Trial> trials(String text, List<Disturbance> script) {
        Goal goal = Goal.parse(text);
        List<Trial> out = new ArrayList<>();
        for (double fps : RATES) {
            out.add(new Trial(
                    Recorded.BOARD,
                    NET,
                    goal,
                    fps,
                    script,
                    Recorded.SECONDS,
                    1,
                    truth -> Controllers.predictive(NET, goal)));
        }
        return out;
    }

    @Test
    void levels_do_not_alternate_while_what_disturbs_stays_as_it_is() {
        for (String goal : List.of(Recorded.SECOND_LEVEL, Recorded.THIRD_LEVEL)) {
            for (Map.Entry<String, List<Disturbance>> script :
                    Recorded.steadyScripts().entrySet()) {
                for (Trial t : trials(goal, script.getValue())) {
                    assertThat(t.longestCycle())
                            .as("%s, %s", goal, script.getKey())
                            .isLessThanOrEqualTo(Dwell.MOST_CHANGES);
                }
            }
        }
    }

    @Test
    void at_most_one_frame_in_a_hundred_is_late_under_a_bound_that_some_level_can_keep() {
        Recorded.scripts().forEach((name, script) -> {
            for (Trial t : trials(Recorded.SECOND_LEVEL, script)) {
                assertThat(t.tally.missShare()).as(name).isLessThan(0.01);
            }
        });
    }

    @Test
    void it_is_more_accurate_than_the_narrowest_level_that_always_keeps_the_bound() {
        Recorded.scripts().forEach((name, script) -> {
            for (Trial t : trials(Recorded.SECOND_LEVEL, script)) {
                assertThat(t.tally.meanAccuracy()).as(name).isGreaterThan(Recorded.NARROWEST + 0.03);
            }
        });
    }

    @Test
    void over_a_whole_run_it_is_within_two_per_cent_of_the_most_accurate_fixed_level_of_each_part() {
        double[] rates = {26, 30, 34};
        for (String name : RecordedScript.NAMES) {
            double ratio = 0;
            double misses = 0;
            for (double fps : rates) {
                RecordedScript run = new RecordedScript(name, fps);
                ratio += run.accuracyOverOracle() / rates.length;
                misses += run.own.tally.missShare() / rates.length;
                assertThat(run.accuracyOverOracle()).as(name).isGreaterThan(0.975);
                assertThat(run.longestCycle()).as(name).isLessThanOrEqualTo(Dwell.MOST_CHANGES);
            }
            assertThat(ratio).as(name).isGreaterThan(0.98);
            assertThat(misses).as(name).isLessThan(0.01);
        }
    }
}
