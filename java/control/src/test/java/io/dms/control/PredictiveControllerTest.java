package io.dms.control;

import static org.assertj.core.api.Assertions.assertThat;

import io.dms.model.Profile;
import io.dms.model.ProfileFit;
import io.dms.monitor.MonitorEvent;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;

class PredictiveControllerTest {
    private static final Profile NET = Drive.profile();
    private static final Goal GOAL = Goal.parse("p95<=33ms");

    private static Drive.Stream stream(Goal goal) {
        return new Drive.Stream(Controllers.predictive(NET, goal), NET, 1);
    }

    private static MonitorEvent event(MonitorEvent.Kind kind, String subject, double before, double after) {
        return new MonitorEvent(kind, 0, subject, before, after, "");
    }

    @Test
    void starts_at_the_widest_level_that_keeps_the_bound_by_the_profile() {
        assertThat(stream(GOAL).frame(1, 0)).isEqualTo(1);
        assertThat(stream(Goal.parse("p95<=60ms")).frame(1, 0)).isZero();
        assertThat(stream(Goal.NONE).frame(1, 0)).isZero();
    }

    @Test
    void one_frame_far_too_long_makes_the_next_one_careful_and_two_are_a_step() {
        Drive.Stream s = stream(GOAL);
        s.frames(100, 1, 0.03);
        assertThat(s.frame(1.5, 0)).isEqualTo(1);
        assertThat(s.frame(1.5, 0)).isGreaterThan(1);
        assertThat(s.frame(1.5, 0)).isGreaterThan(1);
        assertThat(s.frames(20, 1.5, 0.03)).isEqualTo(2);
    }

    @Test
    void a_step_down_is_followed_within_six_frames() {
        Drive.Stream s = stream(GOAL);
        s.frames(100, 1.5, 0.03);
        assertThat(s.level).isEqualTo(2);
        assertThat(s.frames(6, 1, 0.03)).isEqualTo(1);
    }

    @Test
    void outliers_that_stay_alone_stop_being_answered() {
        Drive.Stream s = stream(GOAL);
        int[] answers = new int[2];
        for (int i = 0; i < 40; i++) {
            s.frames(120, 1, 0.03);
            s.frame(1.5, 0);
            answers[i < 8 ? 0 : 1] += s.frame(1, 0) > 1 ? 1 : 0;
        }
        assertThat(answers[0]).isPositive();
        assertThat(answers[1]).isLessThanOrEqualTo(2);
        assertThat(s.level).isEqualTo(1);
    }

    @Test
    void time_that_a_frame_waited_is_gone_from_its_time() {
        Controller c = Controllers.predictive(NET, GOAL);
        Moment m = new Moment();
        assertThat(c.choose(m.frame(100_000_000, 100_000_000, 0))).isEqualTo(1);
        assertThat(c.choose(m.frame(200_000_000, 190_000_000, 0))).isEqualTo(2);
        assertThat(c.choose(m.frame(300_000_000, 282_000_000, 0))).isEqualTo(3);
    }

    @Test
    void a_capped_clock_and_another_power_mode_are_answered_before_any_frame_shows_them() {
        for (MonitorEvent e : List.of(
                event(MonitorEvent.Kind.CLOCK_CAPPED, "gpu", 1e9, 5e8),
                event(MonitorEvent.Kind.POWER_MODE_CHANGED, "HALF", 0, 1),
                event(MonitorEvent.Kind.THROTTLE_BEGAN, "gpu", 1e9, Double.NaN))) {
            Drive.Stream s = stream(GOAL);
            s.frames(100, 1, 0.03);
            s.controller.on(e);
            assertThat(s.frame(1.8, 0.03)).as("%s", e).isGreaterThan(1);
        }
    }

    @Test
    void the_share_of_the_clock_is_applied_once_though_event_latency_and_reading_all_tell_of_it() {
        Drive.Stream s = stream(GOAL);
        for (int i = 0; i < 50; i++) {
            s.frame(1, 0.03, 1);
        }
        s.controller.on(event(MonitorEvent.Kind.CLOCK_CAPPED, "gpu", 1e9, 5e8));
        for (int i = 0; i < 5; i++) {
            s.frame(1.8, 0.03, 1);
        }
        for (int i = 0; i < 5; i++) {
            assertThat(s.frame(1.8, 0.03, 0.5)).isEqualTo(3 - (36 * 0.95 < 33 ? 1 : 0));
        }
        assertThat(((PredictiveController) s.controller).slowdown()).isBetween(1.7, 1.9);
    }

