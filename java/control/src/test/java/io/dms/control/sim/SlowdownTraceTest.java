package io.dms.control.sim;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import io.dms.control.Goal;
import io.dms.model.Profile;
import io.dms.model.UserException;
import java.util.List;
import org.junit.jupiter.api.Test;

class SlowdownTraceTest {
    private static final BoardModel BOARD = Boards.processor(2);
    private static final Profile NET = ModelProfiles.resnet50(BOARD, 20);
    private static final double MEDIAN = NET.levels().get(1).latency().p50();

    private static List<Double> factors(double fps, Disturbance... script) {
        Recorder r = new Recorder();
        Scenario.on(BOARD)
                .seconds(2)
                .application(Application.of("a", NET, Goal.NONE, fps, truth -> new Still(1)))
                .disturb(List.of(script))
                .watch(r)
                .build()
                .run();
        return r.frames().stream()
                .map(f -> (f.endNanos() - f.startNanos()) * 1e-6 / MEDIAN)
                .toList();
    }

    @Test
    void each_frame_takes_as_many_times_as_long_as_the_recorded_one_of_its_time_and_has_no_other_noise() {
        SlowdownTrace trace = SlowdownTrace.of(10, 1, 1.5, 2);
        List<Double> got = factors(10, Disturbance.replay(0, 2, trace, 0));
        assertThat(got).hasSizeGreaterThan(18);
        for (int i = 0; i < got.size(); i++) {
            assertThat(got.get(i)).isCloseTo(1 + 0.5 * (i % 3), within(0.01));
        }
        assertThat(factors(10, Disturbance.replay(0, 2, trace, 0.1)).get(0)).isCloseTo(1.5, within(0.01));
    }

    @Test
    void behind_the_end_of_a_replay_there_is_the_noise_of_before() {
        List<Double> got = factors(10, Disturbance.replay(0, 1, SlowdownTrace.of(10, 3), 0));
        assertThat(got.subList(0, 9)).allMatch(f -> Math.abs(f - 3) < 0.01);
        assertThat(got.subList(11, 18)).allMatch(f -> f < 1.5);
    }

    @Test
    void other_disturbances_multiply_it() {
        assertThat(factors(10, Disturbance.replay(0, 2, SlowdownTrace.of(10, 1.2), 0), Disturbance.slow(0, 2, 2))
                        .get(3))
                .isCloseTo(2.4, within(0.01));
    }

    @Test
    void a_trace_is_read_from_text_and_cut() {
        SlowdownTrace trace = SlowdownTrace.parse(2, "# how it was made\n1.0 1.1\n\n  1.2 1.3\n");
        assertThat(trace.seconds()).isEqualTo(2);
        assertThat(trace.at(0)).isEqualTo(1);
        assertThat(trace.at(1_600_000_000L)).isEqualTo(1.3);
        assertThat(trace.at(2_100_000_000L)).isEqualTo(1);
        assertThat(trace.between(0.5, 1.5).seconds()).isEqualTo(1);
        assertThat(trace.between(0.5, 1.5).at(0)).isEqualTo(1.1);
    }

    @Test
    void what_is_no_trace_is_refused_with_what_is_wrong() {
        assertThatThrownBy(() -> SlowdownTrace.parse(30, "1.0\n1.0 fast"))
                .isInstanceOf(UserException.class)
                .hasMessageContaining("line 2")
                .hasMessageContaining("\"fast\"");
        assertThatThrownBy(() -> SlowdownTrace.parse(30, "# nothing")).isInstanceOf(UserException.class);
        assertThatThrownBy(() -> SlowdownTrace.of(30, 1, -1)).isInstanceOf(UserException.class);
        assertThatThrownBy(() -> SlowdownTrace.of(0, 1)).isInstanceOf(UserException.class);
        assertThatThrownBy(() -> SlowdownTrace.of(30, 1).between(0, 5))
                .isInstanceOf(UserException.class)
                .hasMessageContaining("no stretch");
    }
}
