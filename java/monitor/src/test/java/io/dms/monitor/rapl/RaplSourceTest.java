package io.dms.monitor.rapl;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;
import static org.junit.jupiter.api.Assumptions.assumeFalse;

import io.dms.monitor.Absence;
import io.dms.monitor.Allocations;
import io.dms.monitor.BoardMonitor;
import io.dms.monitor.EnergyWindow;
import io.dms.monitor.MonitorOptions;
import io.dms.monitor.MonitorSource;
import io.dms.monitor.Sample;
import io.dms.monitor.Scope;
import io.dms.testkit.FakeClock;
import io.dms.testkit.FakeSysfs;
import java.nio.file.Files;
import java.time.Duration;
import java.util.List;
import java.util.Objects;
import java.util.Random;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

class RaplSourceTest {
    /** After Documentation/power/powercap/powercap.rst of the kernel: two packages, one with memory. */
    private static final String TREE = """
            [/sys/class/powercap/intel-rapl:0]
            name = package-0
            energy_uj = 5000000
            max_energy_range_uj = 262143328850
            [/sys/class/powercap/intel-rapl:0:0]
            name = dram
            energy_uj = 1000000
            max_energy_range_uj = 65712999613
            [/sys/class/powercap/intel-rapl:1]
            name = package-1
            energy_uj = 7000000
            max_energy_range_uj = 262143328850
            [/sys/class/powercap/intel-rapl-mmio:0]
            name = package-0
            energy_uj = 5000000
            """;

    private static final String FIRST = "/sys/class/powercap/intel-rapl:0/energy_uj";
    private static final String SECOND = "/sys/class/powercap/intel-rapl:1/energy_uj";
    private static final long RANGE = 262143328850L;

    private final FakeSysfs tree = FakeSysfs.of(TREE);
    private final FakeClock clock = new FakeClock();
    private final MonitorOptions options =
            MonitorOptions.DEFAULT.withRoot(tree.root()).withClock(clock);

    @AfterEach
    void close() {
        tree.close();
    }

    private MonitorSource open() {
        return Objects.requireNonNull(new RaplProvider().open(options).source());
    }

    @Test
    void powerIsTheDifferenceOfTheCounterOverTime() {
        try (MonitorSource rapl = open()) {
            assertThat(Sample.of(rapl).why("package-0")).isEqualTo(Absence.ONE_SAMPLE);
            clock.advance(Duration.ofMillis(500));
            tree.set(FIRST, "15000000");
            Sample s = Sample.of(rapl);
            assertThat(s.value("package-0")).isCloseTo(20, within(1e-9));
            assertThat(s.value("package-0.energy")).isCloseTo(10, within(1e-9));
            assertThat(s.value("package-1")).isZero();
            assertThat(Sample.of(rapl).value("package-0")).as("no time passed").isCloseTo(20, within(1e-9));
        }
    }

    @Test
    void theTotalIsTheSumOfThePackages() {
        try (MonitorSource rapl = open()) {
            var total = Objects.requireNonNull(rapl.totalPower());
            assertThat(total.scope()).isEqualTo(Scope.PACKAGE);
            assertThat(total.rule()).isEqualTo("sum of package-0, package-1");
            assertThat(total.sensors().stream().map(i -> rapl.sensors().get(i).name()))
                    .containsExactly("package-0", "package-1");
            assertThat(rapl.sensors()).hasSize(6);
        }
    }

    @Test
    void countersThatWrapCountOnAndThoseThatAreSetBackGiveNoValue() {
        tree.set(FIRST, String.valueOf(RANGE - 1_000_000));
        try (MonitorSource rapl = open()) {
            Sample.of(rapl);
            clock.advance(Duration.ofSeconds(1));
            tree.set(FIRST, "3000000");
            Sample s = Sample.of(rapl);
            assertThat(s.value("package-0")).isCloseTo(4, within(1e-6));
            clock.advance(Duration.ofSeconds(1));
            tree.set(FIRST, "0");
            assertThat(Sample.of(rapl).why("package-0")).isEqualTo(Absence.IMPLAUSIBLE);
            clock.advance(Duration.ofSeconds(1));
            tree.set(FIRST, "2000000");
            s = Sample.of(rapl);
            assertThat(s.value("package-0")).isCloseTo(2, within(1e-6));
            assertThat(s.value("package-0.energy"))
                    .as("the energy before was kept")
                    .isCloseTo(6, within(1e-6));
        }
    }

    @Test
    void aWindowCountsRandomLoadToTheLastJouleAcrossWraps() {
        for (int seed = 0; seed < 20; seed++) {
            Random random = new Random(seed);
            long counter = RANGE - random.nextInt(200_000_000);
            tree.set(FIRST, String.valueOf(counter)).set(SECOND, "0");
            try (BoardMonitor m = BoardMonitor.open(options, List.of(new RaplProvider()))) {
                m.sampleNow();
                EnergyWindow window = m.energy();
                double truth = 0;
                for (int i = 0; i < 300; i++) {
                    int used = random.nextInt(8_000_000);
                    truth += used * 1e-6;
                    counter = (counter + used) % RANGE;
                    tree.set(FIRST, String.valueOf(counter));
                    clock.advance(Duration.ofMillis(100));
                    m.sampleNow();
                }
                window.close();
                assertThat(window.whyAbsent()).isNull();
                assertThat(window.scope()).isEqualTo(Scope.PACKAGE);
                assertThat(window.joules()).as("seed %d", seed).isCloseTo(truth, within(1e-6 * truth));
                assertThat(window.errorJoules()).isLessThan(0.01 * truth);
            }
        }
    }

    @Test
    void saysWhoMayReadTheCountersAndHowToAllowIt() throws Exception {
        for (String file : List.of(FIRST, SECOND, "/sys/class/powercap/intel-rapl:0:0/energy_uj")) {
            tree.path(file).toFile().setReadable(false);
        }
        assumeFalse(Files.isReadable(tree.path(FIRST)), "this user may read everything");
        assertThat(new RaplProvider().open(options).refusal()).contains("no permission", "sudo chmod");
    }

    @Test
    void refusesWhereThereAreNoCounters() {
        try (FakeSysfs empty = FakeSysfs.of("")) {
            assertThat(new RaplProvider().open(options.withRoot(empty.root())).refusal())
                    .contains("no energy counters");
        }
    }

    @Test
    void garbageAndVanishedFilesAreReasons() {
        try (MonitorSource rapl = open()) {
            tree.set(FIRST, "soon");
            assertThat(Sample.of(rapl).why("package-0")).isEqualTo(Absence.GARBAGE);
            tree.set(FIRST, "-5");
            assertThat(Sample.of(rapl).why("package-0.energy")).isEqualTo(Absence.GARBAGE);
            tree.delete(FIRST);
            assertThat(Sample.of(rapl).why("package-0")).isEqualTo(Absence.GONE);
        }
    }

    @Test
    void aSampleAllocatesNothing() {
        try (BoardMonitor m = BoardMonitor.open(options, List.of(new RaplProvider()))) {
            assertThat(Allocations.leastBytes(5, 200, () -> {
                        clock.advance(100_000_000);
                        m.sampleNow();
                    }))
                    .isZero();
        }
    }
}
