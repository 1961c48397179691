package io.dms.control.sim;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import com.sun.management.ThreadMXBean;
import io.dms.control.Goal;
import io.dms.model.Profile;
import io.dms.model.UserException;
import io.dms.monitor.MonitorEvent;
import java.lang.management.ManagementFactory;
import java.util.List;
import org.junit.jupiter.api.Test;

class SimulationTest {
    private static final BoardModel TX2 = Boards.tx2Like();
    private static final Profile NET = ModelProfiles.resnet50(TX2, 20);

    private static Goal bound(double millis) {
        return new Goal(millis, 95, null, null, null, null, 0, 1);
    }

    private static Application app(String name, double fps, int level) {
        return Application.of(name, NET, bound(30), fps, truth -> new Still(level));
    }

    private static Application app(Still still, double fps) {
        return Application.of("app", NET, bound(30), fps, truth -> still);
    }

    private static Scenario.Builder scenario() {
        return Scenario.on(TX2).seed(3).seconds(20);
    }

    @Test
    void one_seed_gives_one_trace() {
        List<Disturbance> script = List.of(
                Disturbance.bursts(2, 12, 1.5, 0.5),
                Disturbance.wander(0, 20, 0.1, 2),
                Disturbance.clockCap(5, 9, 8e8));
        assertThat(trace(11, script)).isEqualTo(trace(11, script)).isNotEqualTo(trace(12, script));
    }

    private static List<Recorder.Frame> trace(long seed, List<Disturbance> script) {
        Recorder r = new Recorder();
        scenario()
                .seed(seed)
                .application(app("a", 25, 1).withNoise(0.05, 0.01))
                .application(app("b", 12, 2))
                .disturb(script)
                .watch(r)
                .build()
                .run();
        assertThat(r.frames()).hasSizeGreaterThan(600);
        return r.frames();
    }

    @Test
    void alone_and_undisturbed_a_frame_costs_what_the_profile_says() {
        for (int level = 0; level < 4; level++) {
            Simulation s = scenario()
                    .seconds(200)
                    .application(app("a", 10, level).withNoise(0, 0))
                    .build()
                    .run();
            Profile.Level l = NET.levels().get(level);
            assertThat(s.tally(0).due()).isBetween(1999L, 2001L);
            assertThat(s.tally(0).meanMillis())
                    .isCloseTo(l.latency().mean(), within(l.latency().mean() * 0.005));
            assertThat(s.tally(0).percentileMillis(95))
                    .isCloseTo(l.latency().p95(), within(l.latency().p95() * 0.02));
            // The profile's energy holds for a cool board; a warm one leaks a little more.
            Double mj = l.millijoules();
            assertThat(mj).isNotNull();
            assertThat(s.tally(0).joulesPerFrame() * 1e3 / (mj == null ? 0 : mj))
                    .isBetween(0.995, 1.06);
        }
    }

    @Test
    void all_energy_of_a_board_is_that_of_its_idling_and_its_frames() {
        BoardModel cold = TX2.with(new BoardModel.Heat(25, 0, 60, 85, 78, 0));
        Simulation s = Scenario.on(cold)
                .seconds(100)
                .application(app("a", 10, 0))
                .build()
                .run();
        double idle = cold.idleWatts(cold.clocks().size() - 1);
        double own = s.tally(0).joules()
                - idle * s.tally(0).meanMillis() * 1e-3 * s.tally(0).served();
        assertThat(s.boardJoules()).isCloseTo(idle * 100 + own, within(0.3));
    }

    @Test
    void latency_counts_from_when_the_frame_was_due() {
        // 20 ms of work every 15 ms: the queue is always full, and a frame waits for what is before it.
        Simulation s = scenario()
                .application(app("a", 1000 / 15.0, 0).withQueue(3, Late.SERVE))
                .build()
                .run();
        assertThat(s.tally(0).percentileMillis(50)).isGreaterThan(60);
        assertThat(s.tally(0).dropped()).isGreaterThan(300);
        assertThat(s.tally(0).missShare()).isGreaterThan(0.9);
    }

