package io.dms.monitor.jetson;

import static org.assertj.core.api.Assertions.assertThat;

import io.dms.monitor.Absence;
import io.dms.monitor.MonitorSource;
import io.dms.testkit.FakeSysfs;
import java.util.Objects;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** What looks like a rail or a cooling device and says nothing about the board. */
class UnusedChannelsTest {
    private static final String HWMON = "/sys/bus/i2c/devices/1-0040/hwmon/hwmon1/";
    private static final String COOLING = "/sys/devices/virtual/thermal/cooling_device";
    private static final String GPU = "throttle.devfreq-17000000.gpu";

    @ParameterizedTest
    @ValueSource(strings = {"NC", "sum of shunt voltages", ""})
    void a_channel_whose_label_is_no_rails_is_none(String label) {
        try (FakeSysfs files = FakeSysfs.of(Readings.tree("orin-nano-jetpack6"))) {
            files.set(HWMON + "in3_label", label);
            try (MonitorSource source = Readings.open(files)) {
                assertThat(Readings.names(source))
                        .contains("VDD_IN", "VDD_CPU_GPU_CV")
                        .doesNotContain("VDD_SOC", "NC", "")
                        .noneMatch(n -> n.startsWith("sum of"));
                assertThat(Objects.requireNonNull(source.totalPower()).sensors())
                        .hasSize(1);
            }
        }
    }

    @Test
    void a_channel_that_is_switched_off_is_none() {
        try (FakeSysfs files = FakeSysfs.of(Readings.tree("orin-nano-jetpack6"))) {
            files.set(HWMON + "in3_enable", "0");
            try (MonitorSource source = Readings.open(files)) {
                assertThat(Readings.names(source)).contains("VDD_IN").doesNotContain("VDD_SOC");
            }
            files.set(HWMON + "in3_enable", "1");
            try (MonitorSource source = Readings.open(files)) {
                assertThat(Readings.of(source).value("VDD_SOC")).isGreaterThan(1);
            }
        }
    }

    @Test
    void a_rail_of_the_older_driver_that_is_not_connected_is_none() {
        try (FakeSysfs files = FakeSysfs.of(Readings.tree("tx2-jetpack4"))) {
            files.set("/sys/bus/i2c/devices/0-0040/iio:device0/rail_name_2", "NC");
            try (MonitorSource source = Readings.open(files)) {
                assertThat(Readings.names(source)).contains("VDD_SYS_SOC").doesNotContain("NC", "VDD_4V0_WIFI");
            }
        }
    }

    @Test
    void volts_and_amperes_that_may_be_and_watts_that_may_not_are_no_power() {
        try (FakeSysfs files = FakeSysfs.of(Readings.tree("orin-nano-jetpack6"))) {
            files.set(HWMON + "in1_input", "90000").set(HWMON + "curr1_input", "25000");
            try (MonitorSource source = Readings.open(files)) {
                Readings readings = Readings.of(source);
                assertThat(readings.value("VDD_IN.voltage")).isEqualTo(90);
                assertThat(readings.value("VDD_IN.current")).isEqualTo(25);
                assertThat(readings.absence("VDD_IN")).isEqualTo(Absence.IMPLAUSIBLE);
            }
        }
    }

    @Test
    void of_several_cooling_devices_of_one_kind_any_that_is_active_slows_the_board_down() {
        for (int active = 0; active < 3; active++) {
            try (FakeSysfs files = FakeSysfs.of(Readings.tree("orin-nano-jetpack6"))) {
                for (int d = 1; d <= 3; d++) {
                    files.set(COOLING + d + "/type", "devfreq-17000000.gpu")
                            .set(COOLING + d + "/cur_state", d == active + 1 ? "2" : "0");
                }
                try (MonitorSource source = Readings.open(files)) {
                    assertThat(Readings.of(source).value(GPU))
                            .as("device %d", active)
                            .isEqualTo(1);
                }
            }
        }
    }

    @ParameterizedTest
    @CsvSource({"1, 2", "2, 1"})
    void a_cooling_device_that_says_nothing_hides_no_other_that_is_active(int mute, int other) {
        try (FakeSysfs files = FakeSysfs.of(Readings.tree("orin-nano-jetpack6"))) {
            files.set(COOLING + mute + "/type", "devfreq-17000000.gpu")
                    .set(COOLING + other + "/type", "devfreq-17000000.gpu")
                    .blank(COOLING + mute + "/cur_state")
                    .set(COOLING + other + "/cur_state", "1");
            try (MonitorSource source = Readings.open(files)) {
                assertThat(Readings.of(source).value(GPU)).isEqualTo(1);
                files.set(COOLING + other + "/cur_state", "0");
                assertThat(Readings.of(source).absence(GPU))
                        .as("the one that is not read may be active")
                        .isEqualTo(Absence.BLANK);
            }
        }
    }
}
