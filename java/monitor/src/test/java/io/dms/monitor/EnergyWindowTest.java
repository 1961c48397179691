package io.dms.monitor;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import io.dms.model.UserException;
import io.dms.testkit.FakeClock;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.function.DoubleUnaryOperator;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

class EnergyWindowTest {
    private static final long MS = 1_000_000;

    @TempDir
    Path root;

    private final FakeClock clock = new FakeClock();

    /** Power over time in watts, constant within each millisecond, and what a sensor shows of it. */
    private static final class Trace {
        final String name;
        final double[] sums;

        Trace(String name, int seconds, DoubleUnaryOperator watts) {
            this.name = name;
            sums = new double[seconds * 1000 + 1];
            for (int i = 1; i < sums.length; i++) {
                sums[i] = sums[i - 1] + watts.applyAsDouble((i - 0.5) * 1e-3) * 1e-3;
            }
        }

        /** Joules from the start to a time. */
        double joules(long nanos) {
            int i = (int) Math.min(sums.length - 2, nanos / MS);
            return sums[i] + (sums[i + 1] - sums[i]) * (nanos - i * MS) / MS;
        }

        /** What a sensor shows that makes a mean every so often; 0 for what is now. */
        double shown(long nanos, long update, long phase) {
            if (update == 0) {
                long at = Math.max(MS, nanos);
                return (joules(at) - joules(at - MS)) * 1e3;
            }
            long made = Math.max(update, (nanos - phase) / update * update + phase);
            return (joules(made) - joules(made - update)) * 1e9 / update;
        }

        @Override
        public String toString() {
            return name;
        }
    }

    static Stream<Trace> traces() {
        List<Trace> out = new ArrayList<>();
        out.add(new Trace("constant", 400, t -> 7.5));
        out.add(new Trace("ramp", 400, t -> 2 + 0.05 * t));
        for (int seed = 0; seed < 4; seed++) {
            out.add(new Trace("bursts, seed " + seed, 400, bursts(new Random(seed))));
            out.add(new Trace("noise, seed " + seed, 400, noise(new Random(100 + seed))));
        }
        return out.stream();
    }

    /** Jumps between 4 W and 15 W and stays there for 0.3 s to 3 s. */
    private static DoubleUnaryOperator bursts(Random random) {
        List<Double> edges = new ArrayList<>();
        for (double t = 0; t < 400; t += 0.3 + 2.7 * random.nextDouble()) {
            edges.add(t);
        }
        int[] next = {0};
        return t -> {
            while (next[0] < edges.size() && edges.get(next[0]) <= t) {
                next[0]++;
            }
            return next[0] % 2 == 0 ? 4 : 15;
        };
    }

    private static DoubleUnaryOperator noise(Random random) {
        double[] now = {0};
        return t -> {
            now[0] = 0.98 * now[0] + 0.3 * random.nextGaussian();
            return Math.max(0.5, 10 + now[0]);
        };
    }