    @Test
    void a_monitor_that_lies_is_outvoted_by_latency_and_loses_its_say() {
        Drive.Stream s = stream(GOAL);
        s.frames(50, 1, 0.03);
        int narrow = 0;
        for (int lie = 0; lie < 20; lie++) {
            double share = lie % 2 == 0 ? 0.3 : 1;
            for (int i = 0; i < 30; i++) {
                narrow += s.frame(1, 0.03, share) == 1 ? 0 : 1;
            }
        }
        assertThat(narrow).isLessThan(30);
        assertThat(s.level).isEqualTo(1);
    }

    @Test
    void absurd_readings_of_the_monitor_do_nothing() {
        Drive.Stream s = stream(GOAL);
        s.frames(50, 1, 0.03);
        for (double share : new double[] {0, -1, 1e9, Double.NaN, Double.POSITIVE_INFINITY, Double.MIN_VALUE}) {
            s.moment.board(share, share, false);
            assertThat(s.frame(1, 0, share)).isEqualTo(1);
        }
    }

    @Test
    void a_level_that_throws_is_left_out_then_tried_again_ever_less_often() {
        Controller c = Controllers.predictive(NET, GOAL);
        Moment m = new Moment();
        Outcome o = new Outcome();
        long now = 0;
        int tries = 0;
        int tail = 0;
        for (int i = 0; i < 20_000; i++) {
            int level = c.choose(m.frame(now, now, 0));
            boolean fails = level == 1;
            tries += fails ? 1 : 0;
            tail += fails && i > 10_000 ? 1 : 0;
            c.observe(o.set(
                    level,
                    now,
                    now,
                    now + (long) (NET.levels().get(level).latency().p50() * 1e6),
                    0.1,
                    fails));
            now += 50_000_000;
        }
        assertThat(tries).isBetween(3, 12);
        assertThat(tail).isLessThanOrEqualTo(2);
    }

    @Test
    void a_level_that_works_again_is_used_again() {
        Drive.Stream s = stream(GOAL);
        s.frames(10, 1, 0.03);
        s.controller.observe(s.outcome.set(1, s.now, s.now, s.now + 1000, Double.NaN, true));
        assertThat(s.frames(50, 1, 0.03)).isEqualTo(2);
        assertThat(s.frames(100, 1, 0.03)).isEqualTo(1);
    }

    @Test
    void where_every_level_throws_one_is_still_chosen() {
        Controller c = Controllers.predictive(NET, GOAL);
        Moment m = new Moment();
        Outcome o = new Outcome();
        for (int i = 0; i < 1000; i++) {
            int level = c.choose(m.frame(i * 50_000_000L, i * 50_000_000L, 0));
            assertThat(level).isBetween(0, 3);
            c.observe(o.set(level, 0, 0, 1, Double.NaN, true));
        }
    }

    @Test
    void outcomes_across_a_jump_of_the_clock_are_ignored_and_counted() {
        Drive.Stream s = stream(GOAL);
        s.frames(100, 1, 0.03);
        PredictiveController c = (PredictiveController) s.controller;
        long day = 86_400_000_000_000L;
        c.observe(s.outcome.set(1, s.now, s.now, s.now - day, 0.1, false));
        c.observe(s.outcome.set(1, s.now, s.now, s.now + day, 0.1, false));
        c.observe(s.outcome.set(1, s.now, s.now, s.now, 0.1, false));
        c.observe(s.outcome.set(99, s.now, s.now, s.now + 1000, 0.1, false));
        assertThat(c.ignored()).isEqualTo(3);
        assertThat(c.slowdown()).isBetween(0.95, 1.05);
        s.moment.frame(s.now, s.now + day, 0);
        s.now -= day;
        assertThat(s.frames(5, 1, 0.03)).isEqualTo(1);
    }

