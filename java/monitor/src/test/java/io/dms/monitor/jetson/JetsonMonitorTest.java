package io.dms.monitor.jetson;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import io.dms.monitor.Absence;
import io.dms.monitor.BoardMonitor;
import io.dms.monitor.EnergyWindow;
import io.dms.monitor.MonitorEvent;
import io.dms.monitor.MonitorEvent.Kind;
import io.dms.monitor.MonitorOptions;
import io.dms.monitor.PowerMode;
import io.dms.monitor.Scope;
import io.dms.monitor.Sensor;
import io.dms.monitor.Snapshot;
import io.dms.testkit.FakeClock;
import io.dms.testkit.FakeSysfs;
import java.io.FileOutputStream;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.function.BooleanSupplier;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.condition.EnabledOnOs;
import org.junit.jupiter.api.condition.OS;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** A board monitor over the files of a board. */
class JetsonMonitorTest {
    private final FakeClock clock = new FakeClock(1);
    private final List<MonitorEvent> events = new CopyOnWriteArrayList<>();

    private BoardMonitor open(FakeSysfs tree) {
        BoardMonitor monitor = BoardMonitor.open(
                MonitorOptions.DEFAULT.withRoot(tree.root()).withClock(clock), List.of(new JetsonProvider()));
        monitor.addListener(events::add);
        return monitor;
    }

    private void step(BoardMonitor monitor, int times) {
        for (int i = 0; i < times; i++) {
            clock.advance(Duration.ofMillis(100));
            monitor.sampleNow();
        }
    }

    private List<Kind> kinds() {
        return events.stream().map(MonitorEvent::kind).toList();
    }

    @ParameterizedTest(name = "{0}")
    @CsvSource({
        "tx2-jetpack4, 1.840, MODULE, 114.75e6, 1300.5e6, 2.0352e9, 0, 34.5",
        "agx-xavier-jetpack5, 7.633, MODULE, 114.75e6, 1377e6, 1.1904e9, 0, 30.5",
        "xavier-nx-jetpack5, 5.542, MODULE, 510e6, 1109.25e6, 1.189e9, 0.22, 40.0",
        "agx-orin-jetpack6, 6.914, MODULE, 305e6, 1300.5e6, 1.728e9, 0.39, 43.906",
        "agx-thor-jetpack7, 22.968, BOARD, 1000e6, 1575e6, 1.53e9, NaN, 55.125",
    })
    void a_snapshot_has_what_a_controller_needs(
            String name, double watts, Scope scope, double gpu, double cap, double cpu, double load, double hottest) {
        try (FakeSysfs tree = FakeSysfs.of(Readings.tree(name));
                BoardMonitor monitor = open(tree)) {
            step(monitor, 1);
            Snapshot s = monitor.snapshot();
            assertThat(s.totalWatts()).isCloseTo(watts, within(0.002));
            assertThat(s.totalScope()).isEqualTo(scope);
            assertThat(s.gpuHertz()).isEqualTo(gpu);
            assertThat(s.gpuCapHertz()).isEqualTo(cap);
            assertThat(s.cpuHertz()).isEqualTo(cpu);
            assertThat(s.gpuLoad()).isEqualTo(Double.valueOf(load));
            assertThat(s.hottestCelsius()).isEqualTo(hottest);
        }
    }

    @Test
    void no_source_shows_a_temperature_that_is_invented_or_one_twice() {
        try (FakeSysfs tree = FakeSysfs.of(Readings.tree("tx2-jetpack4"));
                BoardMonitor monitor = BoardMonitor.open(
                        MonitorOptions.DEFAULT.withRoot(tree.root()).withClock(clock))) {
            assertThat(monitor.sources()).contains("jetson");
            assertThat(monitor.sensors().stream().map(Sensor::name))
                    .containsOnlyOnce("GPU-therm")
                    .doesNotContain("PMIC-Die");
        }
    }

