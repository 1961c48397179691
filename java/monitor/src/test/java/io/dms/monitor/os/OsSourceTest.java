package io.dms.monitor.os;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import io.dms.monitor.Absence;
import io.dms.monitor.Allocations;
import io.dms.monitor.MonitorOptions;
import io.dms.monitor.MonitorSource;
import io.dms.monitor.Quantity;
import io.dms.monitor.Sample;
import io.dms.monitor.SampleSink;
import io.dms.monitor.Scope;
import io.dms.monitor.Sensor;
import io.dms.testkit.FakeClock;
import io.dms.testkit.FakeSysfs;
import java.util.List;
import java.util.Objects;
import java.util.Random;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

class OsSourceTest {
    /** After Documentation/filesystems/proc.rst and Documentation/admin-guide/pm/cpufreq.rst of the kernel. */
    private static final String TREE = """
            /proc/stat = |
              cpu  200 0 100 700 0 0 0 0 0 0
              cpu0 100 0 50 350 0 0 0 0 0 0
              cpu1 100 0 50 350 0 0 0 0 0 0
              intr 5 6 7
            /proc/meminfo = |
              MemTotal:        8000 kB
              MemFree:          100 kB
              MemAvailable:    5000 kB
              SwapTotal:       1000 kB
              SwapFree:         400 kB
            [/sys/devices/system/cpu/cpufreq/policy0]
            scaling_cur_freq = 1200000
            scaling_max_freq = 3400000
            [/sys/devices/system/cpu/cpu0/thermal_throttle]
            package_throttle_count = 7
            [/sys/class/thermal/thermal_zone0]
            type = GPU-therm
            temp = 41500
            [/sys/class/thermal/thermal_zone1]
            type = x86_pkg_temp
            temp = 52000
            [/sys/class/thermal/thermal_zone2]
            type = CV0-therm
            temp = -256000
            [/sys/class/hwmon/hwmon0]
            name = coretemp
            temp1_label = Package id 0
            temp1_input = 52000
            temp2_label = Core 0
            temp2_input = 49000
            [/sys/class/hwmon/hwmon1]
            name = nvme
            temp1_label = Composite
            temp1_input = 60000
            [/sys/class/hwmon/hwmon2]
            name = gpu_therm
            temp1_input = 41500
            """;

    private final FakeSysfs tree = FakeSysfs.of(TREE);
    private final FakeClock clock = new FakeClock();

    @AfterEach
    void close() {
        tree.close();
    }

    private MonitorSource open() {
        MonitorOptions options = MonitorOptions.DEFAULT.withRoot(tree.root()).withClock(clock);
        return Objects.requireNonNull(new OsProvider().open(options).source());
    }

    private void stat(String all, String cpu0, String cpu1) {
        tree.set(
                "/proc/stat", "cpu  " + all + "\ncpu0 " + cpu0 + (cpu1.isEmpty() ? "" : "\ncpu1 " + cpu1) + "\nintr 9");
    }

    @Test
    void loadIsTheShareOfTicksThatWereNotIdle() {
        try (MonitorSource os = open()) {
            assertThat(Sample.of(os).why("cpu")).isEqualTo(Absence.ONE_SAMPLE);
            stat("240 0 110 730 20 0 0 0 0 0", "140 0 60 350 0 0 0 0 0 0", "100 0 50 380 20 0 0 0 0 0");
            Sample s = Sample.of(os);
            assertThat(s.value("cpu")).isEqualTo(0.5);
            assertThat(s.value("cpu0")).isEqualTo(1);
            assertThat(s.value("cpu1")).isZero();
            assertThat(Sample.of(os).value("cpu")).as("no tick passed").isEqualTo(0.5);
        }
    }

    @Test
    void aCoreThatIsSwitchedOffIsAbsentAndComesBack() {
        try (MonitorSource os = open()) {
            Sample.of(os);
            stat("210 0 110 710 0 0 0 0 0 0", "110 0 60 360 0 0 0 0 0 0", "");
            assertThat(Sample.of(os).why("cpu1")).isEqualTo(Absence.OFFLINE);
            stat("220 0 120 720 0 0 0 0 0 0", "120 0 70 370 0 0 0 0 0 0", "110 0 60 360 0 0 0 0 0 0");
            Sample s = Sample.of(os);
            assertThat(s.value("cpu1")).isCloseTo(2.0 / 3, within(1e-9));
        }
    }

