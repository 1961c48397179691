package io.dms.cli.run;

import static org.assertj.core.api.Assertions.assertThat;

import io.dms.cli.run.RunResult.Energy;
import io.dms.cli.run.RunResult.Pass;
import io.dms.cli.run.RunResult.Span;
import io.dms.cli.run.RunResult.StreamRun;
import io.dms.control.Goal;
import io.dms.control.sim.BoardModel;
import io.dms.control.sim.Boards;
import io.dms.control.sim.ModelProfiles;
import io.dms.robotics.Trace;
import java.util.List;
import java.util.function.IntPredicate;
import java.util.function.IntUnaryOperator;
import org.junit.jupiter.api.Test;

class StreamFiguresTest {
    private static final BoardModel BOARD = Boards.processor(2);
    private static final long PERIOD = 10_000_000;

    /** A thousand frames at 100 frames/s that take 5 ms, or 15 where they miss. */
    private static StreamFigures figures(IntUnaryOperator level, IntPredicate missed, Span... spans) {
        Trace trace = new Trace(1 << 16);
        for (int i = 0; i < 1000; i++) {
            long due = i * PERIOD;
            boolean late = missed.test(i);
            trace.add(due, due, due + (late ? 15_000_000 : 5_000_000), level.applyAsInt(i), 10_000_000, late);
        }
        StreamRun run = new StreamRun(
                "a",
                "resnet50",
                "synthetic",
                Goal.parse("p95<=10ms"),
                "predictive",
                1,
                1,
                ModelProfiles.resnet50(BOARD, 5),
                0,
                false,
                trace,
                0,
                0,
                List.of(),
                null,
                null);
        Pass pass = new Pass(
                "predictive",
                10,
                List.of(run),
                List.of(spans),
                List.of(),
                List.of(),
                new Energy(Double.NaN, Double.NaN, null, "no sensor"));
        return StreamFigures.of(pass, run);
    }

    private static StreamFigures levels(IntUnaryOperator level, Span... spans) {
        return figures(level, i -> false, spans);
    }

    private static Span step(double from, double to) {
        return new Span("load", from, to, true);
    }

    @Test
    void a_cycle_is_counted_in_any_hundred_frames_the_start_included() {
        assertThat(levels(i -> i < 40 ? i / 10 % 2 : 0).longestCycle()).isEqualTo(4);
        assertThat(levels(i -> i / 30 % 2).longestCycle()).isEqualTo(4);
        assertThat(levels(i -> i / 30 % 2).mostSwitches()).isEqualTo(4);
        assertThat(levels(i -> i / 300).longestCycle()).isEqualTo(1);
    }

    @Test
    void only_changes_between_the_same_two_levels_make_a_cycle() {
        assertThat(levels(i -> i / 20 % 4).longestCycle()).isLessThanOrEqualTo(2);
        assertThat(levels(i -> i / 20 % 4).mostSwitches()).isEqualTo(5);
    }

    @Test
    void what_a_disturbance_asks_for_is_no_cycle_but_what_follows_between_its_edges_is() {
        IntUnaryOperator obeys = i -> (i >= 300 && i < 340) || (i >= 360 && i < 390) ? 1 : 0;
        assertThat(levels(obeys).longestCycle()).isEqualTo(4);
        assertThat(levels(obeys, step(3, 6)).longestCycle()).isZero();
        assertThat(levels(i -> i >= 300 && i < 600 ? i / 10 % 2 : 0, step(3, 6)).longestCycle())
                .isGreaterThan(8);
        assertThat(levels(i -> i >= 420 && i < 470 ? i / 10 % 2 : 0, step(3, 4.8))
                        .longestCycle())
                .isEqualTo(4);
        assertThat(levels(i -> i / 10 % 2, new Span("bursts", 0, 10, false)).longestCycle())
                .isZero();
    }

    @Test
    void frames_until_back_run_from_the_first_miss_to_the_last_before_five_that_did_not() {
        StreamFigures f = figures(i -> 0, i -> i == 302 || i == 304 || i == 320, step(3, 6));
        assertThat(f.recoveries()).hasSize(1);
        assertThat(f.recoveries().get(0).frames()).isEqualTo(3);
        assertThat(f.steadyMissed()).isEqualTo(1);
        assertThat(figures(i -> 0, i -> i >= 300, step(3, 6))
                        .recoveries()
                        .get(0)
                        .frames())
                .isNull();
    }
}
