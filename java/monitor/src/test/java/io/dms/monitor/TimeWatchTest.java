package io.dms.monitor;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Locale;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class TimeWatchTest {
    private static final double SECOND = 1e9;

    @TempDir
    Path root;

    private void uptime(double seconds) throws IOException {
        Files.createDirectories(root.resolve("proc"));
        Files.writeString(root.resolve("proc/uptime"), String.format(Locale.ROOT, "%.2f 17.00\n", seconds));
    }

    /** A look after so much of the monitor's clock and of the machine's. */
    private boolean look(TimeWatch watch, double seconds, double up) throws IOException {
        uptime(1000 + up);
        return watch.jumped(Math.round(seconds * SECOND));
    }

    @Test
    void theMachineSleptWhereItsOwnClockRanAheadByMoreThanASecond() throws IOException {
        uptime(1000);
        try (TimeWatch watch = new TimeWatch(root, 100_000_000)) {
            assertThat(look(watch, 5, 0)).as("the first look").isFalse();
            assertThat(look(watch, 6, 1.9)).as("clocks of their own graininess").isFalse();
            assertThat(watch.sleptSeconds()).isZero();
            assertThat(look(watch, 7, 62.9)).isTrue();
            assertThat(watch.sleptSeconds()).isCloseTo(60, within(0.01));
            assertThat(watch.stoodSeconds()).isZero();
            assertThat(look(watch, 8, 63.9)).isFalse();
        }
    }

    @Test
    void theProcessStoodStillWhereTwoLooksAreFarApartForItsInterval() throws IOException {
        uptime(1000);
        try (TimeWatch quick = new TimeWatch(root, 100_000_000);
                TimeWatch slow = new TimeWatch(root, 1_000_000_000)) {
            look(quick, 0, 0);
            look(slow, 0, 0);
            assertThat(look(quick, 1.9, 1.9)).isFalse();
            assertThat(look(quick, 4.4, 4.4)).isTrue();
            assertThat(quick.stoodSeconds()).isCloseTo(2.5, within(1e-6));
            assertThat(quick.sleptSeconds()).isZero();
            assertThat(look(slow, 9.9, 9.9)).isFalse();
            assertThat(look(slow, 20.9, 20.9)).isTrue();
            assertThat(slow.stoodSeconds()).isCloseTo(11, within(1e-6));
        }
    }

    @Test
    void withoutTheMachinesClockSleepIsNotSeenAndStandingStillIs() throws IOException {
        try (TimeWatch watch = new TimeWatch(root, 100_000_000)) {
            assertThat(watch.jumped(0)).isFalse();
            assertThat(watch.jumped(1_000_000_000)).isFalse();
            assertThat(watch.jumped(4_000_000_000L)).isTrue();
        }
    }
}
