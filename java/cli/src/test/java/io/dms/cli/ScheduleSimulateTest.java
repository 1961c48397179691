package io.dms.cli;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.dms.schedule.catalog.CatalogFile;
import io.dms.schedule.sim.PaperCatalog;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** {@code dms schedule simulate}. */
class ScheduleSimulateTest {
    @TempDir
    private Path folder;

    @Test
    void the_three_experiments_come_as_tables_json_csv_and_one_page() throws IOException {
        Path json = folder.resolve("s.json");
        Path csv = folder.resolve("s.csv");
        Path html = folder.resolve("s.html");
        Ran r = Ran.dms(
                "schedule",
                "simulate",
                "--requests",
                "1500",
                "--traces",
                "2",
                "--load-rate",
                "0,320",
                "--send-energy",
                "0.3",
                "--specialised-share",
                "0.5",
                "-o",
                json.toString(),
                "-o",
                csv.toString(),
                "-o",
                html.toString());
        assertThat(r.status()).as(r.err()).isZero();
        assertThat(r.out()).contains("caching:", "location:", "day:", "priced", "published", "server-first");
        JsonNode root = new ObjectMapper().readTree(json.toFile());
        assertThat(root.path("schema").asInt()).isEqualTo(1);
        assertThat(root.path("caching")).hasSize(8);
        assertThat(root.path("location")).hasSize(3);
        assertThat(root.path("day")).hasSize(5);
        assertThat(root.path("timelines").path(0).path("accuracy")).hasSize(120);
        for (JsonNode row : root.path("day")) {
            double all = row.path("served").asDouble() + row.path("late").asDouble();
            for (JsonNode share : row.path("refused")) {
                all += share.asDouble();
            }
            assertThat(all).as(row.toString()).isBetween(0.9999, 1.0001);
        }
        assertThat(Files.readAllLines(csv)).hasSize(17);
        assertThat(Files.readString(html))
                .contains("<canvas id=\"caching\"", "<canvas id=\"location0.3\"", "<canvas id=\"day\"")
                .doesNotContain("{{")
                .doesNotContain("http://", "src=\"http");
    }

    @Test
    void a_catalog_of_ones_own_is_played_for_a_day() {
        Path file = folder.resolve("own.catalog.json");
        CatalogFile.write(PaperCatalog.load(), file);
        Ran r = Ran.dms(
                "schedule", "simulate", "--catalog", file.toString(), "--requests", "500", "--scheduler", "priced");
        assertThat(r.status()).as(r.err()).isZero();
        assertThat(r.out()).contains("day:").doesNotContain("caching:");
    }

    @Test
    void what_can_not_be_is_refused_in_one_line() {
        refused("there is no experiment \"night\"", "--experiment", "night");
        refused("there is no scheduler \"oracle\"", "--scheduler", "oracle");
        refused("there is no catalog", "--catalog", folder.resolve("none.json").toString());
        refused("out of reach", "--experiment", "caching", "--load-rate", "9999");
        refused("has no variant that fits", "--experiment", "caching", "--memory", "1");
        refused("requests and traces must be at least 1", "--requests", "0");
        refused("--joules must be at least 0 J, and not -1.0", "--joules", "-1");
        refused("--specialised-share must be at most 1 of the stream, and not 1.5", "--specialised-share", "1.5");
    }

    private static void refused(String why, String... options) {
        String[] args = new String[options.length + 2];
        args[0] = "schedule";
        args[1] = "simulate";
        System.arraycopy(options, 0, args, 2, options.length);
        Ran r = Ran.dms(args);
        assertThat(r.status()).isEqualTo(2);
        assertThat(r.err()).contains(why);
    }
}