    @Test
    void readsMemoryClocksAndTemperatures() {
        try (MonitorSource os = open()) {
            Sample s = Sample.of(os);
            assertThat(s.value("memory")).isEqualTo(3000 * 1024);
            assertThat(s.value("swap")).isEqualTo(600 * 1024);
            assertThat(s.value("cpu0.frequency")).isEqualTo(1.2e9);
            assertThat(s.value("cpu0.cap")).isEqualTo(3.4e9);
            assertThat(s.value("cpu.throttled")).isEqualTo(7);
            assertThat(s.value("GPU-therm")).isEqualTo(41.5);
            assertThat(s.value("x86_pkg_temp")).isEqualTo(52);
            assertThat(s.why("CV0-therm")).isEqualTo(Absence.OFFLINE);
            assertThat(s.value("coretemp Core 0")).isEqualTo(49);
            assertThat(s.value("nvme Composite")).isEqualTo(60);
        }
    }

    @Test
    void saysWhatPartATemperatureIsOfAndListsNoneTwice() {
        try (MonitorSource os = open()) {
            List<Sensor> hot = os.sensors().stream()
                    .filter(s -> s.quantity() == Quantity.TEMPERATURE)
                    .toList();
            assertThat(hot)
                    .extracting(Sensor::name, Sensor::scope)
                    .containsExactlyInAnyOrder(
                            org.assertj.core.groups.Tuple.tuple("GPU-therm", Scope.GPU),
                            org.assertj.core.groups.Tuple.tuple("x86_pkg_temp", Scope.PACKAGE),
                            org.assertj.core.groups.Tuple.tuple("CV0-therm", Scope.UNKNOWN),
                            org.assertj.core.groups.Tuple.tuple("coretemp Package id 0", Scope.PACKAGE),
                            org.assertj.core.groups.Tuple.tuple("coretemp Core 0", Scope.CPU),
                            org.assertj.core.groups.Tuple.tuple("nvme Composite", Scope.IO));
            assertThat(hot).allMatch(s -> s.origin().startsWith("/sys/class/"));
        }
    }

    @Test
    void asksForTemperaturesOnceASecond() {
        try (MonitorSource os = open()) {
            Sample.of(os);
            tree.set("/sys/class/thermal/thermal_zone0/temp", "60000");
            clock.advance(900_000_000);
            assertThat(Sample.of(os).value("GPU-therm")).isEqualTo(41.5);
            clock.advance(100_000_000);
            assertThat(Sample.of(os).value("GPU-therm")).isEqualTo(60);
        }
    }

    @Test
    void refusesWhereThereIsNoLinux() {
        try (FakeSysfs empty = FakeSysfs.of("")) {
            MonitorOptions options = MonitorOptions.DEFAULT.withRoot(empty.root());
            assertThat(new OsProvider().open(options).refusal()).contains("neither proc nor sys");
        }
    }

    @Test
    void whateverFilesHoldEverySensorHasAValueOrAReason() {
        String alphabet = "0123456789 cpuMemTotalAvailable:-.\nkB\0x";
        try (MonitorSource os = open()) {
            List<String> files = tree.files();
            for (int seed = 0; seed < 300; seed++) {
                Random random = new Random(seed);
                StringBuilder text = new StringBuilder();
                for (int i = random.nextInt(120); i > 0; i--) {
                    text.append(alphabet.charAt(random.nextInt(alphabet.length())));
                }
                String file = files.get(random.nextInt(files.size()));
                if (random.nextInt(10) == 0) {
                    tree.delete(file);
                } else {
                    tree.set(file, (random.nextBoolean() ? "cpu  1 2 3 4\n" : "") + text);
                }
                clock.advance(1_000_000_000);
                Sample s = Sample.of(os);
                for (Sensor sensor : os.sensors()) {
                    double value = s.value(sensor.name());
                    assertThat(Double.isNaN(value))
                            .as("%s, seed %d", sensor, seed)
                            .isEqualTo(s.why(sensor.name()) != null);
                    assertThat(Double.isInfinite(value)).isFalse();
                    if (sensor.quantity() == Quantity.LOAD && !Double.isNaN(value)) {
                        assertThat(value).isBetween(0.0, 1.0);
                    }
                }
            }
        }
    }

    @Test
    void aSampleAllocatesNothing() {
        SampleSink nowhere = new SampleSink() {
            @Override
            public void value(int sensor, double value) {}

            @Override
            public void absent(int sensor, Absence why) {}
        };
        try (MonitorSource os = open()) {
            assertThat(Allocations.leastBytes(5, 200, () -> {
                        clock.advance(100_000_000);
                        os.sample(nowhere);
                    }))
                    .isZero();
        }
    }

    @Test
    void readsThisMachine() {
        MonitorSource source = new OsProvider().open(MonitorOptions.DEFAULT).source();
        org.junit.jupiter.api.Assumptions.assumeTrue(source != null, "no Linux");
        try (MonitorSource os = Objects.requireNonNull(source)) {
            assertThat(Sample.of(os).value("memory")).isPositive();
        }
    }
}
