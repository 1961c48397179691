package io.dms.control.sim;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import com.sun.management.ThreadMXBean;
import io.dms.control.Allocation;
import io.dms.control.Coordinator;
import io.dms.control.CoordinatorOptions;
import io.dms.control.CoordinatorOptions.Aim;
import io.dms.control.Goal;
import io.dms.control.Outcome;
import io.dms.control.Situation;
import io.dms.model.Profile;
import io.dms.model.UserException;
import java.lang.management.ManagementFactory;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

/** The coordinator on simulated boards, with controllers that take the widest level that they may. */
class CoordinatorTest {
    private static final BoardModel BOARD = Boards.tx2Like();

    private static Application app(String name, double full, double fps, double bound, int priority) {
        Profile p = ModelProfiles.resnet50(BOARD, full);
        Goal goal = new Goal(bound, 95, null, null, null, null, priority, 1);
        return Application.of(name, p, goal, fps, t -> new Still(0));
    }

    private record Run(Simulation simulation, CoordinatedBoard coordinated) {
        Allocation last() {
            Allocation a = coordinated.last();
            if (a == null) {
                throw new AssertionError("nothing was decided");
            }
            return a;
        }
    }

    private static Run run(
            BoardModel board, List<Application> apps, CoordinatorOptions options, List<Disturbance> script, int seed) {
        CoordinatedBoard c = new CoordinatedBoard(board, apps, options);
        Scenario.Builder b = Scenario.on(board)
                .seed(seed)
                .seconds(30)
                .disturb(script)
                .watch(c)
                .supervise(0.5, c);
        apps.forEach(b::application);
        Simulation s = b.build().start();
        s.advance(10_000_000_000L);
        for (int i = 0; i < apps.size(); i++) {
            s.tally(i).reset();
        }
        s.run();
        return new Run(s, c);
    }

    @Test
    void one_application_alone_may_use_all() {
        Run r = run(BOARD, List.of(app("a", 20, 25, 30, 0)), CoordinatorOptions.DEFAULT, List.of(), 1);
        assertThat(r.last().shares().get(0).widest()).isZero();
        assertThat(r.last().shares().get(0).goalsMet()).isTrue();
        assertThat(r.simulation().tally(0).missShare()).isLessThan(0.01);
    }

    @Test
    void a_lower_priority_gets_narrower_first() {
        List<Application> apps = List.of(app("low", 20, 25, 38, 0), app("high", 20, 25, 38, 1));
        Run r = run(BOARD, apps, CoordinatorOptions.DEFAULT, List.of(), 1);
        Allocation.Share low = r.last().shares().get(0);
        Allocation.Share high = r.last().shares().get(1);
        assertThat(low.widest()).isGreaterThan(high.widest());
        assertThat(r.simulation().tally(1).missShare()).isLessThan(0.03);
        assertThat(r.simulation().tally(0).missShare()).isLessThan(0.05);
    }

    @Test
    void what_cannot_be_served_beside_a_higher_priority_is_paused_and_comes_back() {
        List<Application> apps = new ArrayList<>();
        apps.add(app("low", 60, 15, 60, 0));
        apps.add(app("high", 30, 25, 12, 1).between(0, 20));
        CoordinatedBoard c = new CoordinatedBoard(BOARD, apps, CoordinatorOptions.DEFAULT);
        Scenario.Builder b = Scenario.on(BOARD).seed(4).seconds(30).watch(c).supervise(0.5, c);
        apps.forEach(b::application);
        Simulation s = b.build().start();
        s.advance(19_000_000_000L);
        Allocation beside = new Run(s, c).last();
        assertThat(beside.shares().get(1).goalsMet()).isTrue();
        assertThat(beside.shares().get(0).runs()).isFalse();
        assertThat(beside.shares().get(0).reason()).contains("paused");
        s.run();
        Allocation alone = new Run(s, c).last();
        assertThat(alone.shares().get(0).runs()).isTrue();
        assertThat(alone.shares().get(1).reason()).isEqualTo("not there");
    }

