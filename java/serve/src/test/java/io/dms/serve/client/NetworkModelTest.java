package io.dms.serve.client;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import java.lang.management.ManagementFactory;
import java.util.Random;
import org.assertj.core.data.Percentage;
import org.junit.jupiter.api.Test;

class NetworkModelTest {
    private static final long SECOND = 1_000_000_000L;

    private static void feed(NetworkModel m, int n, double rtt, double up, double down, long seed) {
        Random r = new Random(seed);
        for (int i = 0; i < n; i++) {
            long sent = 100L + r.nextInt(600_000);
            long received = 100L + r.nextInt(200_000);
            double noise = 1 + 0.05 * r.nextGaussian();
            m.answered(sent, received, (rtt + sent / up + received / down) * noise);
        }
    }

    @Test
    void round_trip_and_bandwidths_are_told_apart() {
        NetworkModel m = new NetworkModel(0, 0);
        feed(m, 200, 0.02, 2e6, 10e6, 1);
        assertThat(m.roundTripSeconds()).isCloseTo(0.02, within(0.008));
        assertThat(m.sendBytesPerSecond()).isCloseTo(2e6, Percentage.withPercentage(10));
        assertThat(m.receiveBytesPerSecond()).isCloseTo(10e6, Percentage.withPercentage(45));
        assertThat(m.seconds(300_000, 1000, 0)).isCloseTo(0.17, Percentage.withPercentage(5));
        assertThat(m.seconds(300_000, 1000, 2)).isGreaterThan(m.seconds(300_000, 1000, 0));
    }

    @Test
    void a_network_that_changes_is_known_again_after_some_dozens_of_requests() {
        NetworkModel m = new NetworkModel(0, 0);
        feed(m, 200, 0.01, 10e6, 10e6, 1);
        feed(m, 80, 0.06, 1e6, 5e6, 2);
        assertThat(m.seconds(300_000, 50_000, 0)).isCloseTo(0.37, Percentage.withPercentage(15));
    }

    @Test
    void figures_never_fall_below_nothing_whatever_the_clocks_say() {
        NetworkModel m = new NetworkModel(0, 0);
        Random r = new Random(9);
        for (int i = 0; i < 2000; i++) {
            double seconds = switch (r.nextInt(6)) {
                case 0 -> Double.NaN;
                case 1 -> -1;
                case 2 -> 1e9;
                case 3 -> 0;
                default -> r.nextDouble() * 10;
            };
            m.answered(r.nextInt(1 << 20), r.nextInt(1 << 20), seconds);
            assertThat(m.seconds(1000, 1000, 2)).isBetween(0.0, 1e6);
            assertThat(m.roundTripSeconds()).isNotNegative();
        }
    }

    @Test
    void after_losses_in_a_row_the_server_is_left_alone_ever_longer_and_tried_again() {
        NetworkModel m = new NetworkModel(0, 0);
        m.lost(0);
        assertThat(m.reachable(1)).isTrue();
        m.lost(2);
        assertThat(m.reachable(3)).isFalse();
        assertThat(m.reachable(SECOND / 4 + 3)).isTrue();
        m.lost(SECOND);
        assertThat(m.reachable(SECOND + SECOND / 3)).isFalse();
        assertThat(m.reachable(SECOND + SECOND / 2 + 1)).isTrue();
        for (int i = 0; i < 20; i++) {
            m.lost(2 * SECOND);
        }
        assertThat(m.reachable(30 * SECOND)).isFalse();
        assertThat(m.reachable(33 * SECOND)).isTrue();
        assertThat(m.reachable(-100 * SECOND))
                .as("a clock that jumped back ends the pause")
                .isTrue();
        m.answered(0, 0, 0.01);
        assertThat(m.reachable(2 * SECOND)).isTrue();
        assertThat(m.lossShare()).isBetween(0.1, 1.0);
    }

    @Test
    void joules_for_a_byte_are_what_was_given_until_they_are_measured() {
        NetworkModel m = new NetworkModel(1e-7, 5e-8);
        assertThat(m.joules(1000, 2000)).isCloseTo(2e-4, within(1e-12));
        for (int i = 0; i < 50; i++) {
            m.energy(0.02, 100_000);
        }
        m.energy(-1, 5);
        m.energy(Double.NaN, 5);
        m.energy(1, 0);
        assertThat(m.joules(1000, 0)).isCloseTo(2e-4, within(1e-9));
    }

    @Test
    void nothing_is_allocated() {
        NetworkModel m = new NetworkModel(0, 0);
        var threads = (com.sun.management.ThreadMXBean) ManagementFactory.getThreadMXBean();
        long id = Thread.currentThread().getId();
        feedPlain(m, 20_000);
        long before = threads.getThreadAllocatedBytes(id);
        feedPlain(m, 20_000);
        assertThat(threads.getThreadAllocatedBytes(id) - before).isLessThan(10_000);
    }

    private static void feedPlain(NetworkModel m, int n) {
        for (int i = 0; i < n; i++) {
            m.answered(i, 100, 0.01);
            m.reachable(i);
            m.seconds(i, 100, 1);
        }
    }
}
