package io.dms.robotics;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.dms.control.Goal;
import io.dms.model.EnvironmentException;
import io.dms.model.ModelDigest;
import io.dms.model.Profile;
import io.dms.model.UserException;
import io.dms.model.WidthLevel;
import io.dms.monitor.SystemFiles;
import io.dms.monitor.actuate.ActuatorOptions;
import io.dms.runtime.Backends;
import io.dms.runtime.SessionOptions.Launch;
import io.dms.runtime.SessionOptions.Precision;
import io.dms.testkit.FakeSysfs;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class BoardClocksTest {
    private static final String FOLDER = "/sys/class/devfreq/17000000.gpu/";

    @TempDir
    private Path folder;

    private FakeSysfs tree;
    private ActuatorOptions options;

    @BeforeEach
    void board() {
        tree = FakeSysfs.of("""
            /proc/sys/kernel/random/boot_id = 11111111-aaaa-4bbb-8ccc-222222222222
            [/sys/class/devfreq/17000000.gpu]
            device/of_node/name = ga10b\\0
            available_frequencies = 306000000 408000000 612000000
            min_freq = 306000000
            max_freq = 612000000
            """);
        options = new ActuatorOptions(true, tree.root(), folder.resolve("state"), List.of(), List.of());
    }

    @AfterEach
    void close() {
        tree.close();
    }

    private long read(String name) throws IOException {
        return Long.parseLong(Files.readString(tree.path(FOLDER + name)).strip());
    }

    @Test
    void capsAtTheLowestOfferThatIsEnoughAndPutsItBack() throws IOException {
        try (BoardClocks clocks = BoardClocks.open(options, null)) {
            assertThat(clocks.offers()).containsExactly(306_000_000L, 408_000_000L, 612_000_000L);
            assertThat(clocks.cap(400_000_000)).isEqualTo(408_000_000);
            assertThat(read("max_freq")).isEqualTo(408_000_000);
            assertThat(clocks.cap(Long.MAX_VALUE)).isEqualTo(612_000_000);
            clocks.cap(1);
            assertThat(read("max_freq")).isEqualTo(306_000_000);
        }
        assertThat(read("max_freq")).isEqualTo(612_000_000);
    }

    @Test
    void pinsFloorAndCapUpAndDown() throws IOException {
        try (BoardClocks clocks = BoardClocks.open(options, null)) {
            for (long hertz : new long[] {612_000_000, 306_000_000, 408_000_000, 612_000_000, 408_000_000}) {
                clocks.pin(hertz);
                assertThat(read("min_freq")).isEqualTo(hertz);
                assertThat(read("max_freq")).isEqualTo(hertz);
            }
        }
        assertThat(read("min_freq")).isEqualTo(306_000_000);
        assertThat(read("max_freq")).isEqualTo(612_000_000);
    }

    @Test
    void aMachineWithoutSuchAClockIsRefused() {
        tree.delete(FOLDER + "available_frequencies");
        assertThatThrownBy(() -> BoardClocks.open(options, null))
                .isInstanceOf(EnvironmentException.class)
                .hasMessageContaining("no GPU clock");
    }

    @Test
    void theCoordinatorTakesTheLowestClockThatKeepsTheGoalAndItIsPutBack() throws IOException {
        Set<Long> caps = new TreeSet<>();
        try (BoardClocks clocks = BoardClocks.open(options, null)) {
            try (Deployment deployment =
                    Deployment.open(List.of(spec(profile(306_000_000L, 612_000_000L))), 1, true, null, clocks)) {
                deployment.run(System.nanoTime(), 60, 5_000_000_000L, () -> false, s -> new FrameListener() {}, () -> {
                    try {
                        caps.add(read("max_freq"));
                    } catch (IOException e) {
                        throw new IllegalStateException(e);
                    }
                });
            }
            assertThat(read("max_freq")).as("with the deployment's end").isEqualTo(612_000_000);
        }
        assertThat(caps).contains(306_000_000L);
        assertThat(read("max_freq")).isEqualTo(612_000_000);
    }

    @Test
    void aProfileThatTellsNoClocksIsRefusedWhereTheClockMayBeChosen() {
        try (BoardClocks clocks = BoardClocks.open(options, null)) {
            assertThatThrownBy(() -> Deployment.open(List.of(spec(profile())), 1, true, null, clocks))
                    .isInstanceOf(UserException.class)
                    .hasMessageContaining("--gpu-clocks");
        }
    }

    private static ApplicationSpec spec(Profile profile) {
        return new ApplicationSpec(
                "app",
                Stub.MODEL,
                "cpu",
                1,
                1,
                Precision.FP32,
                Launch.GRAPH,
                profile,
                "synthetic:40",
                Goal.parse("p95<=20ms"),
                "predictive",
                LatePolicy.DROP);
    }

    /** Half the clock takes twice the time and a third of the power. */
    private static Profile profile(Long... clocks) {
        List<Profile.Point> points = new ArrayList<>();
        points.add(point("as found", null, 1));
        for (Long hertz : clocks) {
            points.add(point("at " + hertz, hertz, 612e6 / hertz));
        }
        return new Profile(
                Stub.MODEL.name(),
                ModelDigest.of(Stub.MODEL),
                "cpu",
                "fp32",
                1,
                1,
                ThisBoard.read(SystemFiles.ofThisMachine(), Backends.find("cpu"), null),
                Instant.EPOCH,
                points,
                null);
    }

    private static Profile.Point point(String name, @Nullable Long hertz, double slower) {
        List<Profile.Level> levels = new ArrayList<>();
        for (WidthLevel level : Stub.MODEL.levels()) {
            double ms = slower * (4 - levels.size());
            Profile.Latency latency = new Profile.Latency(ms, ms, ms, ms, ms, 0, 1000);
            levels.add(
                    new Profile.Level(level.name(), level.width(), 1, latency, 10 / slower, "board", level.width(), 0));
        }
        return new Profile.Point(name, null, hertz, null, 4 / slower, levels);
    }
}
