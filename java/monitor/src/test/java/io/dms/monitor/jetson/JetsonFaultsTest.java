package io.dms.monitor.jetson;

import static org.assertj.core.api.Assertions.assertThat;

import io.dms.monitor.Absence;
import io.dms.monitor.MonitorSource;
import io.dms.monitor.SensorFile;
import io.dms.testkit.FakeSysfs;
import java.io.IOException;
import java.nio.file.AccessDeniedException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import java.util.Random;
import java.util.concurrent.ConcurrentHashMap;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Devices that fail: the reading is absent with a reason, the others stay, nothing is thrown. */
class JetsonFaultsTest {
    private static final String VDD_IN = "/sys/bus/i2c/devices/1-0040/hwmon/hwmon1/in1_input";

    /** What the system says for a path, in place of reading it. */
    private final Map<String, IOException> failures = new ConcurrentHashMap<>();

    @ParameterizedTest
    @CsvSource({
        "-256000, IMPLAUSIBLE",
        "garbage, GARBAGE",
        "12abc, GARBAGE",
        "'', BLANK",
        "1e400, GARBAGE",
        "NaN, GARBAGE",
        "99999999999999999999, GARBAGE",
        "999999999, IMPLAUSIBLE",
    })
    void a_file_with_nonsense_makes_its_reading_and_the_power_absent(String text, Absence why) {
        try (FakeSysfs files = FakeSysfs.of(Readings.tree("orin-nano-jetpack6"));
                MonitorSource source = Readings.open(files)) {
            files.set(VDD_IN, text);
            Readings readings = Readings.of(source);
            assertThat(readings.absence("VDD_IN.voltage")).isEqualTo(why);
            assertThat(readings.absence("VDD_IN")).isEqualTo(why);
            assertThat(readings.value("VDD_IN.current")).isEqualTo(1.0);
            assertThat(readings.total()).as("no total without one of its rails").isNull();
            assertThat(readings.value("VDD_SOC")).isPositive();
        }
    }

    @Test
    void a_zone_below_its_sensors_range_is_absent() {
        try (FakeSysfs files = FakeSysfs.of(Readings.tree("orin-nano-jetpack6"));
                MonitorSource source = Readings.open(files)) {
            files.set("/sys/devices/virtual/thermal/thermal_zone0/temp", "-256000")
                    .set("/sys/devices/virtual/thermal/thermal_zone1/temp", "-127000")
                    .set("/sys/devices/virtual/thermal/thermal_zone5/temp", "4294967040");
            Readings readings = Readings.of(source);
            assertThat(readings.absence("cpu-thermal")).isEqualTo(Absence.OFFLINE);
            assertThat(readings.absence("gpu-thermal")).isEqualTo(Absence.IMPLAUSIBLE);
            assertThat(readings.absence("soc0-thermal")).isEqualTo(Absence.IMPLAUSIBLE);
        }
    }

    @Test
    void errors_of_the_system_become_reasons() {
        try (FakeSysfs files = FakeSysfs.of(Readings.tree("agx-orin-jetpack6"));
                MonitorSource source = Readings.open(new JetsonProvider(this::failing), files)) {
            failures.put("thermal_zone2/temp", new IOException("Resource temporarily unavailable"));
            failures.put("hwmon2/in2_input", new IOException("No data available"));
            failures.put("cpu0/cpufreq/scaling_cur_freq", new AccessDeniedException("x", null, "Permission denied"));
            failures.put("hwmon1/in3_input", new IOException("Connection timed out"));
            failures.put("device/load", new IOException("Input/output error"));
            Readings readings = Readings.of(source);
            assertThat(readings.absence("cv0-thermal")).isEqualTo(Absence.BUSY);
            assertThat(readings.absence("VDDQ_VDD2_1V8AO")).isEqualTo(Absence.BUSY);
            assertThat(readings.absence("cpu0.frequency")).isEqualTo(Absence.FORBIDDEN);
            assertThat(readings.absence("VIN_SYS_5V0")).isEqualTo(Absence.TIMED_OUT);
            assertThat(readings.absence("gpu.load")).isEqualTo(Absence.FAILED);
            assertThat(readings.value("VDD_GPU_SOC")).isPositive();
        }
    }

    @Test
    void a_device_that_fails_comes_back() {
        try (FakeSysfs files = FakeSysfs.of(Readings.tree("orin-nano-jetpack6"));
                MonitorSource source = Readings.open(files)) {
            files.delete(VDD_IN);
            for (int i = 0; i < 100; i++) {
                assertThat(Readings.of(source).absence("VDD_IN")).isEqualTo(Absence.GONE);
            }
            files.set(VDD_IN, "5000");
            int samples = 0;
            while (!Readings.of(source).values().containsKey("VDD_IN")) {
                assertThat(++samples).isLessThanOrEqualTo(SensorFile.MOST_SKIPPED);
            }
        }
    }

    @Test
    void any_bytes_in_any_files_throw_nothing() {
        Random random = new Random(7);
        String alphabet = "0123456789-+.eE xmA\n\0\u00e9";
        for (String tree : JetsonBoardsTest.ALL) {
            try (FakeSysfs files = FakeSysfs.of(Readings.tree(tree));
                    MonitorSource opened = Readings.open(files)) {
                for (int round = 0; round < 4; round++) {
                    for (String file : files.files()) {
                        StringBuilder text = new StringBuilder();
                        for (int n = random.nextInt(200); n > 0; n--) {
                            text.append(alphabet.charAt(random.nextInt(alphabet.length())));
                        }
                        if (random.nextInt(3) == 0) {
                            files.set(file, text.toString());
                        }
                    }
                    Readings.of(opened);
                    opened.powerMode();
                    var again = new JetsonProvider().open(io.dms.monitor.MonitorOptions.DEFAULT.withRoot(files.root()));
                    assertThat(again.source() == null).isEqualTo(again.refusal() != null);
                    if (again.source() != null) {
                        try (MonitorSource source = again.source()) {
                            Readings.of(source);
                        }
                    }
                }
            }
        }
    }

    private SensorFile failing(Path path) {
        return new SensorFile(path, 128, p -> {
            byte[] bytes = Files.readAllBytes(p);
            return new SensorFile.Handle() {
                @Override
                public int readFromStart(byte[] into) throws IOException {
                    for (Map.Entry<String, IOException> f : failures.entrySet()) {
                        if (p.toString().endsWith(f.getKey())) {
                            throw f.getValue();
                        }
                    }
                    int n = Math.min(bytes.length, into.length);
                    System.arraycopy(bytes, 0, into, 0, n);
                    return n;
                }

                @Override
                public void close() {}
            };
        });
    }
}
