package io.dms.control;

import static org.assertj.core.api.Assertions.assertThat;

import io.dms.model.Profile;
import java.util.List;
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

    private static Drive.Stream switching(double millis) {
        Profile net = Drive.switching(millis);
        return new Drive.Stream(Controllers.predictive(net, GOAL), net, 1);
    }

    @Test
    void what_a_change_of_level_costs_is_not_taken_for_a_slower_board() {
        Drive.Stream s = switching(9);
        s.frames(60, 1.7, 0.01);
        assertThat(s.level).isEqualTo(3);
        for (int i = 0; i < 40; i++) {
            s.frame(1, 0.01);
            assertThat(((PredictiveController) s.controller).slowdown()).isLessThan(1.75);
        }
        assertThat(((PredictiveController) s.controller).slowdown()).isBetween(0.97, 1.03);
    }

    @Test
    void a_change_for_the_better_is_not_made_where_it_would_make_its_own_frame_late() {
        Drive.Stream cheap = switching(2);
        Drive.Stream dear = switching(10);
        for (Drive.Stream s : List.of(cheap, dear)) {
            s.frames(60, 1.4, 0.01);
            assertThat(s.level).isEqualTo(2);
            s.frames(300, 1, 0.01);
        }
        assertThat(cheap.level).as("28 ms and 2 of 33").isEqualTo(1);
        assertThat(dear.level).as("28 ms and 10 of 33").isEqualTo(2);
    }

    @Test
    void a_change_that_makes_one_frame_late_is_made_where_all_would_be_late_without_it() {
        Drive.Stream s = switching(40);
        s.frames(60, 1, 0.01);
        assertThat(s.level).isEqualTo(1);
        s.frames(30, 1.5, 0.01);
        assertThat(s.level).as("42 ms at the level of before, 28 at the next").isEqualTo(2);
    }

    @Test
    void of_the_levels_that_help_the_one_whose_change_is_in_time_too_comes_first_as_far_as_it_may_be_chosen() {
        for (int narrowest = 2; narrowest <= 3; narrowest++) {
            Drive.Stream s = switching(16);
            s.controller.bound(0, narrowest);
            s.frames(60, 1, 0.01);
            assertThat(s.level).isEqualTo(1);
            for (int i = 0; s.level == 1 && i < 30; i++) {
                s.frame(1.3, 0.01);
            }
            assertThat(s.level)
                    .as("25 ms and 16 of 33 are late, 16 and 16 are not")
                    .isEqualTo(narrowest);
        }
    }

    @Test
    void a_frame_that_waited_is_no_reason_for_a_change_that_would_make_it_later() {
        Drive.Stream s = switching(40);
        s.frames(60, 1, 0.01);
        assertThat(s.level).isEqualTo(1);
        assertThat(s.controller.choose(s.moment.frame(s.now + 18_000_000, s.now, 0)))
                .isEqualTo(1);
    }

    @Test
    void a_bound_for_every_frame_asks_for_no_more_than_one_late_in_a_thousand() {
        Drive.Stream s = new Drive.Stream(Controllers.predictive(NET, Goal.parse("latency<=33ms")), NET, 1);
        int wide = 0;
        for (int i = 0; i < 2000; i++) {
            wide += s.frame(1, 0.04) == 1 ? 1 : 0;
        }
        assertThat(wide)
                .as("frames at 28 ms, whose deviation of 4 %% leaves room")
                .isGreaterThan(1500);
    }

    @Test
    void energy_spent_above_the_bound_is_paid_back() {
        Goal goal = Goal.parse("p95<=60ms energy<=300mJ");
        Drive.Stream s = new Drive.Stream(Controllers.predictive(NET, goal), NET, 1);
        assertThat(s.frames(50, 1, 0.01)).isEqualTo(1);
        for (int i = 0; i < 40; i++) {
            s.controller.observe(s.outcome.set(1, s.now, s.now, s.now + 28_000_000, 0.45, false));
        }
        assertThat(s.frames(20, 1, 0.01)).isEqualTo(2);
        assertThat(s.frames(400, 1, 0.01)).isEqualTo(1);
    }

    @Test
    void a_level_that_has_worked_again_is_as_good_as_new() {
        Drive.Stream s = new Drive.Stream(Controllers.predictive(NET, GOAL), NET, 1);
        int[] out = new int[2];
        for (int failure = 0; failure < 2; failure++) {
            s.frames(400, 1, 0.01);
            assertThat(s.level).isEqualTo(1);
            s.controller.observe(s.outcome.set(1, s.now, s.now, s.now + 1000, Double.NaN, true));
            while (s.frame(1, 0.01) != 1) {
                out[failure]++;
            }
        }
        assertThat(out[1]).isEqualTo(out[0]);
    }
}