    @Test
    void dropping_the_oldest_serves_fresher_frames_and_skipping_serves_none_that_is_late_already() {
        double serve = p50(Late.SERVE);
        double oldest = p50(Late.DROP_OLDEST);
        assertThat(oldest).isLessThan(serve);
        Simulation skip = scenario()
                .application(app("a", 90, 0).withQueue(8, Late.SKIP_LATE))
                .build()
                .run();
        assertThat(skip.tally(0).percentileMillis(100)).isLessThan(30 + 4 * 21);
    }

    private static double p50(Late policy) {
        return scenario()
                .application(app("a", 90, 0).withQueue(8, policy))
                .build()
                .run()
                .tally(0)
                .percentileMillis(50);
    }

    @Test
    void a_source_without_a_rate_has_the_next_frame_when_the_last_is_done() {
        Simulation s = scenario().application(app("a", 0, 0)).build().run();
        assertThat(s.tally(0).served()).isBetween(970L, 1005L);
        assertThat(s.tally(0).dropped()).isZero();
    }

    @Test
    void a_lower_clock_stretches_frames_by_the_profile_of_that_clock() {
        for (Profile.Point p : NET.points()) {
            Long hertz = p.gpuHertz();
            assertThat(hertz).isNotNull();
            int clock = TX2.clockAt(hertz == null ? 0 : (double) hertz);
            Simulation s = scenario()
                    .clock(clock)
                    .application(app("a", 0, 1).withNoise(0, 0))
                    .build()
                    .run();
            double mean = p.levels().get(1).latency().mean();
            assertThat(s.tally(0).meanMillis()).isCloseTo(mean, within(mean * 0.02));
        }
    }

    @Test
    void others_on_the_accelerator_slow_a_frame_by_their_pressure() {
        double alone = meanOfTwo(TX2, 0);
        assertThat(meanOfTwo(TX2, 1)).isGreaterThan(1.7 * alone);
        // Without preemption a frame waits for the one before it.
        assertThat(meanOfTwo(TX2.with(Sharing.QUEUED, 1), 1)).isBetween(1.7 * alone, 2.2 * alone);
        // Two threads have two cores each.
        assertThat(meanOfTwo(TX2.with(Sharing.CORES, 1), 1)).isBetween(0.98 * alone, 1.02 * alone);
    }

    private static double meanOfTwo(BoardModel board, int others) {
        Scenario.Builder b = Scenario.on(board).seconds(20).application(app("a", 0, 0));
        for (int i = 0; i < others; i++) {
            b.application(app("other", 0, 0));
        }
        return b.build().run().tally(0).meanMillis();
    }

    @Test
    void busy_threads_slow_what_runs_on_cores() {
        BoardModel pc = Boards.processor(2);
        Profile net = ModelProfiles.resnet50(pc, 20);
        Scenario.Builder b = Scenario.on(pc).seconds(20);
        Simulation s = b.application(Application.of("a", net, Goal.NONE, 0, t -> new Still(0)))
                .disturb(Disturbance.cpuLoad(0, 20, 3))
                .build()
                .run();
        assertThat(s.tally(0).meanMillis()).isCloseTo(40, within(1.0));
    }

    @Test
    void heat_throttles_a_board_and_the_monitor_says_so_both_ways() {
        BoardModel hot = TX2.with(new BoardModel.Heat(25, 6, 5, 80, 70, 0.004));
        Still still = new Still(0);
        Recorder r = new Recorder();
        Simulation s = Scenario.on(hot)
                .seconds(60)
                .application(app(still, 0).between(0, 40))
                .watch(r)
                .build()
                .run();
        assertThat(r.samples().stream()
                        .mapToDouble(Recorder.Sample::celsius)
                        .max()
                        .orElse(0))
                .isBetween(80.0, 84.0);
        assertThat(still.events).extracting(MonitorEvent::kind).contains(MonitorEvent.Kind.THROTTLE_BEGAN);
        assertThat(still.events.get(still.events.size() - 1).kind()).isEqualTo(MonitorEvent.Kind.THROTTLE_ENDED);
        assertThat(r.samples()).anyMatch(Recorder.Sample::throttled);
        assertThat(s.clock()).isEqualTo(hot.clocks().size() - 1);
    }

