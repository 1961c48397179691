package io.dms.monitor.recording;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import io.dms.model.UserException;
import io.dms.monitor.Absence;
import io.dms.monitor.BoardMonitor;
import io.dms.monitor.EnergyWindow;
import io.dms.monitor.FakeSource;
import io.dms.monitor.MonitorOptions;
import io.dms.monitor.PowerMode;
import io.dms.monitor.Quantity;
import io.dms.monitor.SampleCursor;
import io.dms.monitor.Scope;
import io.dms.monitor.Snapshot;
import io.dms.monitor.TotalPower;
import io.dms.testkit.FakeClock;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class RecordingTest {
    private static final Duration STEP = Duration.ofMillis(100);

    @TempDir
    Path root;

    /** Two sources whose values, reasons and power mode a seed decides at each read. */
    private static List<FakeSource> sources(Random random) {
        FakeSource jetson = FakeSource.power("jetson", 40_000_000, 5)
                .with("GPU \"quoted\" °C", Quantity.TEMPERATURE, Scope.GPU, 0, 40)
                .with("counter", Quantity.ENERGY, Scope.MODULE, 1_000_000, 1000);
        jetson.energy = new TotalPower(List.of(2), Scope.MODULE, "counter");
        jetson.mode = new PowerMode(0, "MAXN");
        FakeSource os = new FakeSource("os").with("cpu", Quantity.LOAD, Scope.CPU, 0, 0.5);
        jetson.duringRead = () -> {
            jetson.values[0] = 4 + 10 * random.nextDouble();
            jetson.values[1] = random.nextGaussian() * 1e-7;
            jetson.values[2] += random.nextDouble();
            jetson.reasons[1] = random.nextInt(4) == 0 ? Absence.BUSY : null;
            if (random.nextInt(30) == 0) {
                jetson.mode = new PowerMode(2, "MODE_15W");
            }
        };
        os.duringRead = () -> os.values[0] = random.nextDouble();
        return List.of(jetson, os);
    }

    private static List<String> all(List<SampleCursor> cursors, long zero) {
        List<String> out = new ArrayList<>();
        for (SampleCursor c : cursors) {
            while (c.next()) {
                double[] values = new double[c.sensors().size()];
                Absence[] reasons = new Absence[values.length];
                for (int i = 0; i < values.length; i++) {
                    values[i] = c.value(i);
                    reasons[i] = c.absence(i);
                }
                out.add((c.nanos() - zero) + " " + c.source() + " " + Arrays.toString(values)
                        + Arrays.toString(reasons));
            }
            assertThat(c.missed()).isZero();
        }
        return out;
    }

    @Test
    void replayingGivesTheSameReadingsAndTheSameEnergy() {
        for (int seed = 0; seed < 10; seed++) {
            Random random = new Random(seed);
            FakeClock clock = new FakeClock(7_000_000_000L);
            MonitorOptions options = MonitorOptions.DEFAULT.withRoot(root).withClock(clock);
            Path folder = root.resolve("run" + seed);
            List<String> truth = new ArrayList<>();
            double joules;
            double railJoules;
            double error;
            long[] window = new long[2];
            long zero = clock.getAsLong();
            try (BoardMonitor m = BoardMonitor.open(options, List.copyOf(sources(random)));
                    Recorder recorder = Recorder.open(m, folder, Recorder.MOST_BYTES)) {
                List<SampleCursor> cursors = m.cursors();
                clock.advance(1);
                m.sampleNow();
                clock.advance(random.nextInt(90_000_000));
                EnergyWindow w = m.energy();
                EnergyWindow rail = m.energy(0);
                window[0] = clock.getAsLong() - zero;
                for (int i = 0; i < 100; i++) {
                    clock.advance(STEP);
                    m.sampleNow();
                    if (random.nextInt(7) == 0) {
                        recorder.drain();
                    }
                }
                clock.advance(random.nextInt(90_000_000));
                w.close();
                rail.close();
                window[1] = clock.getAsLong() - zero;
                clock.advance(STEP);
                m.sampleNow();
                joules = w.joules();
                error = w.errorJoules();
                railJoules = rail.joules();
                truth.addAll(all(cursors, zero));
                recorder.close();
                assertThat(recorder.stopped()).isNull();
                assertThat(recorder.samples()).isEqualTo(2 * 102);
            }
            assertThat(joules).isPositive();

            FakeClock later = new FakeClock(99_000_000_000L);
            MonitorOptions replay = options.withClock(later).withSources(List.of("recording:" + folder));
            try (BoardMonitor m = BoardMonitor.open(replay)) {
                assertThat(m.refusals()).isEmpty();
                assertThat(m.sources()).containsExactly("jetson", "os");
                List<SampleCursor> cursors = m.cursors();
                long base = later.getAsLong();
                EnergyWindow[] windows = new EnergyWindow[0];
                while (later.getAsLong() - base < window[1] + 300_000_000L) {
                    // Asked at times of its own, not when the samples were made.
                    long next = later.getAsLong() - base + 1 + random.nextInt(150_000_000);
                    if (windows.length == 0 && next > window[0]) {
                        later.advance(window[0] - (later.getAsLong() - base));
                        m.sampleNow();
                        windows = new EnergyWindow[] {m.energy(), m.energy(0)};
                    }
                    if (windows.length > 0 && next > window[1] && later.getAsLong() - base <= window[1]) {
                        later.advance(window[1] - (later.getAsLong() - base));
                        windows[0].close();
                        windows[1].close();
                    }
                    later.advance(Math.max(0, next - (later.getAsLong() - base)));
                    m.sampleNow();
                }
                List<String> seen = all(cursors, base);
                assertThat(seen.stream().filter(s -> !s.contains("GONE")))
                        .as("seed %d", seed)
                        .containsExactlyInAnyOrderElementsOf(truth);
                assertThat(windows).hasSize(2);
                assertThat(windows[0].joules()).as("seed %d", seed).isCloseTo(joules, within(1e-9 * joules));
                assertThat(windows[0].errorJoules()).isCloseTo(error, within(1e-9 * joules));
                assertThat(windows[1].joules()).isCloseTo(railJoules, within(1e-9 * joules));
                Snapshot end = m.snapshot();
                assertThat(end.absence(0)).as("behind the end").isEqualTo(Absence.GONE);
                assertThat(end.powerMode()).isNotNull();
            }
        }
    }

    private Path record(int samples, long mostBytes) {
        FakeClock clock = new FakeClock();
        Path folder = root.resolve("some");
        MonitorOptions options = MonitorOptions.DEFAULT.withRoot(root).withClock(clock);
        try (BoardMonitor m = BoardMonitor.open(options, List.copyOf(sources(new Random(1))));
                Recorder recorder = Recorder.open(m, folder, mostBytes)) {
            for (int i = 0; i < samples; i++) {
                clock.advance(STEP);
                m.sampleNow();
                recorder.drain();
            }
            assertThat(recorder.stopped() == null).isEqualTo(mostBytes == Recorder.MOST_BYTES);
        }
        return folder;
    }

    private int replayed(Path folder) {
        FakeClock clock = new FakeClock();
        MonitorOptions options =
                MonitorOptions.DEFAULT.withRoot(root).withClock(clock).withSources(List.of("recording:" + folder));
        try (BoardMonitor m = BoardMonitor.open(options)) {
            assertThat(m.refusals()).isEmpty();
            List<SampleCursor> cursors = m.cursors();
            clock.advance(Duration.ofHours(1));
            m.sampleNow();
            return (int)
                    all(cursors, 0).stream().filter(s -> !s.contains("GONE")).count();
        }
    }

    @Test
    void aRecordingThatWasCutOffAnywhereReplaysUpToThere() throws Exception {
        Path folder = record(20, Recorder.MOST_BYTES);
        Path samples = folder.resolve(Header.SAMPLES);
        byte[] whole = Files.readAllBytes(samples);
        assertThat(replayed(folder)).isEqualTo(40);
        for (int seed = 0; seed < 20; seed++) {
            byte[] cut = Arrays.copyOf(whole, new Random(seed).nextInt(whole.length));
            Files.write(samples, cut);
            long lines = new String(cut, StandardCharsets.UTF_8)
                    .lines()
                    .filter(l -> l.contains("\"v\"") && l.endsWith("}"))
                    .count();
            assertThat(replayed(folder)).as("cut at %d", cut.length).isEqualTo((int) lines);
        }
    }

    @Test
    void staysBelowItsSizeAndWhatIsThereReplays() throws Exception {
        Path folder = record(100, 3000);
        assertThat(Files.size(folder.resolve(Header.SAMPLES))).isBetween(2000L, 3000L);
        assertThat(replayed(folder)).isGreaterThan(10);
    }

    @Test
    void refusesToOverwriteARecording() {
        Path folder = record(1, Recorder.MOST_BYTES);
        try (BoardMonitor m = BoardMonitor.open(MonitorOptions.DEFAULT.withRoot(root), List.of())) {
            assertThatThrownBy(() -> Recorder.open(m, folder, 1000))
                    .isInstanceOf(UserException.class)
                    .hasMessageContaining("already");
        }
    }

    @Test
    void saysWhatIsWrongWithAFolder() throws Exception {
        assertThat(refusal(root.resolve("nothing"))).contains("can't read", "recording.json");
        Path folder = Files.createDirectories(root.resolve("odd"));
        Path head = folder.resolve(Header.FILE);
        Files.writeString(folder.resolve(Header.SAMPLES), "");
        for (String[] c : new String[][] {
            {"", "no JSON"},
            {"[1]", "no JSON object"},
            {"{\"schema\":7}", "schema is 7"},
            {"{\"schema\":1}", "names no sources"},
            {"{\"schema\":1,\"sources\":[{}]}", "\"name\""},
            {"{\"schema\":1,\"sources\":[{\"name\":\"a\",\"intervalNanos\":-1}]}", "interval"},
            {
                "{\"schema\":1,\"sources\":[{\"name\":\"a\",\"intervalNanos\":1,\"sensors\":[{\"name\":\"b\","
                        + "\"quantity\":\"LOVE\"}]}]}",
                "LOVE"
            },
            {
                "{\"schema\":1,\"sources\":[{\"name\":\"a\",\"intervalNanos\":1,\"totalPower\":{\"sensors\":[0]}}]}",
                "not there"
            }
        }) {
            Files.writeString(head, c[0]);
            assertThat(refusal(folder)).contains(c[1]).doesNotContain("\n");
        }
    }

    private String refusal(Path folder) {
        MonitorOptions options = MonitorOptions.DEFAULT.withRoot(root).withSources(List.of("recording:" + folder));
        try (BoardMonitor m = BoardMonitor.open(options)) {
            return String.valueOf(m.refusals().get("recording"));
        }
    }

    @Test
    void asksForAFolderWhereNoneIsNamed() {
        assertThat(new RecordingProvider().open(MonitorOptions.DEFAULT).refusal())
                .contains("recording:DIR");
    }

    @Test
    void recordsOnAThreadOfItsOwn() throws Exception {
        FakeSource s = FakeSource.power("jetson", 0, 3);
        Path folder = root.resolve("live");
        MonitorOptions options = MonitorOptions.DEFAULT.withRoot(root).withInterval(Duration.ofMillis(2));
        try (BoardMonitor m = BoardMonitor.open(options, List.of(s));
                Recorder recorder = Recorder.open(m, folder, Recorder.MOST_BYTES)) {
            m.start();
            recorder.start();
            while (recorder.samples() < 5) {
                Thread.sleep(5);
            }
        }
        assertThat(replayed(folder)).isGreaterThanOrEqualTo(5);
    }
}
