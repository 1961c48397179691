package io.dms.monitor;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.dms.model.UserException;
import io.dms.monitor.MonitorEvent.Kind;
import io.dms.testkit.FakeClock;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

class BoardMonitorTest {
    private static final Duration STEP = Duration.ofMillis(100);

    @TempDir
    Path root;

    private final FakeClock clock = new FakeClock(1_000_000_000);
    private final List<MonitorEvent> events = new ArrayList<>();

    private BoardMonitor open(MonitorProvider... providers) {
        BoardMonitor monitor =
                BoardMonitor.open(MonitorOptions.DEFAULT.withClock(clock).withRoot(root), List.of(providers));
        monitor.addListener(events::add);
        return monitor;
    }

    private void step(BoardMonitor monitor, int times) {
        for (int i = 0; i < times; i++) {
            clock.advance(STEP);
            monitor.sampleNow();
        }
    }

    private List<Kind> kinds() {
        return events.stream().map(MonitorEvent::kind).toList();
    }

    @Test
    void opensWithoutAnySensorAndSaysWhy() {
        MonitorProvider refusing = new MonitorProvider() {
            @Override
            public String name() {
                return "jetson";
            }

            @Override
            public Opening open(MonitorOptions options) {
                return Opening.refused("this is no Jetson");
            }
        };
        MonitorProvider broken = new MonitorProvider() {
            @Override
            public String name() {
                return "nvml";
            }

            @Override
            public Opening open(MonitorOptions options) {
                throw new IllegalStateException("boom");
            }
        };
        try (BoardMonitor m = open(refusing, broken)) {
            m.sampleNow();
            assertThat(m.sensors()).isEmpty();
            assertThat(m.refusals())
                    .containsEntry("jetson", "this is no Jetson")
                    .containsKey("nvml");
            Snapshot s = m.snapshot();
            assertThat(s.totalWatts()).isNaN();
            assertThat(s.totalScope()).isNull();
            assertThat(m.energy().whyAbsent()).contains("no source");
            assertThat(m.energy().joules()).isNaN();
        }
    }

    @Test
    void listsSourcesByTrustAndTakesTheTotalOfTheFirstThatHasOne() {
        FakeSource os = new FakeSource("os").with("cpu", Quantity.LOAD, Scope.CPU, 0, 0.25);
        FakeSource rapl = FakeSource.power("rapl", 0, 30);
        FakeSource jetson = FakeSource.power("jetson", 0, 7);
        try (BoardMonitor m = open(os, rapl, jetson)) {
            step(m, 1);
            assertThat(m.sources()).containsExactly("jetson", "rapl", "os");
            Snapshot s = m.snapshot();
            assertThat(s.totalWatts()).isEqualTo(7);
            assertThat(s.totalScope()).isEqualTo(Scope.MODULE);
            assertThat(m.total()).isEqualTo(new TotalPower(List.of(0), Scope.MODULE, "VDD_IN"));
            assertThat(s.value(1)).isEqualTo(30);
            assertThat(m.sourceOf(1)).isEqualTo("rapl");
            assertThat(s.cpuLoad()).isEqualTo(0.25);
        }
    }

    @Test
    void namedSourcesAloneAreUsedInTheGivenOrder() {
        FakeSource a = FakeSource.power("jetson", 0, 1);
        FakeSource b = FakeSource.power("rapl", 0, 2);
        FakeSource c = FakeSource.power("os", 0, 3);
        MonitorOptions options = MonitorOptions.DEFAULT.withRoot(root).withSources(List.of("rapl", "jetson", "nosuch"));
        try (BoardMonitor m = BoardMonitor.open(options, List.of(a, b, c))) {
            assertThat(m.sources()).containsExactly("rapl", "jetson");
            assertThat(m.refusals().get("nosuch")).contains("jetson, os, rapl");
        }
    }

    @Test
    void aTotalIsAbsentWhereAnyMemberIs() {
        FakeSource source = new FakeSource("jetson")
                .with("GPU", Quantity.POWER, Scope.GPU, 0, 2)
                .with("CPU", Quantity.POWER, Scope.CPU, 0, 3);
        source.total = new TotalPower(List.of(0, 1), Scope.MODULE, "sum of GPU, CPU");
        try (BoardMonitor m = open(source)) {
            step(m, 1);
            assertThat(m.snapshot().totalWatts()).isEqualTo(5);
            source.reasons[1] = Absence.BUSY;
            step(m, 1);
            Snapshot s = m.snapshot();
            assertThat(s.totalWatts()).isNaN();
            assertThat(s.totalAbsence()).isEqualTo(Absence.BUSY);
            assertThat(s.value(0)).isEqualTo(2);
            assertThat(s.absence(1)).isEqualTo(Absence.BUSY);
        }
    }

