package io.dms.monitor.jetson;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import io.dms.monitor.Absence;
import io.dms.monitor.MonitorOptions;
import io.dms.monitor.MonitorSource;
import io.dms.monitor.PowerMode;
import io.dms.monitor.Quantity;
import io.dms.monitor.Scope;
import io.dms.monitor.Sensor;
import io.dms.monitor.SensorFile;
import io.dms.monitor.SystemFiles;
import io.dms.monitor.TotalPower;
import io.dms.testkit.FakeSysfs;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Each recorded tree gives every rail with its unit and scope, the total by its board's rule, and its power mode. */
class JetsonBoardsTest {
    static final List<String> ALL = List.of(
            "tx2-jetpack4",
            "nano-jetpack4",
            "agx-xavier-jetpack4",
            "agx-xavier-jetpack5",
            "xavier-nx-jetpack5",
            "agx-orin-jetpack5",
            "agx-orin-jetpack6",
            "orin-nx-jetpack6",
            "orin-nano-jetpack6",
            "agx-thor-jetpack7");

    @ParameterizedTest(name = "{0}: {1}")
    @CsvSource({
        "tx2-jetpack4, VDD_IN, MODULE, 1.840, 0",
        "tx2-jetpack4, VDD_SYS_GPU, GPU, 0.153, 0",
        "tx2-jetpack4, VDD_SYS_CPU, CPU, 0.306, 0",
        "tx2-jetpack4, VDD_SYS_SOC, SOC, 0.383, 0",
        "tx2-jetpack4, VDD_SYS_DDR, MEMORY, 0.269, 0",
        "tx2-jetpack4, VDD_4V0_WIFI, IO, 0, 0",
        "nano-jetpack4, POM_5V_IN, MODULE, 1.537, 0",
        "nano-jetpack4, POM_5V_GPU, GPU, 0, 0",
        "nano-jetpack4, POM_5V_CPU, CPU, 0.472, 0",
        "agx-xavier-jetpack4, GPU, GPU, 0.463, 0",
        "agx-xavier-jetpack4, CPU, CPU, 0.618, 0",
        "agx-xavier-jetpack4, SOC, SOC, 2.936, 0",
        "agx-xavier-jetpack4, CV, CV, 0, 0",
        "agx-xavier-jetpack4, VDDRQ, MEMORY, 0.309, 0",
        "agx-xavier-jetpack4, SYS5V, IO, 3.306, 0",
        "agx-xavier-jetpack5, GPU, GPU, 0.463, 34",
        "agx-xavier-jetpack5, CPU, CPU, 0.618, 34",
        "agx-xavier-jetpack5, SOC, SOC, 2.936, 34",
        "agx-xavier-jetpack5, CV, CV, 0, 34",
        "agx-xavier-jetpack5, VDDRQ, MEMORY, 0.309, 34",
        "agx-xavier-jetpack5, SYS5V, IO, 3.306, 34",
        "xavier-nx-jetpack5, VDD_IN, MODULE, 5.542, 34",
        "xavier-nx-jetpack5, VDD_CPU_GPU_CV, CPU_GPU_CV, 1.594, 34",
        "xavier-nx-jetpack5, VDD_SOC, SOC, 1.234, 34",
        "agx-orin-jetpack5, VDD_GPU_SOC, GPU_SOC, 2.390, 34",
        "agx-orin-jetpack5, VDD_CPU_CV, CPU_CV, 0.796, 34",
        "agx-orin-jetpack5, VIN_SYS_5V0, IO, 3.522, 34",
        "agx-orin-jetpack5, VDDQ_VDD2_1V8AO, MEMORY, 0.301, 34",
        "agx-orin-jetpack6, VDD_GPU_SOC, GPU_SOC, 2.798, 34",
        "agx-orin-jetpack6, VDD_CPU_CV, CPU_CV, 0.799, 34",
        "agx-orin-jetpack6, VIN_SYS_5V0, IO, 3.315, 34",
        "orin-nano-jetpack6, VDD_IN, MODULE, 4.984, 34",
        "orin-nano-jetpack6, VDD_CPU_GPU_CV, CPU_GPU_CV, 0.995, 34",
        "orin-nano-jetpack6, VDD_SOC, SOC, 1.592, 34",
        "orin-nx-jetpack6, VDD_IN, MODULE, 7.459, 34",
        "agx-thor-jetpack7, VDD_GPU, GPU, 2.398, 34",
        "agx-thor-jetpack7, VDD_CPU_SOC_MSS, CPU_SOC, 6.475, 34",
        "agx-thor-jetpack7, VIN, BOARD, 22.968, 0",
    })
    void a_rail_has_its_power_scope_and_interval(String tree, String rail, Scope scope, double watts, long millis) {
        try (FakeSysfs files = FakeSysfs.of(Readings.tree(tree));
                MonitorSource source = Readings.open(files)) {
            Readings readings = Readings.of(source);
            Sensor sensor = Readings.sensor(source, rail);
            assertThat(sensor.quantity()).isEqualTo(Quantity.POWER);
            assertThat(sensor.scope()).isEqualTo(scope);
            assertThat(sensor.intervalNanos()).isEqualTo(millis * 1_000_000);
            assertThat(sensor.origin()).startsWith("/sys/bus/i2c/devices/");
            assertThat(readings.value(rail)).isCloseTo(watts, within(0.0011));
            assertThat(Readings.sensor(source, rail + ".voltage").quantity()).isEqualTo(Quantity.VOLTAGE);
            assertThat(Readings.sensor(source, rail + ".current").quantity()).isEqualTo(Quantity.CURRENT);
            assertThat(readings.value(rail + ".voltage") * readings.value(rail + ".current"))
                    .as("volts times amperes")
                    .isCloseTo(watts, within(0.005));
        }
    }

