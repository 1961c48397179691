package io.dms.cuda;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class CudaVersionsTest {
    @TempDir
    private Path root;

    private void write(String name, String text) throws IOException {
        Path file = root.resolve(name);
        Files.createDirectories(file.getParent());
        Files.writeString(file, text);
    }

    @Test
    void aVersionIsWrittenAsPeopleDo() {
        assertThat(CudaVersions.cuda(10020)).isEqualTo("10.2");
        assertThat(CudaVersions.cuda(13010)).isEqualTo("13.1");
    }

    @Test
    void aJetsonsDriverIsItsRelease() throws IOException {
        write(
                "etc/nv_tegra_release",
                "# R36 (release), REVISION: 4.0, GCID: 37537400, BOARD: generic, EABI: aarch64\n");
        assertThat(CudaVersions.driver(root, 12060)).isEqualTo("L4T 36.4.0");
    }

    @Test
    void elsewhereTheDriverTellsItsNumber() throws IOException {
        write(
                "proc/driver/nvidia/version",
                "NVRM version: NVIDIA UNIX x86_64 Kernel Module  550.54.15  Tue Mar  5 22:23:56 UTC 2024\n");
        assertThat(CudaVersions.driver(root, 12040)).isEqualTo("550.54.15");
    }

    @Test
    void whereNobodyTellsItIsTheNewestCudaThatItKnows() {
        assertThat(CudaVersions.driver(root, 12040)).isEqualTo("for CUDA 12.4");
    }
}