    @Test
    void sensors_are_late_and_noisy_and_their_events_too() {
        BoardModel slow = TX2.with(new BoardModel.Sensing(100_000_000, 300_000_000, 0.05, 0.001));
        Still still = new Still(0);
        Simulation s = Scenario.on(slow)
                .seconds(10)
                .application(app(still, 20))
                .disturb(Disturbance.clockCap(5.05, 100, 6e8))
                .build()
                .start();
        s.advance(5_300_000_000L);
        assertThat(s.clock()).isEqualTo(slow.clockAt(6e8));
        assertThat(still.lastShare).isEqualTo(1);
        assertThat(still.events).isEmpty();
        s.run();
        assertThat(still.lastShare).isCloseTo(522_750_000 / 1_300_500_000.0, within(1e-9));
        assertThat(still.events).hasSize(1);
        assertThat(still.events.get(0).kind()).isEqualTo(MonitorEvent.Kind.CLOCK_CAPPED);
        assertThat(still.events.get(0).atNanos()).isEqualTo(5_400_000_000L);
        assertThat(still.lastWatts).isBetween(3.0, 12.0);
    }

    @Test
    void a_power_mode_caps_the_clock_and_is_told() {
        Still still = new Still(0);
        Simulation s = scenario()
                .application(app(still, 20))
                .disturb(Disturbance.powerMode(5, 100, 1))
                .build()
                .run();
        assertThat(s.clock()).isEqualTo(TX2.clockAt(854_250_000));
        assertThat(still.events)
                .extracting(MonitorEvent::kind)
                .contains(MonitorEvent.Kind.POWER_MODE_CHANGED, MonitorEvent.Kind.CLOCK_CAPPED);
    }

    @Test
    void a_monitor_can_be_stuck_lie_or_be_silent() {
        Still still = new Still(0);
        Simulation s = scenario()
                .application(app(still, 20))
                .disturb(Disturbance.monitorStuck(4, 8))
                .disturb(Disturbance.monitorLies(10, 12, 3))
                .disturb(Disturbance.monitorSilent(14, 16))
                .build()
                .start();
        s.advance(5_000_000_000L);
        double stuck = still.lastWatts;
        s.advance(7_900_000_000L);
        assertThat(still.lastWatts).isEqualTo(stuck);
        s.advance(11_000_000_000L);
        assertThat(still.lastWatts).isGreaterThan(2 * stuck);
        s.advance(15_000_000_000L);
        assertThat(still.lastWatts).isNaN();
        assertThat(still.lastShare).isNaN();
        s.run();
        assertThat(still.lastWatts).isBetween(0.8 * stuck, 1.25 * stuck);
        assertThat(still.events)
                .extracting(MonitorEvent::kind)
                .containsExactly(MonitorEvent.Kind.SENSOR_LOST, MonitorEvent.Kind.SENSOR_BACK);
    }

    @Test
    void a_backend_that_throws_at_one_level_fails_those_frames_only() {
        Simulation s = scenario()
                .application(app("a", 20, 1))
                .disturb(Disturbance.backendFails(5, 10, 0, 1))
                .build()
                .run();
        assertThat(s.tally(0).failed()).isBetween(99L, 101L);
        assertThat(s.tally(0).served() + s.tally(0).failed()).isBetween(399L, 401L);
        Simulation other = scenario()
                .application(app("a", 20, 2))
                .disturb(Disturbance.backendFails(5, 10, 0, 1))
                .build()
                .run();
        assertThat(other.tally(0).failed()).isZero();
    }

