package io.dms.cli.monitor;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.dms.model.EnvironmentException;
import io.dms.model.UserException;
import io.dms.monitor.Absence;
import io.dms.monitor.BoardMonitor;
import io.dms.monitor.MonitorOptions;
import io.dms.monitor.MonitorProvider;
import io.dms.monitor.MonitorSource;
import io.dms.monitor.PowerMode;
import io.dms.monitor.Quantity;
import io.dms.monitor.SampleSink;
import io.dms.monitor.Scope;
import io.dms.monitor.Sensor;
import io.dms.monitor.TotalPower;
import java.net.InetAddress;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class MetricsServerTest {
    /** One sensor of each quantity; each tells its place in this list and a half. NaN is absent. */
    private static final class Everything implements MonitorSource, MonitorProvider {
        private final List<Sensor> sensors = new ArrayList<>();
        double[] values;

        Everything() {
            for (Quantity q : Quantity.values()) {
                sensors.add(new Sensor("s." + q, q, Scope.MODULE, 0, "made up"));
            }
            values = new double[sensors.size()];
            for (int i = 0; i < values.length; i++) {
                values[i] = i + 0.5;
            }
        }

        @Override
        public String name() {
            return "fake";
        }

        @Override
        public Opening open(MonitorOptions options) {
            return Opening.of(this);
        }

        @Override
        public List<Sensor> sensors() {
            return sensors;
        }

        @Override
        public void sample(SampleSink sink) {
            for (int i = 0; i < values.length; i++) {
                if (Double.isNaN(values[i])) {
                    sink.absent(i, Absence.FAILED);
                } else {
                    sink.value(i, values[i]);
                }
            }
        }

        @Override
        public TotalPower totalPower() {
            return new TotalPower(List.of(at(Quantity.POWER)), Scope.MODULE, "s.POWER");
        }

        @Override
        public String board() {
            return "Made \"up\" board";
        }

        @Override
        public @Nullable PowerMode powerMode() {
            return new PowerMode(2, "15W");
        }

        @Override
        public void close() {}
    }

    private final Everything source = new Everything();

    /** The sensor of a quantity. */
    private static int at(Quantity q) {
        return List.of(Quantity.values()).indexOf(q);
    }

    private static HttpResponse<String> ask(String url, String method) throws Exception {
        return HttpClient.newHttpClient()
                .send(
                        HttpRequest.newBuilder(URI.create(url))
                                .method(method, HttpRequest.BodyPublishers.noBody())
                                .build(),
                        HttpResponse.BodyHandlers.ofString());
    }

    private static List<String> samples(String text) {
        return text.lines().filter(l -> !l.startsWith("#")).toList();
    }

    private String line(String metric, Quantity q) {
        return metric + "{scope=\"module\",sensor=\"s." + q + "\",source=\"fake\"} " + source.values[at(q)];
    }

    @Test
    void everyQuantityIsServedByItsNameInItsUnitAndWhatIsAbsentIsNot() throws Exception {
        try (BoardMonitor monitor = BoardMonitor.open(MonitorOptions.DEFAULT, List.of(source));
                MetricsServer server = MetricsServer.start(monitor, MetricsServer.address("127.0.0.1:0"))) {
            assertThat(samples(ask(server.url(), "GET").body()))
                    .as("before the first sample")
                    .containsExactlyInAnyOrder(
                            "dms_board_info{board=\"Made \\\"up\\\" board\"} 1.0", "dms_throttled 0.0");
            monitor.sampleNow();
            HttpResponse<String> answer = ask(server.url(), "GET");
            assertThat(answer.statusCode()).isEqualTo(200);
            assertThat(answer.headers().firstValue("Content-Type").orElse("")).startsWith("text/plain; version=0.0.4");
            assertThat(samples(answer.body()))
                    .containsExactlyInAnyOrder(
                            "dms_board_info{board=\"Made \\\"up\\\" board\"} 1.0",
                            "dms_total_power_watts{rule=\"s.POWER\",scope=\"module\"} "
                                    + source.values[at(Quantity.POWER)],
                            "dms_throttled 1.0",
                            "dms_power_mode_info{id=\"2\",name=\"15W\"} 1.0",
                            line("dms_power_watts", Quantity.POWER),
                            line("dms_voltage_volts", Quantity.VOLTAGE),
                            line("dms_current_amperes", Quantity.CURRENT),
                            line("dms_clock_hertz", Quantity.FREQUENCY),
                            line("dms_clock_cap_hertz", Quantity.FREQUENCY_CAP),
                            line("dms_clock_floor_hertz", Quantity.FREQUENCY_FLOOR),
                            line("dms_load_ratio", Quantity.LOAD),
                            line("dms_temperature_celsius", Quantity.TEMPERATURE),
                            line("dms_memory_used_bytes", Quantity.MEMORY),
                            line("dms_state", Quantity.STATE),
                            line("dms_throttle", Quantity.THROTTLE),
                            line("dms_fan_rpm", Quantity.SPEED),
                            line("dms_energy_joules_total", Quantity.ENERGY),
                            line("dms_occurrences_total", Quantity.COUNT));
            source.values[at(Quantity.POWER)] = Double.NaN;
            source.values[at(Quantity.LOAD)] = 0;
            source.values[at(Quantity.THROTTLE)] = 0;
            monitor.sampleNow();
            List<String> later = samples(ask(server.url(), "GET").body());
            assertThat(later)
                    .contains(line("dms_load_ratio", Quantity.LOAD), "dms_throttled 0.0")
                    .noneMatch(l -> l.startsWith("dms_power_watts") || l.startsWith("dms_total_power_watts"));
        }
    }

    @Test
    void anotherPathOrMethodIsRefusedAndAHeadHasNoBody() throws Exception {
        String url;
        try (BoardMonitor monitor = BoardMonitor.open(MonitorOptions.DEFAULT, List.of(source));
                MetricsServer server = MetricsServer.start(monitor, MetricsServer.address(":0"))) {
            url = server.url();
            assertThat(InetAddress.getByName(URI.create(url).getHost()).isLoopbackAddress())
                    .isTrue();
            assertThat(ask(url, "POST").statusCode()).isEqualTo(405);
            HttpResponse<String> elsewhere = ask(url.replace("/metrics", "/"), "GET");
            assertThat(elsewhere.statusCode()).isEqualTo(404);
            assertThat(elsewhere.body()).isEqualTo("see /metrics\n");
            HttpResponse<String> head = ask(url, "HEAD");
            assertThat(head.statusCode()).isEqualTo(200);
            assertThat(head.body()).isEmpty();
            int port = URI.create(url).getPort();
            assertThatThrownBy(() -> MetricsServer.start(monitor, MetricsServer.address("127.0.0.1:" + port)))
                    .isInstanceOf(EnvironmentException.class)
                    .hasMessageContaining("127.0.0.1:" + port)
                    .hasMessageContaining("choose another port");
        }
        assertThatThrownBy(() -> ask(url, "GET")).isInstanceOf(java.io.IOException.class);
    }

    @ParameterizedTest
    @CsvSource({
        "9464, 127.0.0.1, 9464",
        ":9464, 127.0.0.1, 9464",
        "0.0.0.0:1, 0.0.0.0, 1",
        "[::1]:65535, ::1, 65535",
        "127.0.0.1:0, 127.0.0.1, 0"
    })
    void anAddressIsAHostAndAPort(String text, String host, int port) throws Exception {
        assertThat(MetricsServer.address(text).getPort()).isEqualTo(port);
        assertThat(MetricsServer.address(text).getAddress()).isEqualTo(InetAddress.getByName(host));
    }

    @ParameterizedTest
    @ValueSource(strings = {"", ":", "65536", "host:", "a b:1", "::1:80", "1.2.3.4", "-1", ":123456"})
    void whatIsNoAddressIsRefused(String text) {
        assertThatThrownBy(() -> MetricsServer.address(text))
                .isInstanceOf(UserException.class)
                .hasMessageContaining("[HOST]:PORT");
    }
}
