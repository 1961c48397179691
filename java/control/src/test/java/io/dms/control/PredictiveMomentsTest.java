package io.dms.control;

import static org.assertj.core.api.Assertions.assertThat;

import io.dms.model.Profile;
import org.junit.jupiter.api.Test;

/** What the controller that predicts makes of a single moment: a board that throttles, a late frame. */
class PredictiveMomentsTest {
    private static final Profile NET = Drive.profile();
    private static final Goal GOAL = Goal.parse("p95<=33ms");

    @Test
    void a_board_that_says_it_is_throttled_is_believed_before_any_frame_shows_it() {
        Drive.Stream s = new Drive.Stream(Controllers.predictive(NET, GOAL), NET, 1);
        assertThat(s.frames(100, 1, 0.03)).isEqualTo(1);
        Moment throttled = s.moment.frame(s.now, s.now, 0).board(Double.NaN, Double.NaN, true);
        assertThat(s.controller.choose(throttled)).isGreaterThan(1);
    }

    @Test
    void a_goal_that_a_single_late_frame_breaks_is_not_said_to_be_out_of_reach() {
        Controller c = Controllers.predictive(NET, GOAL);
        Moment late = new Moment();
        c.choose(late.frame(200_000_000, 100_000_000, 0));
        assertThat(c.status()).isEqualTo(GoalStatus.KEPT);
        for (int i = 0; i < 20; i++) {
            c.choose(late.frame(200_000_000, 100_000_000, 0));
        }
        assertThat(c.status()).isNotEqualTo(GoalStatus.KEPT);
    }
}
