package io.dms.control;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.dms.model.Profile;
import io.dms.model.UserException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.List;
import org.junit.jupiter.api.Test;

/** What a coordinator does at each single decision, with calls that take what the test says. */
class CoordinatorRulesTest {
    /** Levels of 40, 28, 19 and 12 ms at 1 GHz, and 1.8 times that at half the clock. */
    private static final Profile NET = Drive.profile();

    private static final CoordinatorOptions DEFAULT = CoordinatorOptions.DEFAULT;
    private static final double FULL = 1e9;

    /** Applications that run as they were told to, half a second at a time. */
    private static final class Table {
        final Coordinator coordinator;
        final Coordinator.Member[] members;
        final int n;
        final boolean[] present;
        /** How many times as long as in the profile a call takes whoever runs beside it, [application]. */
        final double[] factor;

        private final Outcome outcome = new Outcome();
        private long now;
        private double hertz = FULL;
        private double cap = Double.NaN;
        private boolean throttled;
        Allocation last;

        Table(CoordinatorOptions options, Coordinator.Member... members) {
            coordinator = new Coordinator(List.of(members), options);
            this.members = members;
            n = members.length;
            present = new boolean[n];
            factor = new double[n];
            Arrays.fill(present, true);
            Arrays.fill(factor, 1);
            last = decide();
        }

        Allocation decide() {
            last = coordinator.decide(new Situation(now, present, hertz, cap, throttled));
            return last;
        }

        /** Half a second of calls of each that runs, at the widest level that it may take, and then a decision. */
        Allocation step() {
            now += 500_000_000;
            for (int i = 0; i < n; i++) {
                double millis = alone(i);
                for (int j = 0; j < n; j++) {
                    millis += j == i ? 0 : alone(i) * Math.min(1, members[j].framesPerSecond() * alone(j) * 1e-3);
                }
                for (int k = 0; runs(i) && k < 0.5 * members[i].framesPerSecond(); k++) {
                    coordinator.observe(i, outcome.set(widest(i), 0, 0, (long) (millis * 1e6), Double.NaN, false));
                }
            }
            return decide();
        }

        private double alone(int i) {
            return runs(i) ? NET.levels().get(widest(i)).latency().mean() * factor[i] : 0;
        }

        Allocation steps(int many) {
            for (int k = 0; k < many; k++) {
                step();
            }
            return last;
        }

        int widest(int i) {
            return last.shares().get(i).widest();
        }

        boolean runs(int i) {
            return last.shares().get(i).runs();
        }
    }

    private static Coordinator.Member member(String goal, double framesPerSecond) {
        return new Coordinator.Member("a", NET, Goal.parse(goal), framesPerSecond);
    }

    private static CoordinatorOptions patience(int decisions) {
        return new CoordinatorOptions(CoordinatorOptions.Aim.ACCURACY, false, 1, 0.01, 0.03, decisions);
    }

    @Test
    void a_goal_that_breaks_is_answered_at_the_very_next_decision_whatever_the_patience() {
        Table t = new Table(patience(8), member("p95<=48ms", 10));
        t.steps(5);
        assertThat(t.widest(0)).isZero();
        t.factor[0] = 1.3;
        assertThat(t.step().changed()).isTrue();
        assertThat(t.widest(0)).isPositive();
    }

    @Test
    void what_is_merely_better_must_be_so_for_as_many_decisions_as_patience_says() {
        int[] decisions = new int[2];
        for (int p = 0; p < 2; p++) {
            Table t = new Table(patience(1 + 3 * p), member("p95<=48ms", 10));
            t.factor[0] = 1.3;
            t.steps(20);
            assertThat(t.widest(0)).isEqualTo(1);
            t.factor[0] = 1;
            while (t.widest(0) > 0 && decisions[p] < 100) {
                t.step();
                decisions[p]++;
            }
        }
        assertThat(decisions[1] - decisions[0]).isEqualTo(3);
    }

    @Test
    void who_comes_and_who_leaves_is_answered_at_once() {
        Table t = new Table(patience(8), member("p95<=48ms", 10), member("p95<=48ms", 10));
        t.present[1] = false;
        t.steps(10);
        assertThat(t.runs(1)).isFalse();
        int alone = t.widest(0);
        t.present[1] = true;
        assertThat(t.step().changed()).isTrue();
        assertThat(t.runs(1)).isTrue();
        t.steps(10);
        t.present[1] = false;
        t.step();
        assertThat(t.runs(1)).isFalse();
        assertThat(t.widest(0)).isEqualTo(alone);
    }

    @Test
    void a_clock_above_the_cap_is_left_at_once() {
        Table t = new Table(DEFAULT.withClocks(true), member("p95<=48ms", 20));
        assertThat(t.steps(5).hertz()).isEqualTo(1_000_000_000L);
        t.cap = 6e8;
        assertThat(t.step().hertz()).isEqualTo(500_000_000L);
    }