    @Test
    void a_profile_of_another_pace_is_scaled_within_a_few_frames() {
        ProfileFit rescale = new ProfileFit(ProfileFit.Verdict.RESCALE, 0, "");
        for (double factor : new double[] {0.4, 2.6}) {
            Controller c = Controllers.named("predictive", NET, rescale, GOAL);
            Drive.Stream s = new Drive.Stream(c, NET, 3);
            assertThat(s.frames(12, factor, 0.03)).isEqualTo(factor < 1 ? 0 : 3);
            assertThat(((PredictiveController) c).slowdown()).isBetween(factor * 0.9, factor * 1.1);
        }
    }

    @Test
    void enough_accuracy_is_served_with_the_least_energy() {
        assertThat(stream(Goal.parse("p95<=60ms accuracy>=0.7")).frames(50, 1, 0.03))
                .isEqualTo(2);
    }

    @Test
    void energy_and_power_are_bounded_by_what_is_measured() {
        assertThat(stream(Goal.parse("energy<=300mJ")).frames(50, 1, 0.03)).isEqualTo(1);
        assertThat(stream(Goal.parse("energy<=300mJ")).frames(50, 1.3, 0.03)).isEqualTo(2);
        // 10 mJ for each millisecond of a frame is 10 W while it runs; at 20 frames a second the rest is idle at 4 W.
        assertThat(stream(Goal.parse("power<=8W rate>=20")).frames(50, 1, 0.03)).isEqualTo(1);
        assertThat(stream(Goal.parse("power<=7W rate>=20")).frames(50, 1, 0.03)).isEqualTo(2);
    }

    @Test
    void what_the_accuracy_lost_to_load_is_paid_back() {
        Drive.Stream s = stream(Goal.parse("p95<=33ms accuracy>=0.72"));
        s.frames(20, 1, 0.02);
        assertThat(s.level).isEqualTo(2);
        s.frames(60, 2.4, 0.02);
        assertThat(s.level).isEqualTo(3);
        assertThat(s.frames(20, 1, 0.02)).isEqualTo(1);
        assertThat(s.frames(400, 1, 0.02)).isEqualTo(2);
    }

    @Test
    void a_goal_that_cannot_be_kept_is_said_and_served_by_the_stated_order() {
        Drive.Stream late = stream(Goal.parse("p95<=5ms accuracy>=0.7"));
        assertThat(late.frames(20, 1, 0.03)).isEqualTo(3);
        assertThat(late.controller.status().kind()).isEqualTo(GoalStatus.Kind.LATENCY);
        assertThat(late.controller.status().sentence()).contains("net", "p95<=5ms", "w3", "ms at the median");
        Drive.Stream floor = stream(Goal.parse("p95<=25ms accuracy>=0.75"));
        assertThat(floor.frames(20, 1, 0.03)).isEqualTo(2);
        assertThat(floor.controller.status().kind()).isEqualTo(GoalStatus.Kind.ACCURACY);
        Drive.Stream energy = stream(Goal.parse("p95<=60ms energy<=50mJ"));
        assertThat(energy.frames(20, 1, 0.03)).isEqualTo(3);
        assertThat(energy.controller.status().kind()).isEqualTo(GoalStatus.Kind.ENERGY);
        Drive.Stream rate = stream(Goal.parse("rate>=100"));
        assertThat(rate.frames(20, 1, 0.03)).isEqualTo(3);
        assertThat(rate.controller.status().kind()).isEqualTo(GoalStatus.Kind.RATE);
        assertThat(stream(GOAL).controller.status()).isEqualTo(GoalStatus.KEPT);
    }

    @Test
    void what_the_profile_alone_rules_out_is_said_before_anything_runs() {
        assertThat(Feasibility.of(GOAL, NET, 0).kind()).isEqualTo(GoalStatus.Kind.KEPT);
        assertThat(Feasibility.of(Goal.parse("p99<=13ms"), NET, 0).kind()).isEqualTo(GoalStatus.Kind.LATENCY);
        assertThat(Feasibility.of(Goal.parse("p50<=13ms"), NET, 0).kind()).isEqualTo(GoalStatus.Kind.KEPT);
        assertThat(Feasibility.of(Goal.parse("p50<=13ms"), NET, 1).kind()).isEqualTo(GoalStatus.Kind.LATENCY);
        assertThat(Feasibility.of(Goal.parse("accuracy>=0.9"), NET, 0).kind()).isEqualTo(GoalStatus.Kind.ACCURACY);
    }

