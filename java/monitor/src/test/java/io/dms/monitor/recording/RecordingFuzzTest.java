package io.dms.monitor.recording;

import com.code_intelligence.jazzer.junit.FuzzTest;
import io.dms.model.UserException;
import io.dms.monitor.Absence;
import io.dms.monitor.MonitorSource;
import io.dms.monitor.Quantity;
import io.dms.monitor.SampleSink;
import io.dms.monitor.Scope;
import io.dms.monitor.Sensor;
import io.dms.monitor.TotalPower;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * Any bytes are either replayed, every sensor with a finite value or a reason and time never going back, or refused with
 * one line. An ordinary test run tries seeded mutations of a real recording;
 * {@code JAZZER_FUZZ=1 mvn test -pl java/monitor -Dtest=RecordingFuzzTest} searches for {@code maxDuration}.
 */
class RecordingFuzzTest {
    private static final int MUTATIONS = Integer.getInteger("dms.mutations", 1500);

    private static final String SAMPLES = """
            {"t":100,"s":0,"id":2,"mode":"MODE_15W"}
            {"t":100,"s":0,"v":[5.25,1e-7]}
            {"t":150,"s":1,"v":[0.5]}
            {"t":200,"s":0,"v":[5.5,null],"a":["","BUSY"]}
            """;

    private static byte[] head() {
        Sensor rail = new Sensor("VDD_IN", Quantity.POWER, Scope.MODULE, 5, "/sys");
        Sensor zone = new Sensor("GPU-therm", Quantity.TEMPERATURE, Scope.GPU, 0, "/sys");
        Sensor cpu = new Sensor("cpu", Quantity.LOAD, Scope.CPU, 0, "/proc/stat");
        TotalPower total = new TotalPower(List.of(0), Scope.MODULE, "VDD_IN");
        return new Header(
                        "board",
                        "2026-01-01T00:00:00Z",
                        List.of(
                                new Header.Source("jetson", 50, List.of(rail, zone), total, null),
                                new Header.Source("os", 50, List.of(cpu), null, null)))
                .toJson();
    }

    static Stream<Arguments> seeds() {
        return Stream.of(Arguments.of((Object) join(head(), SAMPLES.getBytes(StandardCharsets.UTF_8))));
    }

    private static byte[] join(byte[] head, byte[] samples) {
        byte[] both = Arrays.copyOf(head, head.length + 1 + samples.length);
        System.arraycopy(samples, 0, both, head.length + 1, samples.length);
        return both;
    }

    /** Bytes of a head, a NUL, and bytes of samples. */
    @MethodSource("seeds")
    @FuzzTest(maxDuration = "10m")
    void replaysOrRefuses(byte[] bytes) throws IOException {
        int at = 0;
        while (at < bytes.length && bytes[at] != 0) {
            at++;
        }
        replay(
                Arrays.copyOf(bytes, at),
                at < bytes.length ? Arrays.copyOfRange(bytes, at + 1, bytes.length) : new byte[0],
                "found by the fuzzer");
    }

    @Test
    void mutationsOfARealRecordingAreReplayedOrRefused() throws IOException {
        byte[] head = head();
        byte[] samples = SAMPLES.getBytes(StandardCharsets.UTF_8);
        for (int seed = 0; seed < MUTATIONS; seed++) {
            Random random = new Random(seed);
            boolean inHead = random.nextInt(3) == 0;
            replay(
                    inHead ? mutate(head, random) : head,
                    inHead ? samples : mutate(samples, random),
                    "mutation with seed " + seed);
        }
    }

    private static void replay(byte[] head, byte[] samples, String what) throws IOException {
        Path file = Files.createTempFile("dms-fuzz", ".jsonl");
        try {
            Files.write(file, samples);
            Header header;
            try {
                header = Header.parse(head, "fuzz.json");
            } catch (UserException e) {
                if (e.getMessage() == null || e.getMessage().contains("\n")) {
                    throw new AssertionError(what + ": not one line", e);
                }
                return;
            }
            for (int i = 0; i < header.sources().size(); i++) {
                try (MonitorSource source = new RecordingSource(header, i, file, () -> Long.MAX_VALUE / 2, 0)) {
                    source.sample(new Checking(source.sensors().size()));
                    source.sample(new Checking(source.sensors().size()));
                }
            }
        } catch (RuntimeException e) {
            throw new AssertionError(what, e);
        } finally {
            Files.deleteIfExists(file);
        }
    }

    private static final class Checking implements SampleSink {
        private final int sensors;
        private long last = -1;

        Checking(int sensors) {
            this.sensors = sensors;
        }

        @Override
        public void at(long nanos) {
            if (nanos < last) {
                throw new AssertionError("time went back");
            }
            last = nanos;
        }

        @Override
        public void value(int sensor, double value) {
            if (sensor < 0 || sensor >= sensors || !Double.isFinite(value)) {
                throw new AssertionError(sensor + ": " + value);
            }
        }

        @Override
        public void absent(int sensor, Absence why) {
            if (sensor < 0 || sensor >= sensors) {
                throw new AssertionError(String.valueOf(sensor));
            }
        }
    }

    private static byte[] mutate(byte[] original, Random random) {
        byte[] bytes = original.clone();
        for (int i = 1 + random.nextInt(5); i > 0 && bytes.length > 4; i--) {
            int at = random.nextInt(bytes.length);
            switch (random.nextInt(4)) {
                case 0 -> bytes[at] ^= (byte) (1 << random.nextInt(8));
                case 1 -> bytes[at] = (byte) "0123456789[]{},:\"-eEnulGONE\n".charAt(random.nextInt(28));
                case 2 -> {
                    int end = Math.min(bytes.length, at + 1 + random.nextInt(20));
                    byte[] cut = Arrays.copyOf(bytes, bytes.length - (end - at));
                    System.arraycopy(bytes, end, cut, at, bytes.length - end);
                    bytes = cut;
                }
                default -> {
                    byte[] longer = Arrays.copyOf(bytes, bytes.length + 3);
                    System.arraycopy(bytes, at, longer, at + 3, bytes.length - at);
                    bytes = longer;
                }
            }
        }
        return bytes;
    }
}