    @ParameterizedTest(name = "{0}")
    @CsvSource({
        "tx2-jetpack4, 6, 1.840, MODULE, VDD_IN",
        "nano-jetpack4, 3, 1.537, MODULE, POM_5V_IN",
        "agx-xavier-jetpack4, 6, 7.632, MODULE, 'sum of GPU, CPU, SOC, CV, VDDRQ, SYS5V'",
        "agx-xavier-jetpack5, 6, 7.633, MODULE, 'sum of GPU, CPU, SOC, CV, VDDRQ, SYS5V'",
        "xavier-nx-jetpack5, 3, 5.542, MODULE, VDD_IN",
        "agx-orin-jetpack5, 4, 6.709, MODULE, 'sum of VDD_GPU_SOC, VDD_CPU_CV, VIN_SYS_5V0'",
        "agx-orin-jetpack6, 4, 6.914, MODULE, 'sum of VDD_GPU_SOC, VDD_CPU_CV, VIN_SYS_5V0'",
        "orin-nano-jetpack6, 3, 4.984, MODULE, VDD_IN",
        "orin-nx-jetpack6, 3, 7.460, MODULE, VDD_IN",
        "agx-thor-jetpack7, 4, 22.968, BOARD, VIN",
    })
    void the_total_follows_the_rule_of_the_board(String tree, int rails, double watts, Scope scope, String rule) {
        try (FakeSysfs files = FakeSysfs.of(Readings.tree(tree));
                MonitorSource source = Readings.open(files)) {
            assertThat(source.sensors().stream().filter(s -> s.quantity() == Quantity.POWER))
                    .as("rails, without those that are not connected")
                    .hasSize(rails);
            TotalPower total = Objects.requireNonNull(source.totalPower());
            assertThat(total.scope()).isEqualTo(scope);
            assertThat(total.rule()).isEqualTo(rule);
            assertThat(Objects.requireNonNull(Readings.of(source).total())).isCloseTo(watts, within(0.002));
        }
    }

