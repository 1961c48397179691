package io.dms.monitor.nvml;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import io.dms.model.EnvironmentException;
import io.dms.monitor.Absence;
import io.dms.monitor.Allocations;
import io.dms.monitor.BoardMonitor;
import io.dms.monitor.EnergyWindow;
import io.dms.monitor.MonitorOptions;
import io.dms.monitor.MonitorSource;
import io.dms.monitor.Sample;
import io.dms.monitor.SampleSink;
import io.dms.monitor.Scope;
import io.dms.testkit.FakeClock;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Objects;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class NvmlSourceTest {
    private static final class Fake implements Nvml {
        final int gpus;
        final long[] answers = new long[Question.values().length];
        final int[] status = new int[answers.length];
        long answer;
        boolean closed;

        Fake(int gpus) {
            this.gpus = gpus;
        }

        Fake with(Question question, long answer, int code) {
            answers[List.of(Question.values()).indexOf(question)] = answer;
            status[List.of(Question.values()).indexOf(question)] = code;
            return this;
        }

        @Override
        public int gpus() {
            return gpus;
        }

        @Override
        public String name(int gpu) {
            return "Fake GPU";
        }

        @Override
        public int ask(int gpu, Question question) {
            int i = 0;
            while (QUESTIONS[i] != question) {
                i++;
            }
            answer = answers[i];
            return status[i];
        }

        @Override
        public long answer() {
            return answer;
        }

        @Override
        public void close() {
            closed = true;
        }
    }

    private static final Nvml.Question[] QUESTIONS = Nvml.Question.values();

    private static Fake fake(int gpus) {
        return new Fake(gpus)
                .with(Nvml.Question.POWER, 150_500, 0)
                .with(Nvml.Question.ENERGY, 9_000, 0)
                .with(Nvml.Question.CLOCK, 1410, 0)
                .with(Nvml.Question.MOST_CLOCK, 1980, 0)
                .with(Nvml.Question.MEMORY_CLOCK, 2619, 0)
                .with(Nvml.Question.TEMPERATURE, 38, 0)
                .with(Nvml.Question.LOAD, 62, 0)
                .with(Nvml.Question.MEMORY, 1 << 30, 0)
                .with(Nvml.Question.THROTTLE_REASONS, 0x1 | 0x4, 0);
    }

    private static MonitorSource open(Fake fake) {
        return Objects.requireNonNull(
                new NvmlProvider(() -> fake).open(MonitorOptions.DEFAULT).source());
    }

    @Test
    void givesUnitsOfTheMonitorNotOfTheLibrary() {
        Fake fake = fake(1);
        try (MonitorSource nvml = open(fake)) {
            Sample s = Sample.of(nvml);
            assertThat(s.value("gpu.power")).isCloseTo(150.5, within(1e-9));
            assertThat(s.value("gpu.energy")).isCloseTo(9, within(1e-9));
            assertThat(s.value("gpu.frequency")).isEqualTo(1.41e9);
            assertThat(s.value("gpu.cap")).isEqualTo(1.98e9);
            assertThat(s.value("gpu.memory-frequency")).isEqualTo(2.619e9);
            assertThat(s.value("gpu.temperature")).isEqualTo(38);
            assertThat(s.value("gpu.load")).isCloseTo(0.62, within(1e-9));
            assertThat(s.value("gpu.memory")).isEqualTo(1 << 30);
            assertThat(s.value("gpu.power-capped")).isEqualTo(1);
            assertThat(s.value("gpu.hot")).as("an idle GPU is not throttled").isZero();
            var total = Objects.requireNonNull(nvml.totalPower());
            assertThat(total.scope()).isEqualTo(Scope.GPU);
            assertThat(total.rule()).isEqualTo("gpu.power");
        }
        assertThat(fake.closed).isTrue();
    }

    @Test
    void whatIsNotSupportedIsAbsentAndMakesNoTotal() {
        try (MonitorSource nvml = open(fake(1).with(Nvml.Question.POWER, 0, Nvml.NOT_SUPPORTED)
                .with(Nvml.Question.ENERGY, 0, Nvml.NOT_SUPPORTED)
                .with(Nvml.Question.TEMPERATURE, 0, 15)
                .with(Nvml.Question.LOAD, 0, 4)
                .with(Nvml.Question.CLOCK, 0, 999))) {
            Sample s = Sample.of(nvml);
            assertThat(s.why("gpu.power")).isEqualTo(Absence.UNSUPPORTED);
            assertThat(s.why("gpu.temperature")).isEqualTo(Absence.GONE);
            assertThat(s.why("gpu.load")).isEqualTo(Absence.FORBIDDEN);
            assertThat(s.why("gpu.frequency")).isEqualTo(Absence.FAILED);
            assertThat(nvml.totalPower()).isNull();
            assertThat(nvml.totalEnergy()).isNull();
        }
    }

    @Test
    void severalGpusAreToldApartAndAdded() {
        try (MonitorSource nvml = open(fake(2))) {
            Sample s = Sample.of(nvml);
            assertThat(s.value("gpu1.power")).isCloseTo(150.5, within(1e-9));
            assertThat(Objects.requireNonNull(nvml.totalPower()).rule()).isEqualTo("sum of gpu0.power, gpu1.power");
        }
    }

    @Test
    void windowsTakeTheEnergyCounter() {
        FakeClock clock = new FakeClock();
        Fake fake = fake(1);
        try (BoardMonitor m =
                BoardMonitor.open(MonitorOptions.DEFAULT.withClock(clock), List.of(new NvmlProvider(() -> fake)))) {
            m.sampleNow();
            EnergyWindow w = m.energy();
            for (int i = 1; i <= 10; i++) {
                clock.advance(100_000_000);
                fake.with(Nvml.Question.ENERGY, 9_000 + 2_000L * i, 0);
                m.sampleNow();
            }
            assertThat(w.joules()).isCloseTo(20, within(1e-9));
            assertThat(w.scope()).isEqualTo(Scope.GPU);
        }
    }

    @Test
    void aSampleAllocatesNothing() {
        SampleSink nowhere = new SampleSink() {
            @Override
            public void value(int sensor, double value) {}

            @Override
            public void absent(int sensor, Absence why) {}
        };
        try (MonitorSource nvml = open(fake(1))) {
            assertThat(Allocations.leastBytes(5, 200, () -> nvml.sample(nowhere)))
                    .isZero();
        }
    }

    @Test
    void refusesInOneSentence(@TempDir Path root) {
        assertThat(new NvmlProvider(() -> {
                            throw new EnvironmentException("no driver here");
                        })
                        .open(MonitorOptions.DEFAULT)
                        .refusal())
                .isEqualTo("no driver here");
        Fake none = new Fake(0);
        assertThat(new NvmlProvider(() -> none).open(MonitorOptions.DEFAULT).refusal())
                .contains("no GPU");
        assertThat(none.closed).isTrue();
        assertThat(new NvmlProvider(() -> fake(1))
                        .open(MonitorOptions.DEFAULT.withRoot(root))
                        .refusal())
                .contains("not about");
    }

    @Test
    void refusesWhereThereIsNoDriver() {
        assertThat(new NvmlProvider(() -> JnaNvml.open("libnosuchdriver.so.1"))
                        .open(MonitorOptions.DEFAULT)
                        .refusal())
                .contains("no NVIDIA driver", "libnvidia-ml.so.1")
                .doesNotContain("\n");
    }

    /** The calls as they are made on a real driver, against a library of the same signatures. */
    @Test
    void callsALibraryOfTheSameSignatures(@TempDir Path folder) throws Exception {
        Path library = compiled(folder);
        try (MonitorSource nvml = new NvmlSource(JnaNvml.open(library.toString()))) {
            Sample s = Sample.of(nvml);
            assertThat(nvml.sensors().get(0).origin()).endsWith("Fake GPU A");
            assertThat(s.value("gpu0.power")).isCloseTo(12.345, within(1e-9));
            assertThat(s.value("gpu1.power")).isCloseTo(12.346, within(1e-9));
            assertThat(s.value("gpu0.energy")).isCloseTo(5e6, within(1e-3));
            assertThat(s.why("gpu1.energy")).isEqualTo(Absence.UNSUPPORTED);
            assertThat(s.value("gpu0.frequency")).isEqualTo(1001e6);
            assertThat(s.value("gpu0.memory-frequency")).isEqualTo(1002e6);
            assertThat(s.value("gpu0.cap")).isEqualTo(2001e6);
            assertThat(s.value("gpu0.temperature")).isEqualTo(41);
            assertThat(s.value("gpu0.load")).isCloseTo(0.75, within(1e-9));
            assertThat(s.value("gpu0.memory")).isEqualTo(600);
            assertThat(s.value("gpu0.hot")).isEqualTo(1);
            assertThat(s.value("gpu0.power-capped")).isZero();
            assertThat(nvml.totalEnergy()).isNull();
            SampleSink nowhere = new SampleSink() {
                @Override
                public void value(int sensor, double value) {}

                @Override
                public void absent(int sensor, Absence why) {}
            };
            assertThat(Allocations.leastBytes(5, 200, () -> nvml.sample(nowhere)))
                    .isZero();
        }
    }

    private static Path compiled(Path folder) throws IOException, InterruptedException {
        Path source = folder.resolve("fake_nvml.c");
        Path library = folder.resolve("libfake-nvml.so");
        try (InputStream in = Objects.requireNonNull(NvmlSourceTest.class.getResourceAsStream("fake_nvml.c"))) {
            Files.copy(in, source);
        }
        boolean built;
        try {
            built = new ProcessBuilder("cc", "-shared", "-fPIC", "-o", library.toString(), source.toString())
                            .inheritIO()
                            .start()
                            .waitFor()
                    == 0;
        } catch (IOException e) {
            built = false;
        }
        assumeTrue(built, "no C compiler (cc) to build the library with");
        return library;
    }
}
