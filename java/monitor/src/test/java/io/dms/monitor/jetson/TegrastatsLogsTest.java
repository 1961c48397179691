package io.dms.monitor.jetson;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Whole logs that people recorded on their boards, where the data folder has them. */
class TegrastatsLogsTest {
    private static Path logs() {
        @Nullable String data = System.getProperty("dms.data", System.getenv("DMS_DATA"));
        assumeTrue(data != null, "dms.data is not set: whole logs of tegrastats are not read");
        Path folder = Path.of(data, "tegrastats");
        assumeTrue(Files.isDirectory(folder), "the data folder has no tegrastats/: whole logs are not read");
        return folder;
    }

    private static List<TegrastatsLine> read(String log) throws IOException {
        List<TegrastatsLine> out = new ArrayList<>();
        for (String text : Files.readAllLines(logs().resolve(log))) {
            TegrastatsLine line = TegrastatsParser.parse(text);
            if (line != null) {
                out.add(line);
            }
        }
        return out;
    }

    @ParameterizedTest(name = "{0}")
    @CsvSource({
        "tx2_jp4_ssaraff98_sample_log.txt, 432, 6, 6, 7, VDD_IN",
        "tx2_putmotorsport.log, 2, 6, 6, 7, VDD_IN",
        "xavier_nx_bjgeiser_burn.log, 103, 6, 3, 5, VDD_IN",
        "agx_orin_64gb_hanner123.log, 15, 12, 3, 6, 'sum of VDD_GPU_SOC, VDD_CPU_CV, VIN_SYS_5V0'",
        "nano_sumantbagri_tegrastats.txt, 114, 4, 3, 5, POM_5V_IN",
    })
    void every_line_of_a_log_gives_every_rail_core_and_temperature(
            String log, int lines, int cores, int rails, int temperatures, String rule) throws IOException {
        List<TegrastatsLine> read = read(log);
        assertThat(read).hasSize(lines);
        assertThat(read).allSatisfy(line -> {
            assertThat(line.cores()).hasSize(cores);
            assertThat(line.rails()).hasSize(rails);
            assertThat(line.temperatures())
                    .hasSize(temperatures)
                    .allSatisfy((name, celsius) -> assertThat(celsius).isBetween(10.0, 110.0));
            assertThat(line.ram().used()).isPositive();
        });
        TegrastatsFields fields = new TegrastatsFields(read.get(0), 1_000_000_000);
        assertThat(Objects.requireNonNull(fields.total()).rule()).isEqualTo(rule);
        double[] values = new double[fields.sensors().size()];
        for (TegrastatsLine line : read) {
            fields.read(line, values);
            for (int sensor : Objects.requireNonNull(fields.total()).sensors()) {
                assertThat(values[sensor]).isPositive();
            }
        }
    }

    @Test
    void rails_agree_with_the_table_that_was_made_from_the_same_run() throws IOException {
        List<TegrastatsLine> read = read("nano_sumantbagri_tegrastats.txt");
        List<String> table = Files.readAllLines(logs().resolve("nano_sumantbagri_eval/power_resnet.csv"));
        assertThat(table.get(0)).isEqualTo("POM_5V_IN (mW),POM_5V_GPU (mW),POM_5V_CPU (mW)");
        int rows = table.size() - 1;
        assertThat(rows).isPositive().isLessThanOrEqualTo(read.size());
        for (int i = 0; i < rows; i++) {
            TegrastatsLine line = read.get(i);
            String row = String.format(
                    "%d,%d,%d",
                    milliwatts(line, "POM_5V_IN"), milliwatts(line, "POM_5V_GPU"), milliwatts(line, "POM_5V_CPU"));
            assertThat(row).as("row %d", i + 1).isEqualTo(table.get(i + 1));
        }
    }

    private static long milliwatts(TegrastatsLine line, String rail) {
        return Math.round(Objects.requireNonNull(line.rails().get(rail)).watts() * 1000);
    }
}
