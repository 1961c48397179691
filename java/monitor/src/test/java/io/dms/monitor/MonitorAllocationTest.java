package io.dms.monitor;

import static org.assertj.core.api.Assertions.assertThat;

import io.dms.monitor.jetson.JetsonProvider;
import io.dms.testkit.FakeClock;
import io.dms.testkit.FakeSysfs;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class MonitorAllocationTest {
    @ParameterizedTest
    @ValueSource(strings = {"agx-orin-jetpack6", "xavier-nx-jetpack5", "tx2-jetpack4"})
    void watchingAWholeBoardAllocatesNothing(String board) {
        FakeClock clock = new FakeClock();
        try (FakeSysfs tree = FakeSysfs.resource(JetsonProvider.class, board + ".txt");
                BoardMonitor m = BoardMonitor.open(
                        MonitorOptions.DEFAULT.withRoot(tree.root()).withClock(clock));
                EnergyWindow window = m.energy()) {
            for (String file : tree.files()) {
                // Files of a board are not as young as those of a test.
                tree.path(file).toFile().setLastModified(1_000_000_000_000L);
            }
            Snapshot snapshot = m.snapshot();
            assertThat(m.sources()).contains("jetson");
            assertThat(Allocations.leastBytes(6, 100, () -> {
                        clock.advance(100_000_000);
                        m.sampleNow();
                        m.latest(snapshot);
                    }))
                    .isZero();
            assertThat(snapshot.totalWatts()).isPositive();
            assertThat(window.joules()).isPositive();
        }
    }
}
