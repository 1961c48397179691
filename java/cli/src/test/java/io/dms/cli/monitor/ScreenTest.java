package io.dms.cli.monitor;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.dms.model.EnvironmentException;
import io.dms.model.UserException;
import io.dms.monitor.BoardMonitor;
import io.dms.monitor.MonitorOptions;
import io.dms.monitor.SystemFiles;
import io.dms.testkit.FakeSysfs;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** What is shown of recorded boards. */
class ScreenTest {
    private static final Path TREES = Path.of("../monitor/src/test/resources/io/dms/monitor/jetson");

    private static FakeSysfs tree(String board) {
        try {
            return FakeSysfs.of(Files.readString(TREES.resolve(board + ".txt")));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static BoardMonitor open(FakeSysfs tree) {
        BoardMonitor monitor = BoardMonitor.open(MonitorOptions.DEFAULT.withRoot(tree.root()));
        monitor.sampleNow();
        return monitor;
    }

    private static Moment moment(BoardMonitor monitor) {
        return new Moment(monitor, monitor.snapshot(), monitor.energy(), Instant.EPOCH, 1);
    }

    private static List<String> lines(BoardMonitor monitor, boolean colours, int columns, int rows) {
        Screen screen =
                new Screen(new Paint(colours), new SystemFiles(monitor.options().root()));
        return screen.lines(moment(monitor), columns, rows);
    }

    @ParameterizedTest
    @CsvSource({"80, 24", "200, 50", "20, 5", "1, 1", "300, 100"})
    void theScreenIsNeverWiderOrHigherThanTheTerminal(int columns, int rows) {
        try (FakeSysfs tree = tree("agx-orin-jetpack6");
                BoardMonitor monitor = open(tree)) {
            for (boolean colours : new boolean[] {false, true}) {
                List<String> lines = lines(monitor, colours, columns, rows);
                assertThat(lines).hasSizeLessThanOrEqualTo(rows);
                assertThat(lines).allMatch(l -> Paint.width(l) <= columns);
            }
        }
    }

    @Test
    void aBoardShowsItsPowerWithScopeAndRule() {
        try (FakeSysfs tree = tree("agx-orin-jetpack6");
                BoardMonitor monitor = open(tree)) {
            assertThat(String.join("\n", lines(monitor, false, 100, 50)))
                    .contains("6.91 W module, sum of VDD_GPU_SOC")
                    .contains("VDD_GPU_SOC 2.80 W (GPU+SOC)")
                    .contains("power mode MODE_30W")
                    .contains("throttled no")
                    .doesNotContain("\u001b");
            assertThat(PlainLine.of(moment(monitor)))
                    .contains("power 6.91 W (module)")
                    .contains("mode MODE_30W");
        }
    }

    @Test
    void whatDoesNotFitIsCounted() {
        try (FakeSysfs tree = tree("agx-orin-jetpack6");
                BoardMonitor monitor = open(tree)) {
            assertThat(lines(monitor, false, 80, 24)).anyMatch(l -> l.matches("\\.\\.\\. \\d+ more lines.*"));
            assertThat(lines(monitor, false, 200, 200)).noneMatch(l -> l.contains("more lines"));
        }
    }

    @Test
    void heatIsSaidInWordsAndNotByColourAlone() {
        try (FakeSysfs tree = tree("agx-orin-jetpack6")) {
            tree.files().stream()
                    .filter(f -> f.matches(".*thermal_zone\\d+/temp"))
                    .forEach(f -> tree.set(f, "97000"));
            try (BoardMonitor monitor = open(tree)) {
                assertThat(String.join("\n", lines(monitor, false, 80, 24))).contains("97.0 °C HOT");
                assertThat(String.join("\n", lines(monitor, true, 80, 24))).contains("\u001b[1;31m97.0 °C HOT");
            }
        }
    }

    @Test
    void aMachineWithoutAPowerSensorSaysSo() {
        try (FakeSysfs tree = FakeSysfs.of("/proc/meminfo = MemTotal: 1024 kB");
                BoardMonitor monitor = open(tree)) {
            assertThat(String.join("\n", lines(monitor, false, 80, 24)))
                    .contains("no power sensor on this machine")
                    .contains("no temperature sensor")
                    .contains("no jetson");
        }
    }

    @Test
    void coloursDoNotCountAsColumns() {
        String text = new Paint(true).bold("abc") + "def";
        assertThat(Paint.width(text)).isEqualTo(6);
        assertThat(Paint.cut(text, 4)).isEqualTo("\u001b[1mabc\u001b[0md\u001b[0m");
        assertThat(Paint.cut("°°°", 2)).isEqualTo("°°");
    }

    // ---- Prometheus ----

    private static HttpResponse<String> get(String method, String url) throws IOException, InterruptedException {
        return HttpClient.newHttpClient()
                .send(
                        HttpRequest.newBuilder(URI.create(url))
                                .method(method, HttpRequest.BodyPublishers.noBody())
                                .build(),
                        BodyHandlers.ofString());
    }

    @Test
    void prometheusGetsEveryReadingWithItsScopeAndNothingThatIsAbsent() throws Exception {
        InetSocketAddress any = MetricsServer.address("127.0.0.1:0");
        try (FakeSysfs tree = tree("agx-orin-jetpack6");
                BoardMonitor monitor = open(tree);
                MetricsServer server = MetricsServer.start(monitor, any)) {
            HttpResponse<String> answer = get("GET", server.url());
            assertThat(answer.statusCode()).isEqualTo(200);
            assertThat(answer.headers().firstValue("Content-Type").orElse("")).startsWith("text/plain; version=0.0.4");
            assertThat(answer.body().lines())
                    .allMatch(l -> l.matches("# (HELP|TYPE) dms_\\w+ .+|dms_\\w+(\\{.*})? -?[0-9.E+-]+"))
                    .contains("dms_throttled 0.0")
                    .anyMatch(l -> l.startsWith("dms_total_power_watts{rule=\"sum of VDD_GPU_SOC")
                            && l.matches(".*scope=\"module\".*} 6\\.9\\d*"))
                    .anyMatch(l ->
                            l.startsWith("dms_power_watts{scope=\"GPU+SOC\",sensor=\"VDD_GPU_SOC\",source=\"jetson\"}"))
                    .noneMatch(l -> l.contains("cv0-thermal"));
            assertThat(get("HEAD", server.url()).statusCode()).isEqualTo(200);
            assertThat(get("POST", server.url()).statusCode()).isEqualTo(405);
            assertThat(get("GET", server.url().replace("/metrics", "/x")).statusCode())
                    .isEqualTo(404);
            int taken = URI.create(server.url()).getPort();
            assertThatThrownBy(() -> MetricsServer.start(monitor, MetricsServer.address("127.0.0.1:" + taken)))
                    .isInstanceOf(EnvironmentException.class)
                    .hasMessageContaining(":" + taken);
        }
    }

    @Test
    void withoutAHostOnlyThisMachineIsServed() {
        assertThat(MetricsServer.address(":9464").getAddress()).isEqualTo(InetAddress.getLoopbackAddress());
        assertThat(MetricsServer.address("9464").getPort()).isEqualTo(9464);
        assertThat(MetricsServer.address("0.0.0.0:1").getAddress().isAnyLocalAddress())
                .isTrue();
        assertThat(MetricsServer.address("[::1]:9464").getAddress().isLoopbackAddress())
                .isTrue();
    }

    @ParameterizedTest
    @ValueSource(strings = {"", ":", "x", "host:", ":99999", "a b:1", "::1:9464", "http://x:1"})
    void anAddressThatIsNoneIsRefused(String text) {
        assertThatThrownBy(() -> MetricsServer.address(text))
                .isInstanceOf(UserException.class)
                .hasMessageContaining("--serve");
    }
}
