package io.dms.monitor.jetson;

import static org.assertj.core.api.Assertions.assertThat;

import com.sun.management.ThreadMXBean;
import io.dms.monitor.Absence;
import io.dms.monitor.MonitorOptions;
import io.dms.monitor.MonitorProvider;
import io.dms.monitor.MonitorSource;
import io.dms.monitor.SampleSink;
import io.dms.testkit.FakeSysfs;
import java.io.IOException;
import java.lang.management.ManagementFactory;
import java.nio.file.Files;
import java.util.Map;
import java.util.Objects;
import java.util.Random;
import java.util.stream.Stream;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** What holds for every recorded tree, whatever happens to its files. */
class JetsonPropertiesTest {
    static Stream<String> trees() {
        return JetsonBoardsTest.ALL.stream();
    }

    @ParameterizedTest
    @MethodSource("trees")
    void numbers_given_out_by_the_kernel_do_not_matter(String tree) {
        Readings expected;
        try (FakeSysfs files = FakeSysfs.of(Readings.tree(tree));
                MonitorSource source = Readings.open(files)) {
            expected = Readings.of(source);
        }
        for (long seed = 0; seed < 8; seed++) {
            try (FakeSysfs files = FakeSysfs.shuffled(Readings.tree(tree), seed);
                    MonitorSource source = Readings.open(files)) {
                Readings readings = Readings.of(source);
                assertThat(readings.values()).as("seed %d", seed).isEqualTo(expected.values());
                assertThat(readings.absences()).as("seed %d", seed).isEqualTo(expected.absences());
                assertThat(readings.total()).as("seed %d", seed).isEqualTo(expected.total());
            }
        }
    }

    @ParameterizedTest
    @MethodSource("trees")
    void no_value_comes_from_a_missing_file(String tree) throws IOException {
        try (FakeSysfs files = FakeSysfs.of(Readings.tree(tree))) {
            Readings expected;
            try (MonitorSource source = Readings.open(files)) {
                expected = Readings.of(source);
            }
            Random random = new Random(1);
            for (String file : files.files()) {
                String text = Files.readString(files.path(file));
                files.delete(file);
                check(expected, files, "without " + file);
                if (random.nextInt(4) == 0) {
                    files.blank(file);
                    check(expected, files, "with a blank " + file);
                }
                Files.writeString(files.path(file), text);
            }
        }
    }

    private static void check(Readings expected, FakeSysfs tree, String what) {
        MonitorProvider.Opening opening = new JetsonProvider().open(MonitorOptions.DEFAULT.withRoot(tree.root()));
        try (MonitorSource source = Objects.requireNonNull(opening.source(), what)) {
            Readings readings = Readings.of(source);
            Map<String, Double> values = expected.values();
            readings.values()
                    .forEach((name, value) ->
                            assertThat(value).as("%s, %s", name, what).isEqualTo(values.get(name)));
            Double total = readings.total();
            if (total != null) {
                assertThat(total).as("total, %s", what).isEqualTo(expected.total());
            }
        }
    }

    @ParameterizedTest
    @MethodSource("trees")
    void files_that_vanish_while_they_are_read_leave_reasons_and_no_values(String tree) {
        try (FakeSysfs files = FakeSysfs.of(Readings.tree(tree));
                MonitorSource source = Readings.open(files)) {
            Readings before = Readings.of(source);
            files.files().stream().filter(f -> f.startsWith("sys/")).forEach(files::delete);
            Readings after = Readings.of(source);
            assertThat(after.values()).isEmpty();
            assertThat(after.total()).isNull();
            before.values()
                    .forEach((name, value) ->
                            assertThat(after.absence(name)).as(name).isIn(Absence.GONE, Absence.OFFLINE));
        }
    }

    @ParameterizedTest
    @MethodSource("trees")
    void a_sample_allocates_nothing(String tree) {
        ThreadMXBean threads = (ThreadMXBean) ManagementFactory.getThreadMXBean();
        SampleSink nowhere = new SampleSink() {
            @Override
            public void value(int sensor, double value) {}

            @Override
            public void absent(int sensor, Absence why) {}
        };
        try (FakeSysfs files = FakeSysfs.of(Readings.tree(tree));
                MonitorSource source = Readings.open(files)) {
            long least = Long.MAX_VALUE;
            for (int round = 0; round < 40; round++) {
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
