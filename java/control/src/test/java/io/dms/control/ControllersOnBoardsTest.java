package io.dms.control;

import static org.assertj.core.api.Assertions.assertThat;

import io.dms.control.sim.BoardModel;
import io.dms.control.sim.Boards;
import io.dms.control.sim.ControllerFactory;
import io.dms.control.sim.Disturbance;
import io.dms.control.sim.ModelProfiles;
import io.dms.control.sim.Scripts;
import io.dms.model.Profile;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.function.ToDoubleFunction;
import org.junit.jupiter.api.Test;

/** What the predictive controller promises, on simulated boards with few seeds; {@link ControllerStudy} has more. */
class ControllersOnBoardsTest {
    private static final BoardModel BOARD = Boards.orinNanoLike();
    private static final Profile NET = ModelProfiles.eightLevels(BOARD, 24);
    private static final double SECONDS = 60;
    private static final int FPS = 30;
    /** 1.3 times the fourth of eight levels. */
    private static final Goal GOAL = Goal.parse("p95<=19.071ms");

    private static final Map<String, List<Disturbance>> SCRIPTS = Scripts.all(SECONDS, BOARD);

    private static List<Disturbance> script(String name) {
        return Objects.requireNonNull(SCRIPTS.get(name));
    }

    private static List<Trial> trials(Goal goal, List<Disturbance> script, ControllerFactory controller) {
        List<Trial> out = new ArrayList<>();
        for (long seed = 1; seed <= 5; seed++) {
            out.add(new Trial(BOARD, NET, goal, FPS, script, SECONDS, seed, controller));
        }
        return out;
    }

    private static List<Trial> predictive(Goal goal, List<Disturbance> script) {
        return trials(goal, script, truth -> Controllers.predictive(NET, goal));
    }

    private static double median(List<Trial> trials, ToDoubleFunction<Trial> figure) {
        return ControllerStudy.at(trials, figure, 0.5);
    }

    @Test
    void at_most_one_frame_in_a_hundred_is_late_in_steady_state() {
        for (String name : List.of("calm", "step", "stairs", "clocks", "co-runner")) {
            assertThat(median(predictive(GOAL, script(name)), Trial::steadyMisses))
                    .as(name)
                    .isLessThanOrEqualTo(0.01);
        }
    }

    @Test
    void after_a_step_of_the_load_it_is_back_within_three_frames() {
        for (double factor : new double[] {1.3, 1.6, 2}) {
            assertThat(median(predictive(GOAL, Scripts.step(SECONDS, factor)), Trial::recovery))
                    .as("factor %s", factor)
                    .isLessThanOrEqualTo(3);
        }
    }

    @Test
    void accuracy_is_within_two_percent_of_an_oracle_that_knows_the_disturbance() {
        SCRIPTS.forEach((name, script) -> {
            double own = median(predictive(GOAL, script), t -> t.tally.meanAccuracy());
            double best =
                    median(trials(GOAL, script, truth -> Controllers.oracle(truth, GOAL)), t -> t.tally.meanAccuracy());
            assertThat(own / best).as(name).isGreaterThan(0.98);
        });
    }

    @Test
    void energy_is_within_three_percent_of_the_oracle() {
        Goal goal = Goal.parse("p95<=31ms accuracy>=0.65");
        SCRIPTS.forEach((name, script) -> {
            List<Trial> own = predictive(goal, script);
            List<Trial> best = trials(goal, script, truth -> Controllers.oracle(truth, goal));
            assertThat(median(own, t -> t.tally.joulesPerFrame()) / median(best, t -> t.tally.joulesPerFrame()))
                    .as(name)
                    .isLessThan(1.03);
            assertThat(median(own, t -> t.tally.meanAccuracy())).as(name).isGreaterThan(0.65);
        });
    }

    @Test
    void the_fixed_full_width_misses_ten_times_as_often_and_the_fixed_level_that_never_misses_is_less_accurate() {
        Goal goal = Goal.parse("p95<=31.186ms");
        for (String name : List.of("step", "stairs", "bursts", "clocks", "co-runner")) {
            List<Trial> own = predictive(goal, script(name));
            List<Trial> full = trials(goal, script(name), truth -> Controllers.fixed(NET, 0));
            assertThat(median(full, t -> t.tally.missShare()) / median(own, t -> t.tally.missShare()))
                    .as(name)
                    .isGreaterThan(10);
            List<Trial> safe = trials(goal, script(name), truth -> Controllers.fixed(NET, 3));
            assertThat(median(own, t -> t.tally.meanAccuracy()))
                    .as(name)
                    .isGreaterThan(median(safe, t -> t.tally.meanAccuracy()));
            assertThat(median(own, t -> t.tally.meanLevel())).as(name).isLessThan(3);
        }
    }

    @Test
    void levels_do_not_alternate_in_steady_state() {
        for (String name : List.of("calm", "step", "stairs", "clocks", "co-runner")) {
            assertThat(median(predictive(GOAL, script(name)), Trial::longestCycle))
                    .as(name)
                    .isLessThanOrEqualTo(3);
        }
    }

    @Test
    void a_monitor_that_is_stuck_silent_or_lies_costs_little() {
        List<Disturbance> clocks = script("clocks");
        double with = median(predictive(GOAL, clocks), t -> t.tally.missShare());
        double accuracy = median(predictive(GOAL, clocks), t -> t.tally.meanAccuracy());
        for (Disturbance fault : List.of(
                Disturbance.monitorStuck(5, 55),
                Disturbance.monitorSilent(5, 55),
                Disturbance.monitorLies(10, 40, 3),
                Disturbance.monitorLies(10, 40, 0.2))) {
            List<Disturbance> script = new ArrayList<>(clocks);
            script.add(fault);
            List<Trial> faulty = predictive(GOAL, script);
            assertThat(median(faulty, t -> t.tally.missShare())).as("%s", fault).isLessThan(with + 0.005);
            assertThat(median(faulty, t -> t.tally.meanAccuracy()))
                    .as("%s", fault)
                    .isGreaterThan(accuracy * 0.98);
        }
    }

    @Test
    void faults_of_clock_source_and_backend_do_not_stop_the_stream_nor_spoil_it_for_long() {
        double calm = median(predictive(GOAL, List.of()), t -> t.tally.meanAccuracy());
        for (Disturbance fault : List.of(
                Disturbance.timeJump(20, 3600),
                Disturbance.timeJump(20, -3600),
                Disturbance.sourceStall(20, 25, 0),
                Disturbance.backendFails(20, 40, 0, 2),
                Disturbance.powerMode(20, 40, 1))) {
            List<Trial> faulty = predictive(GOAL, List.of(fault));
            double bound = fault.kind() == Disturbance.Kind.POWER_MODE ? 0.88 : 0.97;
            assertThat(median(faulty, t -> t.tally.meanAccuracy()))
                    .as("%s", fault)
                    .isGreaterThan(bound * calm);
            assertThat(median(faulty, t -> t.tally.missShare())).as("%s", fault).isLessThan(0.015);
        }
    }

    @Test
    void a_level_that_always_throws_costs_few_frames() {
        List<Trial> t = predictive(GOAL, List.of(Disturbance.backendFails(0, SECONDS, 0, 2)));
        assertThat(median(t, x -> (double) x.tally.failed())).isBetween(1.0, 8.0);
    }
}
