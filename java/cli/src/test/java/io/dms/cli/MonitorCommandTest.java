package io.dms.cli;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.dms.testkit.FakeSysfs;
import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class MonitorCommandTest {
    @TempDir
    Path folder;

    private static Ran monitor(String... more) {
        List<String> args = new ArrayList<>(List.of("monitor", "--interval", "20ms"));
        args.addAll(List.of(more));
        return Ran.dms(args.toArray(String[]::new));
    }

    private static FakeSysfs orin() throws IOException {
        return FakeSysfs.of(
                Files.readString(Path.of("../monitor/src/test/resources/io/dms/monitor/jetson/agx-orin-jetpack6.txt")));
    }

    @Test
    void withoutAPowerSensorItSaysSoAndShowsTheRest() {
        Ran ran = monitor("--source", "os", "--count", "2");
        assertThat(ran.status()).isZero();
        assertThat(ran.out().lines())
                .hasSize(2)
                .allMatch(l -> l.matches("\\d\\d:\\d\\d(:\\d\\d)?  power -  .*cpu .*memory [0-9.]+ GiB.*"));
        assertThat(ran.complaint()).contains("no power sensor on this machine");
    }

    @Test
    void jsonIsOneObjectALineAndAbsentIsNullWithAReason() throws IOException {
        try (FakeSysfs tree = orin()) {
            Ran ran = Ran.dms(
                    "monitor", "--root", tree.root().toString(), "--json", "--count", "3", "--interval", "120ms");
            assertThat(ran.status()).isZero();
            List<JsonNode> lines = new ArrayList<>();
            for (String line : ran.out().lines().toList()) {
                lines.add(new ObjectMapper().readTree(line));
            }
            assertThat(lines.get(0).get("type").asText()).isEqualTo("board");
            assertThat(lines.get(0).get("total_scope").asText()).isEqualTo("module");
            assertThat(lines.get(0).get("refusals").has("rapl")).isTrue();
            List<JsonNode> samples = lines.stream()
                    .filter(l -> l.get("type").asText().equals("sample"))
                    .toList();
            assertThat(samples).hasSize(3);
            JsonNode last = samples.get(2);
            assertThat(last.get("schema").asInt()).isEqualTo(1);
            assertThat(last.get("total_w").asDouble()).isBetween(6.9, 6.93);
            assertThat(last.get("energy_j").asDouble()).isPositive();
            assertThat(last.get("power_mode").get("name").asText()).isEqualTo("MODE_30W");
            assertThat(last.get("throttled").isBoolean()).isTrue();
            assertThat(last.get("sensors")).hasSameSizeAs(lines.get(0).get("sensors"));
            for (JsonNode sensor : last.get("sensors")) {
                assertThat(sensor.get("value").isNull())
                        .as(sensor.toString())
                        .isEqualTo(!sensor.get("absent").isNull());
            }
        }
    }

    @Test
    void csvHasAsManyFieldsAsItsHead() throws IOException {
        Path file = folder.resolve("out.csv");
        try (FakeSysfs tree = orin()) {
            Ran ran = monitor("--root", tree.root().toString(), "--csv=" + file, "--count", "2");
            assertThat(ran.status()).isZero();
            assertThat(ran.out().lines()).hasSize(2);
        }
        List<String> lines = Files.readAllLines(file);
        assertThat(lines).hasSize(3);
        String[] head = lines.get(0).split(",", -1);
        assertThat(lines).allMatch(l -> l.split(",", -1).length == head.length);
        assertThat(lines.get(0)).startsWith("time,elapsed_s,total_w").contains("jetson/VDD_GPU_SOC power [W]");
    }

    @Test
    void aDurationEndsIt() {
        Ran ran = monitor("--source", "os", "--duration", "100ms");
        assertThat(ran.status()).isZero();
        assertThat(ran.out().lines()).isNotEmpty();
    }

    @Test
    void servingShowsNoLinesAwayFromATerminal() {
        Ran ran = monitor("--source", "os", "--serve", "127.0.0.1:0", "--duration", "60ms");
        assertThat(ran.status()).isZero();
        assertThat(ran.out()).isEmpty();
        assertThat(ran.err()).contains("serving http://127.0.0.1:");
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "--count 0",
                "--count -3",
                "--count x",
                "--interval 0",
                "--interval 2h",
                "--interval 90m",
                "--duration -1s",
                "--serve nine",
                "--serve :70000",
                "--json --csv",
                "--replay /no/such/folder",
                "--replay x --record y",
                "--root /no/such/folder",
                "--json=/no/such/folder/x.json",
                "extra"
            })
    void badInputIsOneLineAndStatus2(String arguments) {
        List<String> args = new ArrayList<>(List.of("monitor"));
        args.addAll(List.of(arguments.split(" ", -1)));
        Ran ran = Ran.dms(args.toArray(String[]::new));
        assertThat(ran.status()).isEqualTo(2);
        assertThat(ran.out()).isEmpty();
        assertThat(ran.complaint()).startsWith("dms: ");
    }

    @Test
    void aSourceThatIsUnknownIsStatus2AndNamesThoseThatAre() {
        Ran ran = monitor("--source", "fortune", "--count", "1");
        assertThat(ran.status()).isEqualTo(2);
        assertThat(ran.complaint()).contains("fortune").contains("os");
    }

    @Test
    void aPortThatIsTakenIsStatus3() throws IOException {
        try (ServerSocket taken = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
            Ran ran = monitor("--source", "os", "--serve", ":" + taken.getLocalPort(), "--count", "1");
            assertThat(ran.status()).isEqualTo(3);
            assertThat(ran.complaint()).contains(String.valueOf(taken.getLocalPort()));
        }
    }

    @Test
    void aRecordingReplaysWithTheSameFigures() throws IOException {
        Path recording = folder.resolve("recording");
        try (FakeSysfs tree = orin()) {
            Ran ran = Ran.dms(
                    "monitor",
                    "--root",
                    tree.root().toString(),
                    "--record",
                    recording.toString(),
                    "--duration",
                    "500ms");
            assertThat(ran.status()).isZero();
            assertThat(ran.err()).containsPattern("recorded \\d+ samples in ");
        }
        Ran replay = Ran.dms("monitor", "--replay", recording.toString(), "--interval", "200ms");
        assertThat(replay.status()).isZero();
        assertThat(replay.out()).contains("power 6.91 W (module)"); // its first line may be before the first reading
        Ran again = Ran.dms("monitor", "--source", "os", "--record", recording.toString(), "--count", "1");
        assertThat(again.status()).isEqualTo(2);
        assertThat(again.complaint()).contains("holds a recording already");
    }

    @Test
    void aRecordingWithoutPowerIsNotExplainedByThisMachine() {
        String recording = folder.resolve("os").toString();
        Ran.dms("monitor", "--source", "os", "--record", recording, "--interval", "100ms", "--count", "2");
        Ran replay = Ran.dms("monitor", "--replay", recording, "--interval", "100ms");
        assertThat(replay.err()).contains("no power sensor in this recording").doesNotContain("this machine");
        assertThat(replay.out() + replay.err()).as("its end is no loss").doesNotContain("gives no values");
    }

    @Test
    void aRecordingThatCanNotBeMadeIsToldByItsCause() throws IOException {
        Path file = Files.writeString(folder.resolve("file"), "");
        Ran below = Ran.dms("monitor", "--csv", "--duration", "200ms", "--record", file + "/r");
        assertThat(below.status()).isEqualTo(2);
        assertThat(below.err()).contains("can't record into " + file);
        assumeTrue(Files.isDirectory(Path.of("/proc/self")), "no file system here in which nobody may write");
        Ran closed = Ran.dms("monitor", "--csv", "--duration", "200ms", "--record", "/proc/self/dms");
        assertThat(closed.status()).isEqualTo(3);
        assertThat(closed.err()).contains("can't record into /proc/self/dms");
    }
}
