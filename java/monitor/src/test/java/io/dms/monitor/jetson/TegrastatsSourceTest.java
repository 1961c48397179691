package io.dms.monitor.jetson;

import static org.assertj.core.api.Assertions.assertThat;

import io.dms.monitor.Absence;
import io.dms.monitor.MonitorOptions;
import io.dms.monitor.MonitorProvider;
import io.dms.monitor.MonitorSource;
import io.dms.monitor.Quantity;
import io.dms.monitor.SampleSink;
import io.dms.monitor.SystemFiles;
import io.dms.testkit.FakeSysfs;
import java.nio.file.Path;
import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.function.BooleanSupplier;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.condition.EnabledOnOs;
import org.junit.jupiter.api.condition.OS;

/** The tool as a shell script that prints real lines. */
@EnabledOnOs(value = OS.LINUX, disabledReason = "tegrastats is a program of Linux")
@Timeout(60)
class TegrastatsSourceTest {
    private static final String TOOL = "/usr/bin/tegrastats";

    private static FakeSysfs board(String script) {
        FakeSysfs tree = FakeSysfs.of("/etc/hostname = board");
        return tool(tree, script);
    }

    private static FakeSysfs tool(FakeSysfs tree, String script) {
        tree.set(TOOL, "#!/bin/sh\n" + script);
        assertThat(tree.path(TOOL).toFile().setExecutable(true)).isTrue();
        return tree;
    }

    private static MonitorProvider.Opening open(FakeSysfs tree, String... sources) {
        return new TegrastatsProvider(Duration.ofSeconds(20), Path.of("/"))
                .open(MonitorOptions.DEFAULT.withRoot(tree.root()).withSources(List.of(sources)));
    }

    private static MonitorSource source(FakeSysfs tree) {
        MonitorProvider.Opening opening = open(tree, "tegrastats");
        return Optional.ofNullable(opening.source()).orElseThrow(() -> new AssertionError(opening.refusal()));
    }

    /** Samples until something was told. */
    private static Map<String, Object> sample(MonitorSource source, BooleanSupplier go) throws InterruptedException {
        Map<String, Object> told = new HashMap<>();
        SampleSink sink = new SampleSink() {
            @Override
            public void value(int sensor, double value) {
                told.put(source.sensors().get(sensor).name(), value);
            }

            @Override
            public void absent(int sensor, Absence why) {
                told.put(source.sensors().get(sensor).name(), why);
            }
        };
        while (told.isEmpty() && go.getAsBoolean()) {
            source.sample(sink);
            Thread.sleep(5);
        }
        return told;
    }

    @Test
    void what_the_tool_prints_becomes_sensors_with_a_total() throws InterruptedException {
        try (FakeSysfs tree = board("echo '" + TegrastatsParserTest.AGX_ORIN_5 + "'; exec sleep 60");
                MonitorSource source = source(tree)) {
            Map<String, Object> told = sample(source, () -> true);
            assertThat(told)
                    .containsEntry("VDD_GPU_SOC", 2.39)
                    .containsEntry("CV0.temperature", Absence.OFFLINE)
                    .containsEntry("gpu.load", 0.0)
                    .containsEntry("ram.used", 2257.0 * (1 << 20));
            assertThat(Objects.requireNonNull(source.totalPower()).sensors()).hasSize(3);
            assertThat(Readings.sensor(source, "VDD_GPU_SOC").quantity()).isEqualTo(Quantity.POWER);
            assertThat(Readings.sensor(source, "VDD_GPU_SOC").intervalNanos()).isEqualTo(100_000_000);
            boolean[] once = {true, false};
            int[] asked = {0};
            assertThat(sample(source, () -> once[Math.min(1, asked[0]++)]))
                    .as("nothing is told again where nothing new came")
                    .isEmpty();
        }
    }

    @Test
    void a_tool_that_ends_leaves_reasons_and_is_started_again() throws InterruptedException {
        try (FakeSysfs tree = board("echo '" + TegrastatsParserTest.TX2 + "'")) {
            TegrastatsSource source = Objects.requireNonNull(TegrastatsSource.open(
                    tree.path(TOOL),
                    new SystemFiles(tree.root()),
                    System::nanoTime,
                    100,
                    Duration.ofSeconds(20),
                    Duration.ofMillis(50)));
            try (source) {
                boolean gone = false;
                boolean back = false;
                while (!back) {
                    Object power = sample(source, () -> true).get("VDD_IN");
                    back = gone && Double.valueOf(5.297).equals(power);
                    gone |= power == Absence.GONE;
                }
            }
        }
    }