    @ParameterizedTest
    @MethodSource("traces")
    void isRightWithinItsErrorAndOnePercent(Trace trace) {
        for (long update : new long[] {0, 40 * MS, 130 * MS, 250 * MS}) {
            Random random = new Random(update);
            long phase = update == 0 ? 0 : random.nextInt((int) update);
            FakeSource source = FakeSource.power("jetson", update, 0);
            FakeClock time = new FakeClock(2_000 * MS);
            MonitorOptions options = MonitorOptions.DEFAULT.withClock(time).withRoot(root);
            long spacing = Math.max(100 * MS, update);
            source.duringRead = () -> source.values[0] = trace.shown(time.getAsLong(), update, phase);
            try (BoardMonitor m = BoardMonitor.open(options, List.of(source))) {
                List<EnergyWindow> windows = new ArrayList<>();
                List<Long> starts = new ArrayList<>();
                List<Long> ends = new ArrayList<>();
                long[] atEnd = new long[40];
                java.util.Arrays.fill(atEnd, Long.MAX_VALUE);
                m.sampleNow();
                while (time.getAsLong() < 390_000 * MS) {
                    // Threads are woken late now and then, never early.
                    long step = spacing + (random.nextInt(10) == 0 ? random.nextInt((int) (spacing / 2)) : 0);
                    long middle = (long) (step * random.nextDouble());
                    time.advance(middle);
                    if (windows.isEmpty() || (windows.size() < 40 && random.nextInt(60) == 0)) {
                        int n = windows.size();
                        starts.add(time.getAsLong());
                        windows.add(m.energy());
                        ends.add(0L);
                        atEnd[n] = time.getAsLong() + (long) ((1 + 50 * random.nextDouble()) * 1000) * MS;
                        if (n == 0) {
                            atEnd[n] = 380_000 * MS;
                        }
                    }
                    for (int i = 0; i < windows.size(); i++) {
                        if (atEnd[i] <= time.getAsLong() && ends.get(i) == 0) {
                            windows.get(i).close();
                            ends.set(i, time.getAsLong());
                        }
                    }
                    time.advance(step - middle);
                    m.sampleNow();
                }
                for (int i = 0; i < windows.size(); i++) {
                    EnergyWindow w = windows.get(i);
                    if (ends.get(i) == 0) {
                        continue;
                    }
                    double truth = trace.joules(ends.get(i)) - trace.joules(starts.get(i));
                    String what = trace + ", update " + update / MS + " ms, window " + i + " of " + w.seconds() + " s";
                    assertThat(w.whyAbsent()).as(what).isNull();
                    assertThat(Math.abs(w.joules() - truth))
                            .as(what)
                            .isLessThanOrEqualTo(w.errorJoules() + 1e-6 * truth);
                    if (i == 0) {
                        assertThat(w.joules()).as(what).isCloseTo(truth, within(0.01 * truth));
                        assertThat(w.seconds()).isGreaterThan(370);
                    }
                }
            }
        }
    }

    private BoardMonitor monitor(FakeSource source) {
        return BoardMonitor.open(MonitorOptions.DEFAULT.withClock(clock).withRoot(root), List.of(source));
    }

    private void step(BoardMonitor m, int times) {
        IntStream.range(0, times).forEach(i -> {
            clock.advance(100 * MS);
            m.sampleNow();
        });
    }

    @Test
    void windowsMayOverlapAndAdjoiningOnesAddUp() {
        FakeSource s = FakeSource.power("jetson", 0, 0);
        Random random = new Random(1);
        s.duringRead = () -> s.values[0] = 5 + 10 * random.nextDouble();
        try (BoardMonitor m = monitor(s)) {
            step(m, 3);
            clock.advance(33 * MS);
            EnergyWindow whole = m.energy();
            EnergyWindow first = m.energy();
            clock.advance(67 * MS);
            m.sampleNow();
            step(m, 10);
            clock.advance(41 * MS);
            first.close();
            EnergyWindow second = m.energy();
            clock.advance(59 * MS);
            m.sampleNow();
            step(m, 20);
            clock.advance(5 * MS);
            whole.close();
            second.close();
            step(m, 1);
            assertThat(first.joules() + second.joules()).isCloseTo(whole.joules(), within(1e-9));
            assertThat(whole.scope()).isEqualTo(Scope.MODULE);
            assertThat(whole.rule()).isEqualTo("VDD_IN");
            assertThat(whole.samples()).isEqualTo(32);
            assertThat(whole.seconds()).isCloseTo(0.067 + 1 + 0.1 + 2 + 0.005, within(1e-9));
        }
    }

    @Test
    void canBeAskedWhileItIsOpenAndKeepsItsFigureWhenClosed() {
        try (BoardMonitor m = monitor(FakeSource.power("jetson", 0, 6))) {
            step(m, 1);
            EnergyWindow w = m.energy();
            step(m, 10);
            assertThat(w.joules()).isCloseTo(6, within(1e-9));
            clock.advance(50 * MS);
            assertThat(w.joules()).isCloseTo(6.3, within(1e-9));
            w.close();
            step(m, 50);
            w.close();
            assertThat(w.joules()).isCloseTo(6.3, within(1e-9));
            assertThat(w.watts()).isCloseTo(6, within(1e-9));
            assertThat(w.errorJoules()).isZero();
        }
    }