    @Test
    void throttling_caps_and_modes_are_told() {
        try (FakeSysfs tree = FakeSysfs.of(Readings.tree("agx-orin-jetpack6"));
                BoardMonitor monitor = open(tree)) {
            step(monitor, 3);
            assertThat(events).isEmpty();
            assertThat(monitor.snapshot().throttled()).isFalse();
            assertThat(monitor.powerMode()).isEqualTo(new PowerMode(2, "MODE_30W"));

            tree.set("/sys/devices/virtual/thermal/cooling_device4/cur_state", "1");
            step(monitor, 1);
            assertThat(kinds()).containsExactly(Kind.THROTTLE_BEGAN);
            assertThat(events.get(0).subject()).isEqualTo("throttle.cpu-throttle-alert");
            assertThat(monitor.snapshot().throttled()).isTrue();
            tree.set("/sys/devices/virtual/thermal/cooling_device4/cur_state", "0");
            step(monitor, 1);
            assertThat(kinds()).endsWith(Kind.THROTTLE_ENDED);

            events.clear();
            tree.set("/sys/devices/platform/soctherm-oc-event/hwmon/hwmon5/oc2_event_cnt", "1");
            step(monitor, 1);
            assertThat(kinds()).containsExactly(Kind.THROTTLE_BEGAN);
            step(monitor, 12);

            events.clear();
            tree.set("/sys/devices/platform/bus@0/17000000.gpu/devfreq/17000000.gpu/max_freq", "612000000");
            step(monitor, 1);
            assertThat(kinds()).contains(Kind.CLOCK_CAPPED, Kind.THROTTLE_BEGAN);

            events.clear();
            tree.set("/var/lib/nvpmodel/status", "pmode:0001");
            step(monitor, 12);
            assertThat(kinds()).contains(Kind.POWER_MODE_CHANGED);
            assertThat(monitor.powerMode()).isEqualTo(new PowerMode(1, "MODE_15W"));
        }
    }

    @Test
    void a_board_that_slept_has_no_energy_for_the_time_it_slept() {
        try (FakeSysfs tree = FakeSysfs.of(Readings.tree("orin-nano-jetpack6")).set("/proc/uptime", "100.00 1.0");
                BoardMonitor monitor = open(tree)) {
            step(monitor, 2);
            EnergyWindow window = monitor.energy();
            step(monitor, 10);
            tree.set("/proc/uptime", "3700.00 1.0");
            step(monitor, 2);
            window.close();
            step(monitor, 1);
            assertThat(kinds()).containsExactly(Kind.TIME_JUMPED);
            assertThat(window.joules())
                    .as("no figure for a stretch of which most was not seen")
                    .isNaN();
            assertThat(window.whyAbsent()).isNotNull();
            EnergyWindow after = monitor.energy();
            step(monitor, 10);
            after.close();
            step(monitor, 1);
            assertThat(after.joules()).isCloseTo(4.984, within(0.01));
            assertThat(after.scope()).isEqualTo(Scope.MODULE);
        }
    }

    @Test
    @Timeout(60)
    @EnabledOnOs(value = OS.LINUX, disabledReason = "named pipes are made by mkfifo")
    void a_file_that_hangs_makes_readings_absent_and_holds_up_nobody() throws IOException, InterruptedException {
        try (FakeSysfs tree = FakeSysfs.of(Readings.tree("orin-nano-jetpack6"));
                BoardMonitor monitor = open(tree)) {
            String rail = "/sys/bus/i2c/devices/1-0040/hwmon/hwmon1/in2_input";
            tree.delete(rail);
            assertThat(new ProcessBuilder("mkfifo", tree.path(rail).toString())
                            .start()
                            .waitFor())
                    .isZero();
            monitor.start();
            Snapshot s = monitor.snapshot();
            until(() -> {
                clock.advance(Duration.ofSeconds(2));
                monitor.latest(s);
                return s.totalAbsence() == Absence.TIMED_OUT;
            });
            assertThat(s.totalWatts()).isNaN();
            until(() -> kinds().contains(Kind.SENSOR_LOST));
            // The device is a file again, and the read that hangs comes back with nothing.
            Path pipe = tree.path("/pipe");
            Files.move(tree.path(rail), pipe);
            tree.set(rail, "4976");
            new FileOutputStream(pipe.toFile()).close();
            until(() -> {
                monitor.latest(s);
                return s.totalWatts() > 0;
            });
            assertThat(s.totalWatts()).isCloseTo(4.984, within(1e-6));
        }
    }

    private static void until(BooleanSupplier condition) throws InterruptedException {
        while (!condition.getAsBoolean()) {
            Thread.sleep(5);
        }
    }
}
