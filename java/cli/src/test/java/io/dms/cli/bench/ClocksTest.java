package io.dms.cli.bench;

import static org.assertj.core.api.Assertions.assertThat;

import io.dms.monitor.SystemFiles;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class ClocksTest {
    @TempDir
    Path root;

    private void clock(int cpu, long kilohertz) throws IOException {
        Path folder = root.resolve("sys/devices/system/cpu/cpu" + cpu + "/cpufreq");
        Files.createDirectories(folder);
        Files.writeString(folder.resolve("scaling_cur_freq"), kilohertz + "\n");
    }

    @Test
    void clocksThatMoveAreNamedInMegahertz() throws IOException {
        clock(0, 1_200_000);
        clock(1, 2_000_000);
        Clocks clocks = new Clocks(new SystemFiles(root));
        clocks.sample();
        clock(1, 1_500_000);
        clocks.sample();
        assertThat(clocks.warning()).contains("1500 and 2000 MHz");
    }

    @Test
    void clocksThatHoldAreNoMatter() throws IOException {
        clock(0, 2_000_000);
        Clocks clocks = new Clocks(new SystemFiles(root));
        clocks.sample();
        clock(0, 1_980_000);
        clocks.sample();
        assertThat(clocks.warning()).isNull();
    }

    @Test
    void aKernelThatShowsNoClocksGivesNoWarning() {
        Clocks clocks = new Clocks(new SystemFiles(root));
        clocks.sample();
        assertThat(clocks.warning()).isNull();
    }
}