    @Test
    void another_goal_is_taken_without_forgetting_the_load() {
        Drive.Stream s = stream(GOAL);
        s.frames(100, 1.6, 0.03);
        assertThat(s.controller.goal(Goal.parse("p95<=24ms"))).isTrue();
        assertThat(s.frame(1.6, 0)).isEqualTo(3);
        assertThat(((PredictiveController) s.controller).slowdown()).isBetween(1.5, 1.7);
    }

    @Test
    void the_level_never_leaves_the_bounds_whatever_comes() {
        Random random = new Random(7);
        for (int run = 0; run < 60; run++) {
            int n = 1 + random.nextInt(9);
            double[] medians = new double[n];
            double[] accuracies = new double[n];
            for (int i = 0; i < n; i++) {
                medians[i] = 1 + 50 * random.nextDouble();
                accuracies[i] = random.nextDouble();
            }
            Profile p = Drive.profile(medians, accuracies);
            Goal goal = Goal.parse(GOALS.get(random.nextInt(GOALS.size())));
            for (String name : Controllers.NAMES) {
                Controller c = Controllers.named(name, p, new ProfileFit(ProfileFit.Verdict.FITS, 0, ""), goal);
                int widest = 0;
                int narrowest = n - 1;
                Moment m = new Moment();
                Outcome o = new Outcome();
                for (int i = 0; i < 400; i++) {
                    if (random.nextInt(50) == 0) {
                        widest = random.nextInt(n);
                        narrowest = widest + random.nextInt(n - widest);
                        c.bound(widest, narrowest);
                    }
                    if (random.nextInt(20) == 0) {
                        MonitorEvent.Kind[] kinds = MonitorEvent.Kind.values();
                        c.on(event(kinds[random.nextInt(kinds.length)], "gpu", odd(random), odd(random)));
                    }
                    long now = random.nextInt(100) == 0 ? random.nextLong() : i * 30_000_000L;
                    int level =
                            c.choose(m.frame(now, random.nextInt(100) == 0 ? random.nextLong() : now, random.nextInt(9))
                                    .board(odd(random), odd(random), random.nextBoolean()));
                    assertThat(level).isBetween(widest, narrowest);
                    long end = random.nextInt(100) == 0 ? random.nextLong() : now + random.nextInt(90_000_000);
                    c.observe(o.set(level, now, now, end, odd(random), false));
                }
            }
        }
    }

    private static final List<String> GOALS = List.of(
            "none",
            "p95<=20ms",
            "latency<=5ms",
            "rate>=25 accuracy>=0.5",
            "energy<=100mJ p50<=30ms",
            "power<=6W rate>=9");

    private static double odd(Random random) {
        return switch (random.nextInt(8)) {
            case 0 -> Double.NaN;
            case 1 -> 0;
            case 2 -> -1;
            case 3 -> Double.POSITIVE_INFINITY;
            default -> 3 * random.nextDouble();
        };
    }

    @Test
    void the_slower_everything_is_the_narrower_the_level() {
        for (int seed = 0; seed < 5; seed++) {
            List<Integer> levels = new ArrayList<>();
            for (double factor = 0.5; factor < 4; factor *= 1.15) {
                levels.add(Drive.frames(Controllers.predictive(NET, GOAL), NET, 200, factor, 0.02, seed));
            }
            assertThat(levels).isSorted().startsWith(0).endsWith(3);
        }
    }

    @Test
    void after_any_disturbance_it_is_back_where_it_was() {
        Random random = new Random(3);
        Drive.Stream s = stream(GOAL);
        for (int i = 0; i < 100; i++) {
            double factor = Math.exp(random.nextGaussian());
            int n = 1 + random.nextInt(40);
            for (int k = 0; k < n; k++) {
                s.frame(factor * Math.exp(0.3 * random.nextGaussian()), 0.03);
            }
            s.frames(800, 1, 0.03);
            assertThat(s.level).isEqualTo(1);
        }
    }
}
