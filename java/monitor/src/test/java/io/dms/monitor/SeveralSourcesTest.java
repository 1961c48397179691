package io.dms.monitor;

import static org.assertj.core.api.Assertions.assertThat;

import io.dms.testkit.FakeClock;
import java.util.Arrays;
import java.util.List;
import java.util.Objects;
import org.junit.jupiter.api.Test;

/** Sensors have one number over all sources, whoever they belong to. */
class SeveralSourcesTest {
    private static final long STEP = 100_000_000;

    private final FakeClock clock = new FakeClock();
    private final FakeSource first = new FakeSource("os")
            .with("load", Quantity.LOAD, Scope.CPU, 0, 0.25)
            .with("used", Quantity.MEMORY, Scope.BOARD, 0, 1e9);
    private final FakeSource second = FakeSource.power("jetson", 0, 7);
    private final FakeSource third = new FakeSource("tegrastats").with("heat", Quantity.TEMPERATURE, Scope.GPU, 0, 41);

    private BoardMonitor open() {
        MonitorOptions options =
                MonitorOptions.DEFAULT.withClock(clock).withSources(List.of("os", "jetson", "tegrastats"));
        return BoardMonitor.open(options, List.of(first, second, third));
    }

    @Test
    void everySensorHasItsOwnSourceValueAndHistory() {
        try (BoardMonitor m = open()) {
            for (int i = 0; i < 3; i++) {
                clock.advance(STEP);
                second.values[0] = 7 + i;
                m.sampleNow();
            }
            Snapshot s = m.snapshot();
            assertThat(m.sensors()).extracting(Sensor::name).containsExactly("load", "used", "VDD_IN", "heat");
            double[] now = {0.25, 1e9, 9, 41};
            String[] sources = {"os", "os", "jetson", "tegrastats"};
            for (int i = 0; i < now.length; i++) {
                assertThat(s.value(i)).isEqualTo(now[i]);
                assertThat(m.sourceOf(i)).isEqualTo(sources[i]);
                long[] times = new long[8];
                double[] values = new double[8];
                assertThat(m.history(i, Long.MIN_VALUE, times, values)).isEqualTo(3);
                assertThat(values[2]).isEqualTo(now[i]);
            }
            long[] times = new long[8];
            double[] values = new double[8];
            m.history(2, Long.MIN_VALUE, times, values);
            assertThat(Arrays.copyOf(values, 3)).containsExactly(7, 8, 9);
        }
    }

    @Test
    void aHistoryThatHasNoRoomForAllIsTheLatest() {
        try (BoardMonitor m = open()) {
            for (int i = 0; i < 5; i++) {
                clock.advance(STEP);
                second.values[0] = i;
                m.sampleNow();
            }
            double[] values = new double[2];
            assertThat(m.history(2, Long.MIN_VALUE, new long[3], values)).isEqualTo(2);
            assertThat(values).containsExactly(3, 4);
        }
    }

    @Test
    void theTotalIsThatOfTheFirstSourceThatHasARuleWhereverItsSensorsStand() {
        try (BoardMonitor m = open()) {
            clock.advance(STEP);
            m.sampleNow();
            TotalPower total = Objects.requireNonNull(m.total());
            assertThat(total.sensors()).containsExactly(2);
            assertThat(m.snapshot().totalWatts()).isEqualTo(7);
            try (EnergyWindow window = m.energy(2);
                    EnergyWindow whole = m.energy()) {
                for (int i = 0; i < 20; i++) {
                    clock.advance(STEP);
                    m.sampleNow();
                }
                window.close();
                whole.close();
                assertThat(window.joules()).isEqualTo(whole.joules()).isBetween(13.9, 14.1);
            }
        }
    }
}