    @Test
    void while_the_board_throttles_itself_no_more_than_its_clock_of_now_is_counted_on() {
        Table t = new Table(DEFAULT.withClocks(true), member("p95<=48ms", 10));
        assertThat(t.steps(5).shares().get(0).widest()).isZero();
        t.throttled = true;
        t.hertz = 5e8;
        Allocation slow = t.decide();
        assertThat(slow.hertz()).isEqualTo(500_000_000L);
        assertThat(slow.shares().get(0).widest()).as("34 ms at half the clock").isEqualTo(2);
    }

    @Test
    void what_is_new_must_keep_its_goal_with_a_margin_where_one_is_asked_for_and_what_holds_need_not() {
        CoordinatorOptions guarded = new CoordinatorOptions(CoordinatorOptions.Aim.ACCURACY, false, 1.2, 0.01, 0.03, 1);
        assertThat(new Table(patience(1), member("p95<=48ms", 10)).widest(0)).isZero();
        Table t = new Table(guarded, member("p95<=48ms", 10));
        assertThat(t.widest(0)).isEqualTo(1);
        t.factor[0] = 1.25;
        t.steps(20);
        assertThat(t.widest(0)).as("35 ms of 48, a margin of 1.2 less").isEqualTo(1);
        assertThat(t.last.shares().get(0).goalsMet()).isTrue();
    }

    @Test
    void one_that_is_paused_gets_a_chance_after_a_while_and_after_each_in_vain_one_later() {
        Table t = new Table(DEFAULT, member("p95<=21ms priority=1", 25), member("p95<=60ms", 15));
        t.steps(10);
        assertThat(t.runs(1)).isTrue();
        t.factor[1] = 12;
        List<Integer> gaps = new ArrayList<>();
        int since = 0;
        for (int k = 0; k < 400; k++) {
            t.step();
            if (t.runs(1)) {
                if (since > 0) {
                    gaps.add(since);
                }
                since = 0;
            } else {
                since++;
            }
        }
        assertThat(gaps).hasSizeBetween(3, 8);
        assertThat(gaps.get(gaps.size() - 1)).isGreaterThan(2 * gaps.get(0));
        t.factor[1] = 1;
        t.steps(400);
        assertThat(t.runs(1)).as("its load is gone").isTrue();
        assertThat(t.last.shares().get(1).goalsMet()).isTrue();
    }

    /** What two may take that can't both be wide, before the first is slowed for a while, and after. */
    private static void isAsBefore(double framesPerSecond, double slowed, String first, String second) {
        Table t = new Table(DEFAULT, member(first, framesPerSecond), member(second, framesPerSecond));
        t.steps(30);
        int[] before = {t.widest(0), t.widest(1)};
        assertThat(before[0]).isLessThan(before[1]);
        t.factor[0] = slowed;
        t.steps(40);
        assertThat(t.widest(0)).isGreaterThan(before[0]);
        t.factor[0] = 1;
        t.steps(60);
        assertThat(new int[] {t.widest(0), t.widest(1)}).containsExactly(before);
    }

    @Test
    void accuracy_given_up_for_a_while_comes_back_to_whom_it_counts_most_for() {
        isAsBefore(14, 1.6, "p95<=34ms weight=10", "p95<=34ms weight=1");
        isAsBefore(10, 1.3, "p95<=36ms priority=1", "p95<=36ms");
        isAsBefore(14, 1.3, "p95<=40ms priority=1", "p95<=40ms");
    }

    @Test
    void weights_say_who_counts_more_and_not_by_how_much_all_count() {
        List<List<Integer>> widest = new ArrayList<>();
        for (int weight : new int[] {1, 1000}) {
            List<Integer> all = new ArrayList<>();
            String goal = "p95<=58ms weight=" + weight;
            Table t = new Table(DEFAULT, member(goal, 8), member(goal, 8));
            for (int k = 0; k < 120; k++) {
                t.factor[0] = k / 20 % 2 == 0 ? 1 : 1.6;
                t.step();
                all.add(10 * t.widest(0) + t.widest(1));
            }
            widest.add(all);
        }
        assertThat(widest.get(1)).isEqualTo(widest.get(0));
        assertThat(widest.get(0).stream().distinct().count()).isGreaterThan(2);
    }

    @Test
    void thirty_two_share_a_board_and_one_more_is_refused() {
        List<Coordinator.Member> many = new ArrayList<>(Collections.nCopies(32, member("none", 0)));
        assertThat(new Coordinator(many, DEFAULT)).isNotNull();
        many.add(member("none", 0));
        assertThatThrownBy(() -> new Coordinator(many, DEFAULT))
                .isInstanceOf(UserException.class)
                .hasMessageContaining("1 to 32 applications, not 33");
    }
}