    @Test
    void valuesAgeAndNothingIsThereBeforeTheFirstSample() {
        try (BoardMonitor m = open(FakeSource.power("jetson", 0, 4))) {
            Snapshot s = m.snapshot();
            assertThat(s.absence(0)).isEqualTo(Absence.NOT_YET);
            assertThat(s.value(0)).isNaN();
            step(m, 1);
            clock.advance(Duration.ofMillis(30));
            m.latest(s);
            assertThat(s.value(0)).isEqualTo(4);
            assertThat(s.ageNanos(0)).isEqualTo(30_000_000);
            assertThat(s.atNanos()).isEqualTo(clock.getAsLong());
        }
    }

    @Test
    void whatIsNoNumberIsAbsentAndASourceThatThrowsEndsNothing() {
        FakeSource source = FakeSource.power("jetson", 0, Double.POSITIVE_INFINITY);
        FakeSource other = FakeSource.power("rapl", 0, 9);
        try (BoardMonitor m = open(source, other)) {
            step(m, 1);
            assertThat(m.snapshot().absence(0)).isEqualTo(Absence.IMPLAUSIBLE);
            source.duringRead = () -> {
                throw new IllegalStateException("boom");
            };
            step(m, 1);
            assertThat(m.snapshot().absence(0)).isEqualTo(Absence.FAILED);
            assertThat(m.snapshot().value(1)).isEqualTo(9);
            source.duringRead = null;
            source.values[0] = 3;
            step(m, 1);
            assertThat(m.snapshot().value(0)).isEqualTo(3);
        }
    }

    @Test
    @Timeout(30)
    void aSourceThatHangsStopsNeitherOthersNorTheCaller() throws InterruptedException {
        CountDownLatch hang = new CountDownLatch(1);
        CountDownLatch reading = new CountDownLatch(2);
        FakeSource stuck = FakeSource.power("jetson", 0, 4);
        stuck.duringRead = () -> {
            reading.countDown();
            if (reading.getCount() == 0) {
                await(hang);
            }
        };
        FakeSource fine = new FakeSource("os").with("cpu", Quantity.LOAD, Scope.CPU, 0, 0.5);
        List<MonitorEvent> seen = java.util.Collections.synchronizedList(events);
        MonitorOptions options =
                MonitorOptions.DEFAULT.withClock(clock).withRoot(root).withInterval(Duration.ofMillis(5));
        try (BoardMonitor m = BoardMonitor.open(options, List.of(stuck, fine))) {
            m.addListener(seen::add);
            m.start();
            reading.await();
            int before = fine.reads;
            clock.advance(Duration.ofSeconds(2));
            Snapshot s = m.snapshot();
            assertThat(s.absence(0)).isEqualTo(Absence.TIMED_OUT);
            assertThat(s.totalAbsence()).isEqualTo(Absence.TIMED_OUT);
            assertThat(s.totalWatts()).isNaN();
            until(() -> fine.reads > before + 3);
            until(() -> kinds().contains(Kind.SENSOR_LOST));
            hang.countDown();
            until(() -> kinds().contains(Kind.SENSOR_BACK));
            until(() -> m.snapshot().value(0) == 4);
        }
        until(() -> stuck.closed && fine.closed);
    }