    @Test
    void aWindowShorterThanTwoUpdatesAsksForManyCalls() {
        try (BoardMonitor m = monitor(FakeSource.power("jetson", 250 * MS, 6))) {
            clock.advance(250 * MS);
            m.sampleNow();
            EnergyWindow w = m.energy();
            clock.advance(250 * MS);
            m.sampleNow();
            clock.advance(249 * MS);
            w.close();
            assertThat(w.joules()).isNaN();
            assertThat(w.errorJoules()).isNaN();
            assertThat(w.whyAbsent()).contains("499 ms", "VDD_IN", "500 ms", "many calls");
        }
    }

    @Test
    void aSensorThatWasAwayTooLongLeavesNoFigure() {
        FakeSource s = FakeSource.power("jetson", 0, 6);
        try (BoardMonitor m = monitor(s)) {
            step(m, 1);
            EnergyWindow refused = m.energy();
            step(m, 50);
            s.reasons[0] = Absence.BUSY;
            step(m, 9);
            s.reasons[0] = null;
            EnergyWindow whole = m.energy();
            step(m, 41);
            assertThat(refused.lostSeconds()).isCloseTo(1.0, within(1e-9));
            assertThat(refused.joules()).isNaN();
            assertThat(refused.whyAbsent()).contains("VDD_IN", "10 %");
            assertThat(whole.joules()).isCloseTo(4.1 * 6, within(0.7));

            step(m, 200);
            assertThat(refused.whyAbsent())
                    .as("a smaller share of a longer window")
                    .isNull();
            assertThat(refused.errorJoules()).isCloseTo(1.0 * 6, within(1e-6));
        }
    }

    @Test
    void aSensorThatNeverGaveAnythingIsNamedWithItsReason() {
        FakeSource s = FakeSource.power("jetson", 0, 6);
        s.reasons[0] = Absence.FORBIDDEN;
        try (BoardMonitor m = monitor(s)) {
            step(m, 1);
            EnergyWindow w = m.energy();
            step(m, 10);
            assertThat(w.whyAbsent()).contains("VDD_IN", Absence.FORBIDDEN.reason());
        }
    }

    @Test
    void timeAsleepIsMissing() throws Exception {
        Path uptime = Files.createDirectories(root.resolve("proc")).resolve("uptime");
        Files.writeString(uptime, "100.00 0\n");
        try (BoardMonitor m = monitor(FakeSource.power("jetson", 0, 6))) {
            step(m, 2);
            EnergyWindow w = m.energy();
            step(m, 10);
            Files.writeString(uptime, "160.00 0\n");
            step(m, 10);
            w.close();
            assertThat(w.whyAbsent()).contains("slept");
            assertThat(w.lostSeconds()).isGreaterThan(50);
        }
    }

    @Test
    void aStopOfTheWholeProcessIsMissing() {
        try (BoardMonitor m = monitor(FakeSource.power("jetson", 0, 6))) {
            step(m, 2);
            EnergyWindow w = m.energy();
            step(m, 10);
            clock.advance(Duration.ofSeconds(5));
            m.sampleNow();
            step(m, 10);
            assertThat(w.lostSeconds()).isCloseTo(5, within(1e-9));
            assertThat(w.whyAbsent()).contains("VDD_IN");
        }
    }

    @Test
    void oneSensorCanBeMeasuredAlone() {
        FakeSource s = FakeSource.power("jetson", 0, 6)
                .with("GPU", Quantity.POWER, Scope.GPU, 0, 2)
                .with("GPU-therm", Quantity.TEMPERATURE, Scope.GPU, 0, 40);
        try (BoardMonitor m = monitor(s)) {
            step(m, 1);
            EnergyWindow w = m.energy(1);
            step(m, 10);
            assertThat(w.joules()).isCloseTo(2, within(1e-9));
            assertThat(w.scope()).isEqualTo(Scope.GPU);
            assertThatThrownBy(() -> m.energy(2))
                    .isInstanceOf(UserException.class)
                    .hasMessageContaining("GPU-therm");
        }
    }

    @Test
    void closedWindowsAreForgotten() {
        try (BoardMonitor m = monitor(FakeSource.power("jetson", 0, 6))) {
            step(m, 1);
            for (int i = 0; i < 100; i++) {
                m.energy().close();
            }
            step(m, 2);
            assertThat(m.lanes().get(0).openWindows()).isZero();
        }
    }
}