    @ParameterizedTest(name = "{0}")
    @CsvSource({
        "tx2-jetpack4, 114.75e6, 1300.5e6, 114.75e6, 0",
        "nano-jetpack4, 76.8e6, 921.6e6, 76.8e6, 0",
        "agx-xavier-jetpack4, 114.75e6, 1377e6, 114.75e6, 0",
        "xavier-nx-jetpack5, 510e6, 1109.25e6, 114.75e6, 0.22",
        "agx-orin-jetpack5, 0, 1300.5e6, 306e6, 0",
        "agx-orin-jetpack6, 305e6, 1300.5e6, 306e6, 0.39",
        "orin-nano-jetpack6, 306e6, 1020e6, 306e6, 0.125",
        "agx-thor-jetpack7, 1000e6, 1575e6, 315e6,",
    })
    void the_gpu_is_found_by_its_node_in_the_device_tree(
            String tree, double hertz, double cap, double floor, Double load) {
        try (FakeSysfs files = FakeSysfs.of(Readings.tree(tree));
                MonitorSource source = Readings.open(files)) {
            Readings readings = Readings.of(source);
            assertThat(readings.value("gpu.frequency")).isEqualTo(hertz);
            assertThat(readings.value("gpu.cap")).isEqualTo(cap);
            assertThat(readings.value("gpu.floor")).isEqualTo(floor);
            if (load != null) {
                assertThat(readings.value("gpu.load")).isCloseTo(load, within(1e-9));
                assertThat(Readings.sensor(source, "gpu.load").scope()).isEqualTo(Scope.GPU);
            } else {
                assertThat(Readings.names(source)).doesNotContain("gpu.load");
            }
        }
    }

    @ParameterizedTest(name = "{0}")
    @CsvSource({
        "tx2-jetpack4, quill, tegra186, 4, 3, MAXP_CORE_ARM",
        "nano-jetpack4, NVIDIA Jetson Nano Developer Kit, tegra210, 4, 0, MAXN",
        "agx-xavier-jetpack4, Jetson-AGX, tegra194, 4, 2, MODE_15W",
        "agx-xavier-jetpack5, Jetson-AGX, tegra194, 5, 0, MAXN",
        "xavier-nx-jetpack5, NVIDIA Jetson Xavier NX Developer Kit, tegra194, 5, 2, MODE_15W_6CORE",
        "agx-orin-jetpack6, NVIDIA Jetson AGX Orin Developer Kit, tegra234, 6, 2, MODE_30W",
        "orin-nx-jetpack6, NVIDIA Jetson Orin NX Engineering Reference Developer Kit, tegra234, 6, 4, 40W",
        "agx-thor-jetpack7, NVIDIA Jetson AGX Thor Developer Kit, tegra264, 7, 1, 120W",
    })
    void the_board_tells_its_name_chip_release_and_power_mode(
            String tree, String model, String chip, int jetpack, int mode, String modeName) {
        try (FakeSysfs files = FakeSysfs.of(Readings.tree(tree));
                MonitorSource source = Readings.open(files)) {
            JetsonBoard board = Objects.requireNonNull(JetsonBoard.read(new SystemFiles(files.root())));
            assertThat(board.name()).isEqualTo(model);
            assertThat(board.chip()).isEqualTo(chip);
            assertThat(Objects.requireNonNull(board.release()).jetpack()).isEqualTo(jetpack);
            assertThat(source.powerMode()).isEqualTo(new PowerMode(mode, modeName));
        }
    }

    @Test
    void zones_that_are_off_or_blank_are_absent_and_an_invented_zone_is_left_out() {
        try (FakeSysfs files = FakeSysfs.of(Readings.tree("agx-orin-jetpack5"));
                MonitorSource source = Readings.open(files)) {
            Readings readings = Readings.of(source);
            assertThat(readings.absence("CV0-therm")).isEqualTo(Absence.OFFLINE);
            assertThat(readings.value("tj-therm")).isEqualTo(45.5);
            assertThat(Readings.sensor(source, "GPU-therm").scope()).isEqualTo(Scope.GPU);
        }
        try (FakeSysfs files = FakeSysfs.of(Readings.tree("agx-orin-jetpack6"));
                MonitorSource source = Readings.open(files)) {
            assertThat(Readings.of(source).absence("cv1-thermal")).isEqualTo(Absence.BLANK);
        }
        try (FakeSysfs files = FakeSysfs.of(Readings.tree("tx2-jetpack4"));
                MonitorSource source = Readings.open(files)) {
            assertThat(Readings.names(source)).contains("Tdiode_tegra").doesNotContain("PMIC-Die");
        }
    }