    private static void await(CountDownLatch latch) {
        try {
            latch.await(20, TimeUnit.SECONDS);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    private static void until(java.util.function.BooleanSupplier condition) throws InterruptedException {
        while (!condition.getAsBoolean()) {
            Thread.sleep(2);
        }
    }

    @Test
    void tellsThrottlingCapsModeAndLostSensors() {
        FakeSource s = new FakeSource("jetson")
                .with("oc3.events", Quantity.COUNT, Scope.MODULE, 0, 5)
                .with("thermal", Quantity.THROTTLE, Scope.GPU, 0, 0)
                .with("gpu.cap", Quantity.FREQUENCY_CAP, Scope.GPU, 0, 1300e6)
                .with("VDD_IN", Quantity.POWER, Scope.MODULE, 0, 5);
        s.mode = new PowerMode(0, "MAXN");
        try (BoardMonitor m = open(s)) {
            step(m, 5);
            assertThat(events).isEmpty();
            assertThat(m.snapshot().throttled()).isFalse();
            assertThat(m.powerMode()).isEqualTo(s.mode);

            s.values[0] = 7;
            step(m, 1);
            assertThat(kinds()).containsExactly(Kind.THROTTLE_BEGAN);
            assertThat(m.snapshot().throttled()).isTrue();
            step(m, 11);
            assertThat(kinds()).endsWith(Kind.THROTTLE_ENDED);
            assertThat(m.snapshot().throttled()).isFalse();

            events.clear();
            s.values[1] = 1;
            step(m, 2);
            s.values[1] = 0;
            step(m, 1);
            assertThat(kinds()).containsExactly(Kind.THROTTLE_BEGAN, Kind.THROTTLE_ENDED);

            events.clear();
            s.values[2] = 800e6;
            step(m, 1);
            s.values[2] = 1300e6;
            step(m, 1);
            assertThat(kinds())
                    .containsExactly(Kind.CLOCK_CAPPED, Kind.THROTTLE_BEGAN, Kind.CLOCK_CAPPED, Kind.THROTTLE_ENDED);
            assertThat(events.get(0).before()).isEqualTo(1300e6);
            assertThat(events.get(0).after()).isEqualTo(800e6);

            events.clear();
            m.expectCap(Scope.GPU, 800e6);
            s.values[2] = 800e6;
            step(m, 1);
            assertThat(kinds()).containsExactly(Kind.CLOCK_CAPPED);
            assertThat(m.snapshot().throttled()).isFalse();

            events.clear();
            s.reasons[3] = Absence.BUSY;
            step(m, EventDetector.LOST_AFTER + 2);
            s.reasons[3] = null;
            step(m, 1);
            assertThat(kinds()).containsExactly(Kind.SENSOR_LOST, Kind.SENSOR_BACK);

            events.clear();
            s.mode = new PowerMode(2, "MODE_15W");
            step(m, 11);
            assertThat(kinds()).containsExactly(Kind.POWER_MODE_CHANGED);
            assertThat(m.snapshot().powerMode()).isEqualTo(s.mode);
        }
    }

    @Test
    void countersThatWrapCountOn() {
        assertThat(Counters.events(4294967290.0, 4)).isEqualTo(10);
        assertThat(Counters.events(10, 12)).isEqualTo(2);
        assertThat(Counters.events(10, 3)).as("set back").isEqualTo(3);
    }

    @Test
    void aListenerThatThrowsEndsNothing() {
        FakeSource s = new FakeSource("jetson").with("thermal", Quantity.THROTTLE, Scope.GPU, 0, 0);
        try (BoardMonitor m =
                BoardMonitor.open(MonitorOptions.DEFAULT.withClock(clock).withRoot(root), List.of(s))) {
            m.addListener(e -> {
                throw new IllegalStateException("a listener that fails, on purpose");
            });
            m.addListener(events::add);
            step(m, 1);
            s.values[0] = 1;
            step(m, 1);
            assertThat(kinds()).containsExactly(Kind.THROTTLE_BEGAN);
            s.values[0] = 0;
            step(m, 1);
            assertThat(kinds()).containsExactly(Kind.THROTTLE_BEGAN, Kind.THROTTLE_ENDED);
        }
    }

    @Test
    void noticesThatTheMachineSleptAndThatItStoodStill() throws Exception {
        Path uptime = Files.createDirectories(root.resolve("proc")).resolve("uptime");
        Files.writeString(uptime, "100.00 50.0\n");
        try (BoardMonitor m = open(FakeSource.power("jetson", 0, 1))) {
            step(m, 2);
            assertThat(events).isEmpty();
            Files.writeString(uptime, "145.00 50.0\n");
            step(m, 1);
            assertThat(kinds()).containsExactly(Kind.TIME_JUMPED);
            assertThat(events.get(0).text()).contains("slept");
            clock.advance(Duration.ofSeconds(30));
            Files.writeString(uptime, "175.00 50.0\n");
            m.sampleNow();
            assertThat(kinds()).containsExactly(Kind.TIME_JUMPED, Kind.TIME_JUMPED);
            assertThat(events.get(1).text()).contains("stood still");
            step(m, 3);
            assertThat(events).hasSize(2);
        }
    }

    @Test
    void keepsAMinuteOfHistory() {
        FakeSource s = FakeSource.power("jetson", 0, 0);
        try (BoardMonitor m = open(s)) {
            for (int i = 0; i < 2000; i++) {
                s.values[0] = i;
                step(m, 1);
            }
            long[] times = new long[10_000];
            double[] values = new double[10_000];
            int n = m.history(0, Long.MIN_VALUE, times, values);
            assertThat(n).isBetween(590, 600);
            for (int i = 0; i < n; i++) {
                assertThat(values[i]).isEqualTo(2000 - n + i);
            }
            assertThat(m.history(0, clock.getAsLong() - STEP.toNanos(), times, values))
                    .isEqualTo(2);
            assertThat(values[1]).isEqualTo(1999);
        }
    }

    @Test
    void aSampleAndASnapshotAllocateNothing() {
        FakeSource s = FakeSource.power("jetson", 0, 3).with("GPU-therm", Quantity.TEMPERATURE, Scope.GPU, 0, 40);
        s.mode = new PowerMode(0, "MAXN");
        try (BoardMonitor m = open(s);
                EnergyWindow window = m.energy()) {
            Snapshot into = m.snapshot();
            assertThat(Allocations.leastBytes(5, 300, () -> {
                        clock.advance(100_000_000);
                        m.sampleNow();
                        m.latest(into);
                    }))
                    .isZero();
            assertThat(window.joules()).isPositive();
        }
    }

    @Test
    void refusesSnapshotsOfAnotherMonitor() {
        try (BoardMonitor m = open(FakeSource.power("jetson", 0, 3));
                BoardMonitor other = open(FakeSource.power("jetson", 0, 3))) {
            Snapshot s = other.snapshot();
            assertThatThrownBy(() -> m.latest(s)).isInstanceOf(UserException.class);
        }
    }
}