    @Test
    void what_was_paused_under_a_disturbance_runs_again_after_it_and_disturbs_little_meanwhile() {
        List<Application> apps = List.of(app("low", 60, 15, 60, 0), app("high", 30, 25, 22, 1));
        CoordinatedBoard c = new CoordinatedBoard(BOARD, apps, CoordinatorOptions.DEFAULT);
        Scenario.Builder b = Scenario.on(BOARD)
                .seed(4)
                .seconds(150)
                .watch(c)
                .supervise(0.5, c)
                .disturb(Disturbance.slow(20, 100, 1.9));
        apps.forEach(b::application);
        Simulation s = b.build().start();
        s.advance(20_000_000_000L);
        assertThat(new Run(s, c).last().shares().get(0).goalsMet()).isTrue();
        s.advance(25_000_000_000L);
        assertThat(new Run(s, c).last().shares().get(0).runs()).isFalse();
        s.tally(1).reset();
        s.advance(100_000_000_000L);
        assertThat(s.tally(1).missShare()).isLessThan(0.05);
        s.advance(115_000_000_000L);
        assertThat(new Run(s, c).last().shares().get(0).goalsMet()).isTrue();
    }

    @Test
    void what_was_paused_for_a_slowdown_of_its_own_gets_a_chance_and_the_higher_priority_keeps_its_goal() {
        List<Application> apps = List.of(app("low", 60, 15, 60, 0), app("high", 30, 25, 22, 1));
        CoordinatedBoard c = new CoordinatedBoard(BOARD, apps, CoordinatorOptions.DEFAULT);
        Scenario.Builder b = Scenario.on(BOARD)
                .seed(4)
                .seconds(400)
                .watch(c)
                .supervise(0.5, c)
                .disturb(Disturbance.slow(20, 100, 8, 0));
        apps.forEach(b::application);
        Simulation s = b.build().start();
        s.advance(25_000_000_000L);
        s.tally(1).reset();
        s.run();
        assertThat(new Run(s, c).last().shares().get(0).goalsMet()).isTrue();
        assertThat(s.tally(1).missShare()).isLessThan(0.05);
    }

    @Test
    void contention_is_learned_from_what_calls_take() {
        BoardModel mild = BOARD.with(Sharing.SLICED, 0.4);
        List<Application> apps = List.of(app("a", 20, 24, 60, 0), app("b", 20, 17, 60, 0), app("c", 20, 13, 80, 0));
        double start = worstError(run(mild, apps, CoordinatorOptions.DEFAULT, List.of(), 1), 1);
        assertThat(start).isLessThan(0.15);
    }

    /** The largest relative error of an expected mean time of a call against what calls took. */
    private static double worstError(Run r, double scale) {
        double worst = 0;
        for (int i = 0; i < r.last().shares().size(); i++) {
            double expected = r.last().shares().get(i).millis() * scale;
            double seen = r.simulation().tally(i).meanMillis();
            worst = Math.max(worst, Math.abs(expected - seen) / seen);
        }
        return worst;
    }

    @Test
    void clocks_and_widths_together_take_less_power_and_keep_the_goals() {
        List<Application> apps = List.of(app("a", 15, 20, 45, 0), app("b", 12, 15, 60, 0));
        Run full = run(BOARD, apps, CoordinatorOptions.DEFAULT, List.of(), 2);
        double fullJoules = full.simulation().boardJoules();
        Run clocks = run(BOARD, apps, CoordinatorOptions.DEFAULT.withClocks(true), List.of(), 2);
        Run least = run(BOARD, apps, CoordinatorOptions.DEFAULT.withClocks(true).withAim(Aim.ENERGY), List.of(), 2);
        assertThat(clocks.simulation().boardJoules()).isLessThan(0.95 * fullJoules);
        assertThat(least.simulation().boardJoules())
                .isLessThan(0.8 * clocks.simulation().boardJoules());
        for (int i = 0; i < 2; i++) {
            assertThat(clocks.simulation().tally(i).missShare()).isLessThan(0.05);
            assertThat(least.simulation().tally(i).missShare()).isLessThan(0.05);
        }
    }

    @Test
    void a_load_step_narrows_what_is_affected_and_is_taken_back() {
        List<Application> apps = List.of(app("a", 20, 20, 45, 0), app("b", 15, 15, 60, 0));
        CoordinatedBoard c = new CoordinatedBoard(BOARD, apps, CoordinatorOptions.DEFAULT);
        Scenario.Builder b = Scenario.on(BOARD)
                .seed(4)
                .seconds(60)
                .watch(c)
                .supervise(0.5, c)
                .disturb(Disturbance.slow(20, 40, 1.7));
        apps.forEach(b::application);
        Simulation s = b.build().start();
        s.advance(19_900_000_000L);
        int before = widths(c);
        s.advance(30_000_000_000L);
        assertThat(widths(c)).isGreaterThan(before);
        s.run();
        assertThat(widths(c)).isEqualTo(before);
        assertThat(c.coordinator().slowdown(0)).isCloseTo(1, within(0.15));
    }

