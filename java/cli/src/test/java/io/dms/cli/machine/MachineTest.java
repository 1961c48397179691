package io.dms.cli.machine;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import io.dms.monitor.JetsonRelease;
import io.dms.monitor.SystemFiles;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class MachineTest {
    @TempDir
    Path root;

    private void file(String path, String content) throws IOException {
        Path file = root.resolve(path);
        Files.createDirectories(file.getParent());
        Files.writeString(file, content);
    }

    private SystemFiles files() {
        return new SystemFiles(root);
    }

    @Test
    void aJetsonTellsItsBoardAndJetPack() throws IOException {
        file("proc/device-tree/model", "NVIDIA Jetson Orin Nano Developer Kit\0");
        file("etc/nv_tegra_release", "# R36 (release), REVISION: 4.3, GCID: 38968081, BOARD: generic, EABI: aarch64\n");
        file("proc/cpuinfo", "processor\t: 0\nFeatures\t: fp asimd crc32 asimddp\nCPU part\t: 0xd42\n");
        Machine machine = Machine.read(files());
        assertThat(machine.board()).isEqualTo("NVIDIA Jetson Orin Nano Developer Kit");
        assertThat(machine.jetson()).isEqualTo(new JetsonRelease("36.4.3", 6));
        assertThat(machine.cpu()).isEqualTo("Arm Cortex-A78AE");
        assertThat(machine.cpuFeatures()).containsExactly("asimd", "asimddp");
    }

    @Test
    void releasesMapToJetPackGenerations() {
        assertThat(JetsonRelease.parse("# R32 (release), REVISION: 7.1, GCID: 1"))
                .isEqualTo(new JetsonRelease("32.7.1", 4));
        assertThat(JetsonRelease.parse("# R35 (release), REVISION: 4.1, GCID: 1"))
                .isEqualTo(new JetsonRelease("35.4.1", 5));
        assertThat(JetsonRelease.parse("# R38 (release), REVISION: 2.0, GCID: 1"))
                .isEqualTo(new JetsonRelease("38.2.0", 7));
        assertThat(JetsonRelease.parse("# R99 (release), REVISION: 1.0, GCID: 1"))
                .isEqualTo(new JetsonRelease("99.1.0", null));
        assertThat(JetsonRelease.parse("something else")).isNull();
    }

    @Test
    void aPcTellsItsProcessorAndMemory() throws IOException {
        file("proc/cpuinfo", "model name\t: AMD EPYC 9004\nflags\t\t: fpu avx2 avx512f sse2\n");
        file("proc/meminfo", "MemTotal:       16384 kB\nMemFree: 1 kB\n");
        file("etc/os-release", "NAME=\"Debian\"\nPRETTY_NAME=\"Debian GNU/Linux 12 (bookworm)\"\n");
        Machine machine = Machine.read(files());
        assertThat(machine.board()).startsWith("generic ");
        assertThat(machine.jetson()).isNull();
        assertThat(machine.cpu()).isEqualTo("AMD EPYC 9004");
        assertThat(machine.memoryBytes()).isEqualTo(16384L * 1024);
        assertThat(machine.cpuFeatures()).isEqualTo(List.of("avx2", "avx512f"));
        assertThat(machine.os()).startsWith("Debian GNU/Linux 12 (bookworm), kernel ");
    }

    @Test
    void whatCanNotBeReadIsAbsentAndNeverZero() {
        Machine machine = Machine.read(files());
        assertThat(machine.memoryBytes()).isNull();
        assertThat(machine.cpuFeatures()).isEmpty();
    }

    @Test
    void librariesAreFoundByNameWhereLoadersLook() throws IOException {
        file("usr/lib/aarch64-linux-gnu/libcudnn.so.9.3.0", "");
        file("usr/local/cuda-12.6/targets/aarch64-linux/lib/libcudart.so.12.6.68", "");
        file("elsewhere/libnvinfer.so.10", "");
        NativeLibraries libraries =
                new NativeLibraries(files(), root.resolve("elsewhere").toString());
        assertThat(libraries.find("cudnn")).hasFileName("libcudnn.so.9.3.0");
        assertThat(libraries.find("cudart")).hasFileName("libcudart.so.12.6.68");
        assertThat(libraries.find("nvinfer")).hasFileName("libnvinfer.so.10");
        assertThat(libraries.find("cuda")).isNull();
    }

    @Test
    void theRulesOfXdgFoldersHold() {
        assertThat(Folders.base("/data", ".x")).isEqualTo(Path.of("/data"));
        Path home = Path.of(System.getProperty("user.home"));
        assertThat(Folders.base(null, ".x")).isEqualTo(home.resolve(".x"));
        assertThat(Folders.base("relative", ".x")).isEqualTo(home.resolve(".x"));
    }

    @Test
    void theAgeOfAProcessIsReadWhateverItsName() throws IOException {
        file("proc/uptime", "5000.25 9000.00\n");
        file("proc/self/stat", "42 (ja) va) S 1 42 42 0 -1 4194560 1 0 0 0 1 1 0 0 20 0 1 0 499900 1 1\n");
        assertThat(ProcessAge.millis(files())).isCloseTo(1250, within(1e-6));
        file("proc/self/stat", "42 (java) S 1\n");
        assertThat(ProcessAge.millis(files())).isNull();
        assertThat(ProcessAge.millis(SystemFiles.ofThisMachine())).isPositive();
    }
}
