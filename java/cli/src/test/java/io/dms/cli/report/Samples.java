package io.dms.cli.report;

import io.dms.cli.bench.BenchResult;
import io.dms.cli.bench.Latency;
import io.dms.cli.machine.Machine;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** Made-up benchmark results. */
final class Samples {
    private Samples() {}

    private static Latency latency(double p50) {
        List<Latency.Step> steps = new ArrayList<>();
        for (int i = 1; i <= 100; i++) {
            steps.add(new Latency.Step(p50 * (0.94 + 0.0012 * i + (i > 90 ? (i - 90) * 0.01 : 0)), i / 100.0));
        }
        return new Latency(p50 * 1.01, p50, p50 * 1.08, p50 * 1.1, p50 * 1.2, 0.021, 5000, steps);
    }

    private static BenchResult.Level level(double width, long macs, double p50, @Nullable Double top1) {
        return new BenchResult.Level(
                String.format(java.util.Locale.ROOT, "%.2f", width),
                width,
                macs,
                (long) (272_474 * width * width),
                (long) (1_089_896 * width * width),
                latency(p50),
                1000 / p50,
                top1 == null ? null : new BenchResult.Energy(3.2 * width, 0.01, "module", 5000, 3, null),
                top1,
                top1 == null ? null : 10_000,
                top1 == null ? null : 1.01);
    }

    private static final Machine MACHINE = new Machine(
            "generic x86-64",
            "Example CPU <4>",
            4,
            16L << 30,
            List.of("avx2", "avx512f"),
            "Example Linux 1, kernel 6.1",
            "17.0.15 (Example)",
            null);

    /** All that can be measured. */
    static BenchResult full() {
        return new BenchResult(
                "dms bench --own-model --peer onnxruntime --data cifar10",
                Instant.parse("2026-02-03T04:05:06Z"),
                "0.1.0",
                "resnet20-cifar10",
                40_813_184,
                272_474,
                "cpu",
                "cpu (oneDNN 3.11)",
                "fp32",
                null,
                1,
                2,
                MACHINE,
                "MAXN",
                new BenchResult.Power("module", "VDD_IN"),
                812.4,
                List.of(
                        level(1, 40_813_184, 0.482, 0.9173),
                        level(0.75, 23_000_000, 0.301, 0.9012),
                        level(0.5, 10_300_000, 0.172, 0.8702),
                        level(0.25, 2_600_000, 0.081, 0.7834)),
                new BenchResult.Switches(1.02, 1.11, 1234),
                0L,
                2_000_000,
                2_300_000L,
                300_000,
                "CIFAR-10 (test_batch.bin), 10000 images",
                List.of(
                        new BenchResult.Peer("onnxruntime 1.28.0", 1, latency(0.55), 0.876),
                        new BenchResult.Peer("onnxruntime 1.28.0", 0.75, latency(0.39), 0.772),
                        new BenchResult.Peer("onnxruntime 1.28.0", 0.5, latency(0.25), 0.688),
                        new BenchResult.Peer("onnxruntime 1.28.0", 0.25, latency(0.13), 0.623)),
                List.of("latency varied"),
                false);
    }

    /** Latency alone. */
    static BenchResult bare() {
        return new BenchResult(
                "dms bench",
                Instant.parse("2026-02-03T04:05:06Z"),
                "0.1.0",
                "a \"model\" <x>, y",
                40_813_184,
                272_474,
                "cpu",
                "cpu (oneDNN 3.11)",
                "fp32",
                null,
                1,
                1,
                MACHINE,
                null,
                null,
                null,
                List.of(level(1, 40_813_184, 0.482, null)),
                null,
                null,
                1_000_000,
                null,
                300_000,
                null,
                List.of(),
                List.of(),
                true);
    }
}