    @Test
    void a_rail_named_like_a_thermal_zone_stays_a_rail() {
        try (FakeSysfs files = FakeSysfs.of(Readings.tree("agx-xavier-jetpack4"));
                MonitorSource source = Readings.open(files)) {
            Readings readings = Readings.of(source);
            assertThat(readings.value("GPU")).isEqualTo(0.463);
            assertThat(readings.value("GPU-therm")).isEqualTo(30.5);
            files.set("/sys/devices/virtual/thermal/thermal_zone1/type", "GPU");
            try (MonitorSource same = Readings.open(files)) {
                assertThat(Readings.sensor(same, "GPU").quantity()).isEqualTo(Quantity.POWER);
                assertThat(Readings.sensor(same, "GPU#2").quantity()).isEqualTo(Quantity.TEMPERATURE);
            }
        }
    }

    @Test
    void cores_that_are_off_say_so_and_come_back() {
        try (FakeSysfs files = FakeSysfs.of(Readings.tree("tx2-jetpack4"));
                MonitorSource source = Readings.open(files)) {
            Readings readings = Readings.of(source);
            assertThat(readings.value("cpu0.frequency")).isEqualTo(2.0352e9);
            assertThat(readings.value("cpu1.online")).isEqualTo(0);
            assertThat(readings.absence("cpu1.frequency")).isEqualTo(Absence.OFFLINE);
            files.set("/sys/devices/system/cpu/cpu1/online", "1")
                    .set("/sys/devices/system/cpu/cpu1/cpufreq/scaling_cur_freq", "960000");
            Readings later = Readings.of(source);
            assertThat(later.value("cpu1.frequency")).isEqualTo(9.6e8);
            assertThat(later.absence("cpu1.cap")).isEqualTo(Absence.GONE);
        }
    }

    @Test
    void cores_that_share_a_clock_read_it_once() {
        List<String> reads = new ArrayList<>();
        try (FakeSysfs files = FakeSysfs.of(Readings.tree("orin-nano-jetpack6"));
                MonitorSource source = Readings.open(
                        new JetsonProvider(p -> new SensorFile(p, 128, at -> {
                            String text = Files.readString(at);
                            return new SensorFile.Handle() {
                                @Override
                                public int readFromStart(byte[] into) {
                                    reads.add(at.toString());
                                    byte[] bytes = text.getBytes(StandardCharsets.US_ASCII);
                                    System.arraycopy(bytes, 0, into, 0, bytes.length);
                                    return bytes.length;
                                }

                                @Override
                                public void close() {}
                            };
                        })),
                        files)) {
            Readings readings = Readings.of(source);
            assertThat(readings.value("cpu3.frequency")).isEqualTo(1.5104e9);
            assertThat(readings.value("cpu4.frequency")).isEqualTo(7.296e8);
            assertThat(readings.value("cpu5.cap")).isEqualTo(1.5104e9);
            assertThat(reads.stream().filter(p -> p.endsWith("scaling_cur_freq")))
                    .hasSize(2);
        }
    }

