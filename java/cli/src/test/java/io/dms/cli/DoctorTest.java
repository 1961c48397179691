package io.dms.cli;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.dms.cli.machine.Check;
import io.dms.cli.machine.Doctor;
import io.dms.monitor.SystemFiles;
import io.dms.monitor.actuate.ActuatorOptions;
import io.dms.testkit.FakeSysfs;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Objects;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.MethodSource;

class DoctorTest {
    @TempDir
    Path folder;

    @Test
    void itTellsWhatThisMachineIs() {
        Ran ran = Ran.dms("doctor");
        assertThat(ran.out()).contains("jdk").contains(System.getProperty("java.version"));
        assertThat(ran.err()).isEmpty();
    }

    @Test
    void itWritesJson() throws Exception {
        Ran ran = Ran.dms("doctor", "--json", "-");
        JsonNode root = new ObjectMapper().readTree(ran.out());
        assertThat(root.get("schema").asInt()).isEqualTo(1);
        assertThat(root.get("checks").findValuesAsText("name")).contains("jdk", "cpu", "os");
    }

    @Test
    void aMissingFolderForItsJsonIsStatus2() {
        Ran ran = Ran.dms("doctor", "--json", folder.resolve("none/x.json").toString());
        assertThat(ran.status()).isEqualTo(2);
        assertThat(ran.complaint()).contains("none");
    }

    @ParameterizedTest
    @CsvSource({"doctor, --root", "monitor, --root", "bench, --data", "export, -o", "compile, --data"})
    void anEmptyPathIsNotTheCurrentFolder(String command, String option) {
        Ran ran = Ran.dms(command, option, "");
        assertThat(ran.status()).isEqualTo(2);
        assertThat(ran.complaint()).contains(option, "the path is empty");
    }

    // ---- recorded boards ----

    private static Stream<Path> trees() throws IOException {
        try (Stream<Path> all = Files.list(Path.of("../monitor/src/test/resources/io/dms/monitor/jetson"))) {
            return all.filter(p -> p.toString().endsWith(".txt")).sorted().toList().stream();
        }
    }

    private static Map<String, Check> examine(FakeSysfs tree, Path state) {
        ActuatorOptions options =
                ActuatorOptions.defaults().withRoot(tree.root()).withStateFolder(state);
        Map<String, Check> out = new LinkedHashMap<>();
        new Doctor(new SystemFiles(tree.root()), null, options).examine().forEach(c -> out.put(c.name(), c));
        return out;
    }

    private static Check named(Map<String, Check> checks, String name) {
        return Objects.requireNonNull(checks.get(name), name);
    }

    @ParameterizedTest
    @MethodSource("trees")
    void everyRecordedBoardIsLookedAtToTheEnd(Path board) throws IOException {
        try (FakeSysfs tree = FakeSysfs.of(Files.readString(board))) {
            Map<String, Check> checks = examine(tree, folder);
            assertThat(checks.values()).noneMatch(c -> c.finding().contains("could not be looked at"));
            assertThat(checks.values())
                    .noneMatch(c -> c.finding().contains("\n") || c.finding().isBlank());
            assertThat(named(checks, "JetPack").finding()).contains("L4T");
            assertThat(named(checks, "power sensor").finding()).contains(" W now (");
            assertThat(checks).containsKeys("clocks", "power mode", "permissions", "left over", "presets");
        }
    }

    private static FakeSysfs orin() throws IOException {
        return FakeSysfs.of(
                Files.readString(Path.of("../monitor/src/test/resources/io/dms/monitor/jetson/agx-orin-jetpack6.txt")));
    }

