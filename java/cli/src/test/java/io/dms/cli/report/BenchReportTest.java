package io.dms.cli.report;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

class BenchReportTest {
    private static JsonNode json(Object node) throws Exception {
        return new ObjectMapper().readTree(node.toString());
    }

    private static List<String> fields(JsonNode node) {
        List<String> out = new ArrayList<>();
        node.fieldNames().forEachRemaining(out::add);
        return out;
    }

    @Test
    void theFieldsOfSchema1Stand() throws Exception {
        JsonNode root = json(BenchJson.of(Samples.full()));
        assertThat(root.get("schema").asInt()).isEqualTo(1);
        assertThat(fields(root))
                .contains(
                        "schema",
                        "tool",
                        "version",
                        "model",
                        "backend",
                        "precision",
                        "batch",
                        "threads",
                        "board",
                        "levels",
                        "switch",
                        "allocation_bytes_per_call",
                        "peers");
        assertThat(fields(root.get("board"))).contains("name", "power_mode", "versions");
        assertThat(fields(root.get("levels").get(0)))
                .contains(
                        "width",
                        "macs",
                        "parameters",
                        "weight_bytes",
                        "latency_ms",
                        "throughput_per_s",
                        "energy_mj",
                        "energy_scope",
                        "top1",
                        "accuracy_samples",
                        "own_model_ratio");
        assertThat(fields(root.get("levels").get(0).get("latency_ms")))
                .containsExactly("mean", "p50", "p90", "p95", "p99", "cv", "samples");
        assertThat(fields(root.get("switch")))
                .containsExactly("first_over_steady_p50", "first_over_steady_p90", "pairs");
        assertThat(fields(root.get("peers").get(0))).containsExactly("name", "width", "latency_ms", "ratio_p50");
        assertThat(root.at("/board/versions/onednn").asText()).isEqualTo("3.11");
        assertThat(root.at("/levels/0/latency_ms/p50").asDouble()).isEqualTo(0.482);
        assertThat(root.at("/levels/0/top1").asDouble()).isEqualTo(0.9173);
        assertThat(root.at("/levels/0/energy_mj").asDouble()).isEqualTo(3.2);
        assertThat(root.at("/levels/0/energy_scope").asText()).isEqualTo("module");
        assertThat(root.at("/board/power_mode").asText()).isEqualTo("MAXN");
        assertThat(root.at("/board/power_scope").asText()).isEqualTo("module");
    }

    @Test
    void whatWasNotMeasuredIsNullAndNeverZero() throws Exception {
        JsonNode root = json(BenchJson.of(Samples.bare()));
        for (String path : List.of(
                "/switch",
                "/allocation_bytes_per_call",
                "/board/power_mode",
                "/levels/0/top1",
                "/levels/0/energy_mj",
                "/levels/0/energy_scope",
                "/board/power_scope",
                "/levels/0/accuracy_samples",
                "/levels/0/own_model_ratio",
                "/start_to_first_inference_ms")) {
            assertThat(root.at(path).isNull()).as(path).isTrue();
        }
        assertThat(root.get("peers")).isEmpty();
    }

    @Test
    void theTableShowsALineForEachLevelAndADashForWhatWasNotMeasured() {
        List<String> lines = BenchTable.lines(Samples.full(), TextTable.UNBOUNDED);
        assertThat(lines.get(0)).contains("resnet20-cifar10", "0.27 M parameters", "40.8 MMAC", "4 levels");
        assertThat(lines.get(1)).contains("cpu (oneDNN 3.11, 2 threads)", "batch 1");
        assertThat(lines.get(2)).contains("generic x86-64");
        assertThat(lines.get(3)).isEqualTo("power    module, VDD_IN; power mode MAXN");
        assertThat(lines)
                .anySatisfy(
                        l -> assertThat(l).startsWith("1.00").contains("0.482", "3.20", "91.73 %", "1.01x", "0.88x"));
        assertThat(lines).anySatisfy(l -> assertThat(l).contains("p50 1.02x", "p90 1.11x", "1234 switches"));

        List<String> bare = BenchTable.lines(Samples.bare(), TextTable.UNBOUNDED);
        assertThat(bare).contains("power    no sensor on this machine");
        assertThat(bare).anySatisfy(l -> assertThat(l).startsWith("1.00").endsWith("2075       -      -"));
    }