    @Test
    void a_stalled_source_yields_no_frames_and_none_are_missed() {
        Simulation s = scenario()
                .application(app("a", 20, 0))
                .disturb(Disturbance.sourceStall(5, 15, 0))
                .build()
                .run();
        assertThat(s.tally(0).due()).isBetween(199L, 201L);
        assertThat(s.tally(0).missed()).isLessThan(5);
        Simulation closed = scenario()
                .application(app("a", 0, 0))
                .disturb(Disturbance.sourceStall(5, 15, 0))
                .build()
                .run();
        assertThat(closed.tally(0).served()).isBetween(480L, 505L);
    }

    @Test
    void a_jump_of_the_clock_is_what_controllers_see_and_no_latency() {
        Still still = new Still(0);
        Simulation s = scenario()
                .application(app(still, 20))
                .disturb(Disturbance.timeJump(5, 1000))
                .build()
                .run();
        assertThat(still.lastEnd).isGreaterThan(1_000_000_000_000L);
        assertThat(still.events).extracting(MonitorEvent::kind).containsExactly(MonitorEvent.Kind.TIME_JUMPED);
        assertThat(s.tally(0).percentileMillis(100)).isLessThan(100);
    }

    @Test
    void applications_come_and_go_and_are_paused_and_bounded() {
        Still still = new Still(0);
        Simulation s = scenario()
                .application(app(still, 20))
                .application(app("guest", 20, 0).between(5, 10))
                .build()
                .start();
        s.advance(10_100_000_000L);
        assertThat(s.present(1)).isFalse();
        assertThat(s.tally(1).served()).isBetween(99L, 101L);
        s.bound(0, 2, 3);
        s.pause(0, true);
        s.advance(15_000_000_000L);
        assertThat(s.tally(0).dropped()).isBetween(96L, 99L);
        s.pause(0, false);
        s.run();
        assertThat(s.tally(0).servedAt(2)).isBetween(99L, 101L);
    }

    @Test
    void the_same_frame_has_the_same_luck_under_every_controller() {
        Recorder wide = new Recorder();
        Recorder narrow = new Recorder();
        scenario()
                .application(app("a", 20, 0).withNoise(0, 0))
                .watch(wide)
                .build()
                .run();
        scenario()
                .application(app("a", 20, 3).withNoise(0, 0))
                .watch(narrow)
                .build()
                .run();
        double ratio = NET.levels().get(3).latency().p50()
                / NET.levels().get(0).latency().p50();
        for (int i = 0; i < 300; i++) {
            Recorder.Frame a = wide.frames().get(i);
            Recorder.Frame b = narrow.frames().get(i);
            assertThat((double) b.latencyNanos() / a.latencyNanos()).isCloseTo(ratio, within(1e-6));
        }
    }

    @Test
    void frames_cost_no_memory() {
        Simulation s = Scenario.on(TX2)
                .seconds(1e6)
                .application(app("a", 200, 3))
                .application(app("b", 30, 1))
                .disturb(Disturbance.wander(0, 1e6, 0.1, 3))
                .build()
                .start();
        s.advance(200_000_000_000L);
        ThreadMXBean threads = (ThreadMXBean) ManagementFactory.getThreadMXBean();
        long id = Thread.currentThread().getId();
        long before = threads.getThreadAllocatedBytes(id);
        s.advance(600_000_000_000L);
        assertThat(threads.getThreadAllocatedBytes(id) - before).isLessThan(20_000);
    }

    @Test
    void what_cannot_be_is_refused() {
        assertThatThrownBy(() -> scenario().build()).isInstanceOf(UserException.class);
        assertThatThrownBy(() -> scenario()
                        .application(app("a", 1, 0))
                        .disturb(Disturbance.sourceStall(1, 2, 1))
                        .build())
                .isInstanceOf(UserException.class)
                .hasMessageContaining("application 1");
        assertThatThrownBy(() -> scenario().clock(13)).isInstanceOf(UserException.class);
        assertThatThrownBy(() -> scenario().application(app("a", 1, 7)).build().run())
                .isInstanceOf(IllegalStateException.class)
                .hasMessageContaining("chose level 7");
    }
}
