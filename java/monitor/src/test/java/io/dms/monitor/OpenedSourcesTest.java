package io.dms.monitor;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import org.junit.jupiter.api.Test;

class OpenedSourcesTest {
    /** A provider of one source of its name. */
    private record Provider(String name, Runnable before) implements MonitorProvider {
        Provider(String name) {
            this(name, () -> {});
        }

        @Override
        public Opening open(MonitorOptions options) {
            before.run();
            return Opening.of(FakeSource.power(name, 0, 1));
        }
    }

    private static OpenedSources open(List<String> wanted, MonitorProvider... providers) {
        return OpenedSources.of(MonitorOptions.DEFAULT.withSources(wanted), List.of(providers));
    }

    private static List<String> names(OpenedSources opened) {
        return opened.sources().stream().map(MonitorSource::name).toList();
    }

    @Test
    void theMostTrustedComeFirstAndStrangersLast() {
        OpenedSources opened = open(
                List.of(), new Provider("stranger"), new Provider("os"), new Provider("nvml"), new Provider("jetson"));
        assertThat(names(opened)).containsExactly("jetson", "nvml", "os", "stranger");
    }

    @Test
    void thoseThatAreNamedComeInThatOrderEachOnce() {
        OpenedSources opened =
                open(List.of("os", "nvml", "os"), new Provider("nvml"), new Provider("jetson"), new Provider("os"));
        assertThat(names(opened)).containsExactly("os", "nvml");
        assertThat(opened.refusals()).isEmpty();
    }

    @Test
    void aNameMayCarryAnArgumentAndAnUnknownOneIsRefusedWithThoseThatThereAre() {
        OpenedSources opened = open(List.of("os:/some:where", "fortune"), new Provider("os"), new Provider("jetson"));
        assertThat(names(opened)).containsExactly("os");
        assertThat(opened.refusals()).containsOnlyKeys("fortune");
        assertThat(opened.refusals().get("fortune")).endsWith("jetson, os");
    }

    @Test
    void whatAProviderThrowsIsARefusalAndTheOthersOpen() {
        Provider broken = new Provider("nvml", () -> {
            throw new UnsatisfiedLinkError("libnvidia-ml.so.1: wrong ELF class");
        });
        Provider buggy = new Provider("jetson", () -> {
            throw new IllegalStateException("made up");
        });
        OpenedSources opened = open(List.of(), broken, buggy, new Provider("os"));
        assertThat(names(opened)).containsExactly("os");
        assertThat(opened.refusals().get("nvml")).contains("wrong ELF class");
        assertThat(opened.refusals().get("jetson")).contains("made up");
    }
}