    @Test
    void theTableOfAComparisonFitsATerminalAndLosesNothing() {
        for (int room : new int[] {60, 80, 100}) {
            List<String> lines = BenchTable.lines(Samples.full(), room);
            assertThat(lines)
                    .as("room %d", room)
                    .allSatisfy(l -> assertThat(l).hasSizeLessThanOrEqualTo(Math.max(room, 78)));
            List<String> wide = BenchTable.lines(Samples.full(), TextTable.UNBOUNDED);
            assertThat(words(lines)).as("room %d", room).containsAll(words(wide));
        }
    }

    @Test
    void withoutAComparisonEverythingStandsInOneTableOfEightyColumns() {
        assertThat(BenchTable.lines(Samples.bare(), 80))
                .isEqualTo(BenchTable.lines(Samples.bare(), TextTable.UNBOUNDED));
        assertThat(BenchTable.lines(Samples.bare(), 80))
                .noneSatisfy(l -> assertThat(l).contains("vs"));
    }

    private static List<String> words(List<String> lines) {
        return lines.stream().flatMap(l -> Stream.of(l.strip().split(" +", -1))).toList();
    }

    @Test
    void csvHasALineForEachLevelAndPeerWithTheSameColumns() {
        List<String> lines = BenchCsv.of(Samples.full()).lines().toList();
        assertThat(lines).hasSize(1 + 4 + 4);
        long columns = lines.get(0).chars().filter(c -> c == ',').count();
        assertThat(lines)
                .allSatisfy(
                        l -> assertThat(l.chars().filter(c -> c == ',').count()).isEqualTo(columns));
        assertThat(BenchCsv.of(Samples.bare()).lines().toList().get(1))
                .startsWith("\"a \"\"model\"\" <x>, y\",cpu,1,1,1.0,");
    }

    @Test
    void theHtmlIsOneFileThatNeedsNoNetwork() {
        String page = BenchHtml.of(Samples.full());
        assertThat(page).contains("default-src 'none'").contains("Chart.js v4").contains("Accuracy against latency");
        assertThat(page).doesNotContainPattern("<(script|link|img)[^>]+(src|href)=");
        assertThat(page).doesNotContain("sourceMappingURL");
        assertThat(page)
                .contains(HtmlPage.command("dms bench --own-model"))
                .contains("onnxruntime 1.28.0")
                .contains("91.73 %");
    }

    @Test
    void theHtmlEscapesWhatComesFromFiles() {
        String page = BenchHtml.of(Samples.bare());
        assertThat(page).contains("a &quot;model&quot; &lt;x&gt;, y").doesNotContain("<x>");
        assertThat(page).contains("interrupted").contains("No accuracy was measured");
    }

    @Test
    void figuresReadWell() {
        assertThat(Figures.bytes(1_089_896)).isEqualTo("1.04 MiB");
        assertThat(Figures.bytes(512)).isEqualTo("512 B");
        assertThat(Figures.count(40_813_184)).isEqualTo("40.8 M");
        assertThat(Figures.count(999_999)).isEqualTo("1.00 M");
        assertThat(Figures.millions(272_474)).isEqualTo("0.27 M");
        assertThat(Figures.millis(0.4823)).isEqualTo("0.482");
        assertThat(Figures.millis(28.53)).isEqualTo("28.53");
        assertThat(Figures.rate(2074.6)).isEqualTo("2075");
        assertThat(Figures.percent(null)).isEqualTo("-");
        assertThat(Figures.ratio(Double.NaN)).isEqualTo("-");
    }
}