    private static int widths(CoordinatedBoard c) {
        Allocation a = c.last();
        return a == null
                ? -1
                : a.shares().stream().mapToInt(Allocation.Share::widest).sum();
    }

    @Test
    void allocations_do_not_flap_in_steady_state() {
        for (int seed = 0; seed < 10; seed++) {
            List<Application> apps = List.of(
                    app("a", 20, 20, 40, 0), app("b", 25, 15, 55, 1), app("c", 12, 25, 36, 0), app("d", 30, 5, 150, 2));
            CoordinatedBoard c = new CoordinatedBoard(BOARD, apps, CoordinatorOptions.DEFAULT);
            Scenario.Builder b =
                    Scenario.on(BOARD).seed(seed).seconds(120).watch(c).supervise(0.5, c);
            apps.forEach(b::application);
            Simulation s = b.build().start();
            s.advance(20_000_000_000L);
            int learned = c.changes();
            s.run();
            assertThat(c.changes() - learned)
                    .as("changes in 100 s, seed %d", seed)
                    .isLessThan(15);
        }
    }

    @Test
    void a_capped_clock_is_never_asked_for() {
        List<Application> apps = List.of(app("a", 20, 25, 38, 0));
        Run r = run(
                BOARD,
                apps,
                CoordinatorOptions.DEFAULT.withClocks(true),
                List.of(Disturbance.clockCap(5, 100, 6e8)),
                1);
        Long hertz = r.last().hertz();
        assertThat(hertz).isNotNull();
        assertThat(hertz == null ? 0 : hertz).isLessThanOrEqualTo(600_000_000L);
        assertThat(r.simulation().tally(0).missShare()).isLessThan(0.05);
    }

    @Test
    void lost_sensors_leave_it_with_what_it_knows() {
        List<Application> apps = List.of(app("a", 20, 20, 45, 0), app("b", 15, 15, 60, 0));
        Run r = run(
                BOARD,
                apps,
                CoordinatorOptions.DEFAULT.withClocks(true),
                List.of(Disturbance.monitorSilent(12, 25), Disturbance.monitorLies(26, 28, 4)),
                1);
        assertThat(r.simulation().tally(0).missShare()).isLessThan(0.05);
        assertThat(r.simulation().tally(1).missShare()).isLessThan(0.05);
    }

    @Test
    void telling_it_of_a_call_costs_no_memory() {
        Profile p = ModelProfiles.resnet50(BOARD, 20);
        Coordinator c =
                new Coordinator(List.of(new Coordinator.Member("a", p, Goal.NONE, 20)), CoordinatorOptions.DEFAULT);
        Outcome outcome = new Outcome();
        ThreadMXBean threads = (ThreadMXBean) ManagementFactory.getThreadMXBean();
        long id = Thread.currentThread().getId();
        long before = 0;
        for (int k = 0; k < 30_000; k++) {
            before = k == 20_000 ? threads.getThreadAllocatedBytes(id) : before;
            c.observe(0, outcome.set(k & 1, k, k, k + 20_000_000L, Double.NaN, false));
        }
        assertThat(threads.getThreadAllocatedBytes(id) - before).isLessThan(1000);
    }

    @Test
    void a_coordinator_of_nobody_is_refused() {
        assertThatThrownBy(() -> new Coordinator(List.of(), CoordinatorOptions.DEFAULT))
                .isInstanceOf(UserException.class);
        Profile p = ModelProfiles.resnet50(BOARD, 20);
        Coordinator c =
                new Coordinator(List.of(new Coordinator.Member("a", p, Goal.NONE, 0)), CoordinatorOptions.DEFAULT);
        Allocation none = c.decide(new Situation(0, new boolean[] {false}, Double.NaN, Double.NaN, false));
        assertThat(none.shares().get(0).runs()).isFalse();
        assertThat(none.hertz()).isNull();
    }
}