    @Test
    void versionsComeFromFilesAndNamesAndAreHeldAgainstJetPack() throws IOException {
        try (FakeSysfs tree = orin()) {
            tree.set(
                            "/usr/local/cuda/version.json",
                            "{\"cuda\" : {\"name\" : \"CUDA SDK\", \"version\" : \"12.6.68\"}}")
                    .blank("/usr/local/cuda/lib64/libcudart.so.12")
                    .blank("/usr/lib/aarch64-linux-gnu/libcudnn.so.8.9.4")
                    .blank("/usr/lib/aarch64-linux-gnu/libnvinfer.so.10.3.0")
                    .set(
                            "/var/lib/dpkg/status",
                            "Package: x\nVersion: 1\n\nPackage: nvidia-jetpack\nStatus: install\nVersion: 6.2+b77");
            Map<String, Check> checks = examine(tree, folder);
            assertThat(named(checks, "JetPack").finding()).startsWith("6.2+b77, L4T 36.4");
            assertThat(named(checks, "CUDA runtime").finding()).startsWith("12.6.68, ");
            assertThat(named(checks, "CUDA runtime").state()).isEqualTo(Check.State.OK);
            assertThat(named(checks, "TensorRT").state()).isEqualTo(Check.State.OK);
            assertThat(named(checks, "cuDNN").state()).isEqualTo(Check.State.WARNING);
            assertThat(named(checks, "cuDNN").finding()).contains("comes with 9.3");
            assertThat(named(checks, "presets").finding()).contains("cuda 12.6-9.5-1.5.11 and tensorrt 10.6-1.5.11");
        }
    }

    @ParameterizedTest
    @CsvSource({"32, 7.1, WARNING", "35, 4.1, WARNING", "36, 4.3, OK", "38, 2.0, OK"})
    void nativesThatAskForANewerCLibraryAreNamed(int major, String revision, Check.State state) throws IOException {
        try (FakeSysfs tree = FakeSysfs.of(
                "/etc/nv_tegra_release = # R" + major + " (release), REVISION: " + revision + ", GCID: 1")) {
            Check natives = named(examine(tree, folder), "natives");
            assertThat(natives.state()).isEqualTo(state);
            assertThat(natives.finding()).contains("need glibc 2.");
        }
    }

    @ParameterizedTest
    @CsvSource({
        "32, 7.1, build DMS on this board",
        "35, 4.1, build DMS on this board",
        "36, 3.0, upgrade this board to JetPack 6.1 or newer",
        "36, 4.3, build DMS on this board",
        "38, 2.0, ''",
        "39, 2.0, ''"
    })
    void presetsThatDoNotFitTheBoardAreNamedWithWhatToDo(int major, String revision, String cure) throws IOException {
        try (FakeSysfs tree = FakeSysfs.of(
                "/etc/nv_tegra_release = # R" + major + " (release), REVISION: " + revision + ", GCID: 1")) {
            Check presets = named(examine(tree, folder), "presets");
            assertThat(presets.state()).isEqualTo(cure.isEmpty() ? Check.State.OK : Check.State.WARNING);
            assertThat(Objects.requireNonNullElse(presets.remedy(), "")).startsWith(cure);
            assertThat(named(examine(tree, folder), "cuDNN").remedy())
                    .as("what no build is for is not to be installed")
                    .isEqualTo(cure.startsWith("upgrade") ? null : "sudo apt install nvidia-jetpack");
        }
    }

    @Test
    void aReleaseThatNobodyKnowsIsAWarning() throws IOException {
        try (FakeSysfs tree = FakeSysfs.of("/etc/nv_tegra_release = # R99 (release), REVISION: 1.0, GCID: 1")) {
            assertThat(named(examine(tree, folder), "JetPack").state()).isEqualTo(Check.State.WARNING);
        }
    }

    @Test
    void whatAKilledProcessLeftIsToldWithItsCure() throws IOException {
        try (FakeSysfs tree = orin()) {
            Files.writeString(folder.resolve("actuation.state"), "dms-actuation 1\nboot unknown\ngpu.max 1 2\n");
            Check left = named(examine(tree, folder), "left over");
            assertThat(left.state()).isEqualTo(Check.State.WARNING);
            assertThat(left.remedy()).isEqualTo("dms doctor --restore");
            Files.writeString(folder.resolve("actuation.state"), "garbage");
            assertThat(named(examine(tree, folder), "left over").finding()).contains("does not read");
        }
    }

    @Test
    void anEmptyMachineIsNoFailure() {
        try (FakeSysfs tree = FakeSysfs.of("")) {
            assertThat(examine(tree, folder).values())
                    .noneMatch(c -> c.finding().contains("could not be looked at"));
        }
        Ran ran = Ran.dms("doctor", "--root", folder.resolve("none").toString());
        assertThat(ran.status()).isEqualTo(2);
        assertThat(ran.complaint()).contains("--root");
    }
}