    @Test
    void throttling_is_seen_in_cooling_devices_and_over_current_counters() {
        try (FakeSysfs files = FakeSysfs.of(Readings.tree("agx-orin-jetpack6"));
                MonitorSource source = Readings.open(files)) {
            Readings first = Readings.of(source);
            assertThat(first.value("throttle.cpu-throttle-alert")).isEqualTo(0);
            assertThat(first.value("throttle.devfreq-17000000.gpu")).isEqualTo(0);
            assertThat(first.value("oc3.events")).isEqualTo(27390);
            assertThat(Readings.names(source)).doesNotContain("throttle.pwm-fan", "throttle.hot-surface-alert");
            files.set("/sys/devices/virtual/thermal/cooling_device3/cur_state", "4")
                    .set("/sys/devices/platform/soctherm-oc-event/hwmon/hwmon5/oc3_event_cnt", "27391");
            Readings later = Readings.of(source);
            assertThat(later.value("throttle.devfreq-17000000.gpu")).isEqualTo(1);
            assertThat(Readings.sensor(source, "throttle.devfreq-17000000.gpu").scope())
                    .isEqualTo(Scope.GPU);
            assertThat(later.value("oc3.events")).isEqualTo(27391);
            assertThat(Readings.sensor(source, "oc3.events").quantity()).isEqualTo(Quantity.COUNT);
        }
    }

    @Test
    void alarms_fan_and_memory_clock_are_told_where_the_board_has_them() {
        try (FakeSysfs files = FakeSysfs.of(Readings.tree("orin-nano-jetpack6"));
                MonitorSource source = Readings.open(files)) {
            files.set("/sys/bus/i2c/devices/1-0040/hwmon/hwmon1/curr1_crit_alarm", "1");
            Readings readings = Readings.of(source);
            assertThat(readings.value("VDD_IN.crit-alarm")).isEqualTo(1);
            assertThat(readings.value("VDD_IN.max-alarm")).isEqualTo(0);
            assertThat(readings.value("fan.duty")).isCloseTo(66 / 255.0, within(1e-9));
            assertThat(readings.value("fan.speed")).isEqualTo(1714);
            assertThat(Readings.names(source)).doesNotContain("emc.frequency");
        }
        for (String tree : List.of("tx2-jetpack4", "nano-jetpack4", "agx-thor-jetpack7")) {
            try (FakeSysfs files = FakeSysfs.of(Readings.tree(tree));
                    MonitorSource source = Readings.open(files)) {
                assertThat(Readings.of(source).value("emc.frequency")).isGreaterThan(1e9);
            }
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"agx-orin-jetpack6", "tx2-jetpack4"})
    void pinned_clocks_are_seen_without_root(String tree) {
        try (FakeSysfs files = FakeSysfs.of(Readings.tree(tree))) {
            SystemFiles system = new SystemFiles(files.root());
            assertThat(ClockPinning.read(system)).isEqualTo(new ClockPinning(false, false));
            for (String f : files.files()) {
                if (f.endsWith("min_freq")) {
                    files.set(f, f.contains("cpufreq") ? "1000" : "1000000");
                } else if (f.endsWith("max_freq")) {
                    files.set(f, f.contains("cpufreq") ? "1000" : "1000000");
                }
            }
            assertThat(ClockPinning.read(system)).isEqualTo(new ClockPinning(true, true));
        }
        try (FakeSysfs empty = FakeSysfs.of("/etc/x = 1")) {
            assertThat(ClockPinning.read(new SystemFiles(empty.root()))).isEqualTo(new ClockPinning(null, null));
        }
    }

    @Test
    void a_machine_that_is_no_jetson_is_refused_with_a_sentence() {
        try (FakeSysfs files = FakeSysfs.of("/sys/class/thermal/thermal_zone0/type = x86_pkg_temp")) {
            assertThat(new JetsonProvider()
                            .open(MonitorOptions.DEFAULT.withRoot(files.root()))
                            .refusal())
                    .contains("no Jetson");
        }
    }

    @Test
    void a_rail_of_an_unknown_board_is_told_with_unknown_scope_and_no_total() {
        try (FakeSysfs files = FakeSysfs.of(Readings.tree("orin-nano-jetpack6").replace("VDD_IN", "VDD_CUSTOM"));
                MonitorSource source = Readings.open(files)) {
            assertThat(Readings.sensor(source, "VDD_CUSTOM").scope()).isEqualTo(Scope.UNKNOWN);
            assertThat(source.totalPower()).isNull();
        }
    }
}
