package io.dms.monitor.actuate;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.dms.model.EnvironmentException;
import io.dms.model.UserException;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class ActuatorTest {
    @TempDir
    Path folder;

    @SuppressWarnings("NullAway.Init")
    private Orin board;

    @BeforeEach
    void makeBoard() {
        board = Orin.in(folder);
    }

    @AfterEach
    void removeBoard() {
        board.close();
    }

    private void assertAsBefore() {
        assertThat(board.read(Orin.GPU_MAX)).isEqualTo("612000000");
        assertThat(board.read(Orin.GPU_MIN)).isEqualTo("306000000");
        assertThat(board.read(Orin.CPU4_MAX)).isEqualTo("1984000");
        assertThat(board.read(Orin.STATUS)).isEqualTo("pmode:0000");
        assertThat(board.state()).doesNotExist();
    }

    @Test
    void nothingIsChangedUnlessItIsPermitted() {
        assertThatThrownBy(() -> Actuator.open(board.options().permit(false)))
                .isInstanceOf(UserException.class)
                .hasMessageContaining("permit(true)");
        assertThat(ActuatorOptions.defaults().permit()).isFalse();
        assertThat(board.options().stateFolder()).doesNotExist();
    }

    @Test
    void aBoardTellsWhatItOffers() {
        List<Setting> all = Actuator.settings(board.options().permit(false));
        assertThat(all)
                .extracting(Setting::name)
                .containsExactly("gpu.min", "gpu.max", "cpu0.min", "cpu0.max", "cpu4.min", "cpu4.max", "power-mode");
        assertThat(all.get(1).offers()).containsExactly(306_000_000L, 408_000_000L, 510_000_000L, 612_000_000L);
        assertThat(all.get(1).now()).isEqualTo(612_000_000L);
        assertThat(all.get(5).offers()).containsExactly(115_200L, 1_984_000L);
        assertThat(all.get(6).offers()).containsExactly(0L, 1L, 3L);
        assertThat(all.get(1).atMost(600_000_000)).isEqualTo(510_000_000);
        assertThat(all.get(1).atMost(510_000_000)).isEqualTo(510_000_000);
        assertThat(all.get(1).atMost(1)).isEqualTo(306_000_000);
    }

    @Test
    void closingPutsEverythingBack() {
        try (Actuator actuator = Actuator.open(board.options())) {
            assertThat(actuator.capGpu(408_000_000)).isEqualTo(408_000_000);
            actuator.capGpu(510_000_000);
            actuator.set("gpu.min", 510_000_000);
            actuator.capCpu(1_000_000);
            assertThat(board.read(Orin.GPU_MAX)).isEqualTo("510000000");
            assertThat(board.read(Orin.CPU4_MAX)).isEqualTo("115200");
            assertThat(board.state()).content().contains("gpu.max 612000000 510000000");
        }
        assertAsBefore();
    }

    @Test
    void clocksThatWereCappedAfterTheModeChangedGoBackWithTheMode() {
        try (Actuator actuator = Actuator.open(board.options())) {
            actuator.powerMode(3);
            assertThat(board.read(Orin.GPU_MAX)).isEqualTo("306000000");
            actuator.capGpu(408_000_000);
        }
        assertAsBefore();
    }

    @ParameterizedTest
    @CsvSource({"gpu.max, 510000001", "gpu.max, -1", "gpu.max, 0", "cpu0.max, 1000", "power-mode, 2", "fan, 3"})
    void whatTheBoardDoesNotOfferIsRefusedInOneLine(String name, long value) {
        try (Actuator actuator = Actuator.open(board.options())) {
            assertThatThrownBy(() -> actuator.set(name, value))
                    .isInstanceOf(UserException.class)
                    .hasMessageContaining(name)
                    .hasMessageNotContaining("\n");
        }
        assertAsBefore();
    }

    @Test
    void aModeThatNeedsARestartIsRefusedAndNothingIsLost() {
        try (Actuator actuator = Actuator.open(board.options())) {
            assertThatThrownBy(() -> actuator.powerMode(1))
                    .isInstanceOf(EnvironmentException.class)
                    .hasMessageContaining("needs a reboot");
        }
        assertAsBefore();
    }

    @Test
    void whatThisProcessMayNotSetNamesItsCure() {
        ActuatorOptions helpless = board.options().withNvpmodel(List.of());
        assertThat(Actuator.settings(helpless).get(6).cure()).contains("setup permissions");
        try (Actuator actuator = Actuator.open(helpless)) {
            assertThatThrownBy(() -> actuator.powerMode(3))
                    .isInstanceOf(EnvironmentException.class)
                    .hasMessageContaining("setup permissions");
        }
        assertThat(board.state()).doesNotExist();
    }

    @Test
    void theHelperIsAskedWithNameAndValue() throws IOException {
        Path helper = Files.writeString(
                folder.resolve("helper"),
                "#!/bin/sh\necho \"$*\" >>'" + folder.resolve("asked") + "'\nprintf 'pmode:%04d\\n' \"$3\" >'"
                        + board.tree().path(Orin.STATUS) + "'\n");
        ActuatorOptions options =
                board.options().withNvpmodel(List.of()).withHelper(List.of("/bin/sh", helper.toString()));
        try (Actuator actuator = Actuator.open(options)) {
            actuator.powerMode(3);
        }
        assertThat(folder.resolve("asked")).hasContent("set power-mode 3\nset power-mode 0\n");
        assertAsBefore();
    }

    @Test
    void onlyOneAtATimeMayAct() {
        try (Actuator first = Actuator.open(board.options())) {
            first.capGpu(408_000_000);
            assertThatThrownBy(() -> Actuator.open(board.options()))
                    .isInstanceOf(EnvironmentException.class)
                    .hasMessageContaining("another process");
            assertThatThrownBy(() -> Actuator.restoreLeftOver(board.options()))
                    .isInstanceOf(EnvironmentException.class);
            assertThat(Actuator.leftOver(board.options())).isEqualTo(Actuator.LeftOver.IN_USE);
            assertThat(board.read(Orin.GPU_MAX)).isEqualTo("408000000");
        }
        assertAsBefore();
    }

    // ---- ends of processes ----

    private Process capper() throws IOException {
        Process process = new ProcessBuilder(
                        Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                        "-XX:+UseSerialGC",
                        "-XX:TieredStopAtLevel=1",
                        "-cp",
                        System.getProperty("java.class.path"),
                        Capper.class.getName(),
                        board.tree().root().toString(),
                        folder.toString())
                .redirectError(folder.resolve("stderr").toFile())
                .start();
        byte[] said = process.getInputStream().readNBytes("capped".length());
        assertThat(new String(said, StandardCharsets.UTF_8))
                .as(() -> "standard error of the other process: " + folder.resolve("stderr"))
                .isEqualTo("capped");
        assertThat(board.read(Orin.GPU_MAX)).isEqualTo("306000000");
        return process;
    }

    @Test
    void aProcessThatIsToldToEndPutsEverythingBack() throws Exception {
        Process process = capper();
        assertThat(Actuator.leftOver(board.options())).isEqualTo(Actuator.LeftOver.IN_USE);
        process.destroy();
        process.waitFor();
        assertAsBefore();
    }

    @Test
    void whatAKilledProcessLeftIsPutBack() throws Exception {
        Process process = capper();
        process.destroyForcibly();
        process.waitFor();
        assertThat(board.read(Orin.GPU_MAX)).isEqualTo("306000000");
        assertThat(Actuator.leftOver(board.options())).isEqualTo(Actuator.LeftOver.LEFT);
        Restored restored = Actuator.restoreLeftOver(board.options());
        assertThat(restored.complete()).isTrue();
        assertThat(restored.lines()).contains("power-mode: put back to 0");
        assertAsBefore();
        assertThat(Actuator.restoreLeftOver(board.options())).isEqualTo(Restored.NOTHING);
    }

    // ---- the state file ----

    private void left(String boot, String... changes) throws IOException {
        Files.createDirectories(board.options().stateFolder());
        Files.writeString(board.state(), "dms-actuation 1\nboot " + boot + "\n" + String.join("\n", changes) + "\n");
    }

    private static final String THIS_BOOT = "11111111-aaaa-4bbb-8ccc-222222222222";

    @Test
    void clocksOfAnEarlierStartAreForgotten() throws IOException {
        left("another", "gpu.max 510000000 408000000");
        assertThat(Actuator.restoreLeftOver(board.options()).lines())
                .singleElement()
                .asString()
                .contains("earlier start");
        assertAsBefore();
    }

    @Test
    void aPowerModeOutlivesAStartAndIsPutBackUnlessSomebodyChoseAnother() throws IOException {
        left("another", "power-mode 3 0");
        Actuator.restoreLeftOver(board.options());
        assertThat(board.read(Orin.STATUS)).isEqualTo("pmode:0003");
        left("another", "power-mode 0 1");
        assertThat(Actuator.restoreLeftOver(board.options()).lines().get(0)).contains("somebody chose it since");
        assertThat(board.read(Orin.STATUS)).isEqualTo("pmode:0003");
    }

    @Test
    void theNextActuatorPutsBackWhatAKilledProcessLeft() throws IOException {
        board.tree().set(Orin.GPU_MAX, "408000000");
        left(THIS_BOOT, "gpu.max 612000000 408000000");
        try (Actuator actuator = Actuator.open(board.options())) {
            assertThat(board.read(Orin.GPU_MAX)).isEqualTo("612000000");
            actuator.capGpu(306_000_000);
        }
        assertAsBefore();
    }

    @Test
    void whatCanNotBePutBackStaysInTheFile() throws IOException {
        left(THIS_BOOT, "gpu.max 612000000 612000000", "power-mode 1 0");
        Restored restored = Actuator.restoreLeftOver(board.options());
        assertThat(restored.complete()).isFalse();
        assertThat(restored.lines()).anyMatch(l -> l.contains("needs a reboot"));
        assertThat(board.state()).content().contains("power-mode 1 0").doesNotContain("gpu.max");
    }

    @Test
    void whatCouldNotBePutBackIsNotForgottenOverWhatIsSetLater() throws IOException {
        Path tool = folder.resolve("nvpmodel");
        String works = Files.readString(tool);
        try (Actuator actuator = Actuator.open(board.options())) {
            actuator.powerMode(3);
            Files.writeString(tool, "#!/bin/sh\nexit 1\n");
            assertThat(actuator.restore().complete()).isFalse();
            actuator.capGpu(408_000_000);
            assertThat(board.state()).content().contains("power-mode 0 3", "gpu.max 612000000 408000000");
            Files.writeString(tool, works);
        }
        assertAsBefore();
    }

    @Test
    void aPowerModeThatCouldNotBePutBackIsStillOneOfAnEarlierStart() throws IOException {
        left("another", "power-mode 1 0");
        assertThat(Actuator.restoreLeftOver(board.options()).complete()).isFalse();
        board.tree().set(Orin.STATUS, "pmode:0003");
        Restored restored = Actuator.restoreLeftOver(board.options());
        assertThat(restored.complete()).isTrue();
        assertThat(restored.lines()).singleElement().asString().contains("somebody chose it since");
        assertThat(board.state()).doesNotExist();
    }

    @Test
    void aGarbledFileIsNotGuessedAt() throws IOException {
        for (String text : List.of("", "x", "dms-actuation 2\nboot a\n", "dms-actuation 1\nboot a\ngpu.max 1\n")) {
            Files.createDirectories(board.options().stateFolder());
            Files.writeString(board.state(), text);
            assertThatThrownBy(() -> Actuator.restoreLeftOver(board.options()))
                    .isInstanceOf(EnvironmentException.class)
                    .hasMessageContaining("actuation.state");
        }
    }

    @Test
    void theValueFromBeforeIsOnDiskBeforeTheFirstChange() throws IOException {
        board.tree().delete(Orin.STATUS);
        Path nvpmodel = Files.writeString(
                folder.resolve("watching"), "#!/bin/sh\ncp '" + board.state() + "' '" + folder.resolve("seen") + "'\n");
        ActuatorOptions options = board.options().withNvpmodel(List.of("/bin/sh", nvpmodel.toString()));
        try (Actuator actuator = Actuator.open(options)) {
            actuator.powerMode(0);
            assertThat(folder.resolve("seen")).content().contains("power-mode 3 0");
        }
    }

    @Test
    void theFolderOfStateFollowsTheXdgRules() {
        assertThat(ActuatorOptions.stateFolder("/s")).isEqualTo(Path.of("/s/dms"));
        assertThat(ActuatorOptions.stateFolder("relative"))
                .isEqualTo(Path.of(System.getProperty("user.home"), ".local/state/dms"));
        assertThat(ActuatorOptions.stateFolder(null)).isAbsolute();
    }
}