    @Test
    void a_tool_that_falls_silent_leaves_reasons() throws InterruptedException {
        long[] now = {0};
        try (FakeSysfs tree = board("echo '" + TegrastatsParserTest.TX2 + "'; exec sleep 60")) {
            TegrastatsSource source = Objects.requireNonNull(TegrastatsSource.open(
                    tree.path(TOOL),
                    new SystemFiles(tree.root()),
                    () -> now[0],
                    100,
                    Duration.ofSeconds(20),
                    Duration.ofSeconds(1)));
            try (source) {
                assertThat(sample(source, () -> true)).containsEntry("VDD_IN", 5.297);
                now[0] += Duration.ofSeconds(10).toNanos();
                assertThat(sample(source, () -> true)).containsEntry("VDD_IN", Absence.TIMED_OUT);
            }
        }
    }

    @Test
    void closing_ends_the_tool() throws InterruptedException {
        try (FakeSysfs tree =
                        board("echo $$ > " + "\"$0.pid\"; echo '" + TegrastatsParserTest.TX2 + "'; exec sleep 600");
                MonitorSource source = source(tree)) {
            long pid = Long.parseLong(
                    Objects.requireNonNull(new SystemFiles(Path.of("/")).text(tree.path(TOOL) + ".pid")));
            assertThat(ProcessHandle.of(pid)).get().matches(ProcessHandle::isAlive);
            source.close();
            while (ProcessHandle.of(pid).map(ProcessHandle::isAlive).orElse(false)) {
                Thread.sleep(5);
            }
        }
    }

    @Test
    void a_tool_that_prints_nothing_of_use_is_refused() {
        try (FakeSysfs tree = board("echo 'tegrastats: not supported'; exec sleep 60")) {
            MonitorProvider.Opening opening = new TegrastatsProvider(Duration.ofMillis(300), Path.of("/"))
                    .open(MonitorOptions.DEFAULT.withRoot(tree.root()).withSources(List.of("tegrastats")));
            assertThat(opening.source()).isNull();
            assertThat(opening.refusal()).contains("printed nothing");
        }
    }

    @Test
    void the_tool_is_a_fallback_only() {
        try (FakeSysfs tree = FakeSysfs.of("/etc/hostname = pc")) {
            assertThat(open(tree, "tegrastats").refusal()).contains("there is no /usr/bin/tegrastats");
        }
        try (FakeSysfs tree = tool(FakeSysfs.of(Readings.tree("orin-nano-jetpack6")), "exit 1")) {
            assertThat(open(tree).refusal()).contains("another root").contains("by name");
            assertThat(openAsOwn(tree).refusal()).contains("files tell the same");
        }
        try (FakeSysfs tree = board("echo 'RAM 1/2MB CPU [1%@102]'; exec sleep 60")) {
            assertThat(openAsOwn(tree).refusal()).contains("no power");
        }
        try (FakeSysfs tree = board("echo '" + TegrastatsParserTest.NANO + "'; exec sleep 60");
                MonitorSource source = openAsOwn(tree).source()) {
            assertThat(source).isNotNull();
        }
    }

    /** Opens as on the machine itself, without being asked for by name. */
    private static MonitorProvider.Opening openAsOwn(FakeSysfs tree) {
        return new TegrastatsProvider(Duration.ofSeconds(20), tree.root())
                .open(MonitorOptions.DEFAULT.withRoot(tree.root()));
    }

    @Test
    void a_sample_allocates_nothing() {
        var threads = (com.sun.management.ThreadMXBean) java.lang.management.ManagementFactory.getThreadMXBean();
        SampleSink nowhere = new SampleSink() {
            @Override
            public void value(int sensor, double value) {}

            @Override
            public void absent(int sensor, Absence why) {}
        };
        try (FakeSysfs tree = board("while :; do echo '" + TegrastatsParserTest.ORIN_NANO_6 + "'; done");
                MonitorSource source = source(tree)) {
            long least = Long.MAX_VALUE;
            for (int round = 0; round < 200; round++) {
                long before =
                        threads.getThreadAllocatedBytes(Thread.currentThread().getId());
                source.sample(nowhere);
                least = Math.min(
                        least,
                        threads.getThreadAllocatedBytes(Thread.currentThread().getId()) - before);
            }
            assertThat(least).isZero();
        }
    }
}
