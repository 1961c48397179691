package io.dms.trainer;

import io.dms.compiler.tuning.TuningOptions;
import io.dms.model.GroupAnalysis;
import io.dms.model.Preprocessing;
import io.dms.model.ScalableModel;
import io.dms.model.WidthLevel;
import io.dms.runtime.BundledModels;
import java.io.IOException;
import java.util.Arrays;
import java.util.Collections;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import org.bytedeco.javacpp.PointerScope;
import org.bytedeco.pytorch.Tensor;
import org.junit.jupiter.api.Test;

/**
 * Our training step against a plain libtorch loop of the same network, levels, precision and layout, taking turns in one
 * process; prints lines of CSV, asserts nothing. Ours includes reading and augmenting the batch in {@code step}, and
 * leaves it out in {@code gradients}, as the plain loop does. By hand:
 * {@code mvn -Dquick -pl java/trainer -am test -Dtest=ThroughputStudy -Dsurefire.failIfNoSpecifiedTests=false}, with
 * {@code -Dtest.argLine="-Dstudy.threads=2 -Dstudy.rounds=12 -Dstudy.precision=fp32,bf16"}.
 */
class ThroughputStudy {
    private static final int BATCH = 128;

    @Test
    void our_step_against_a_plain_loop() throws IOException {
        int threads = Integer.getInteger("study.threads", Runtime.getRuntime().availableProcessors());
        int rounds = Integer.getInteger("study.rounds", 12);
        Torch.load(threads, 1);
        Study.line("precision,threads,batch,rounds,seed,plain_ms,gradients_ms,step_ms,ratio_gradients,ratio_step");
        for (String precision :
                System.getProperty("study.precision", "fp32,bf16").split(",", -1)) {
            measure(TuningOptions.Precision.valueOf(precision.toUpperCase(Locale.ROOT)), threads, rounds);
        }
    }

    private static void measure(TuningOptions.Precision precision, int threads, int rounds) throws IOException {
        ScalableModel source = BundledModels.resnet20Cifar10();
        Normalized normalized = Normalized.of(source.graph());
        List<WidthLevel> levels =
                source.levels().stream().map(l -> l.withNormalization(Map.of())).toList();
        ScalableModel model = new ScalableModel(
                "net",
                normalized.graph(),
                GroupAnalysis.analyze(normalized.graph()),
                levels,
                Preprocessing.IMAGENET,
                Map.of());
        TuningOptions options = new TuningOptions(1, BATCH, 0.01, 5e-4, threads, 1, false, precision, 0, 0, null);
        Batches batches = new Batches(new Squares(BATCH * 4), Preprocessing.IMAGENET, 0, BATCH, 1);
        double[] plain = new double[rounds];
        double[] bare = new double[rounds];
        double[] whole = new double[rounds];
        try (TorchNetwork network = new TorchNetwork(model);
                Sgd sgd = new Sgd();
                PlainLoop loop = new PlainLoop(precision == TuningOptions.Precision.BF16, 0.01)) {
            new Statistics(network, batches)
                    .measureAsFound(normalized.inserted(), Collections.nCopies(network.levels(), Map.of()), true);
            network.weights().values().forEach(w -> sgd.add(w, 5e-4));
            for (int l = 0; l < network.levels(); l++) {
                network.norms(l).values().forEach(n -> {
                    sgd.add(n.scale(), 0);
                    sgd.add(n.shift(), 0);
                });
            }
            TrainingStep step = new TrainingStep(network, options, 0, false, null);
            double[] losses = new double[network.levels()];
            batches.epoch(0);
            for (int r = -2; r < rounds; r++) {
                try (PointerScope scope = new PointerScope()) {
                    batches.next(0);
                    Tensor input = batches.input();
                    Tensor target = batches.target();
                    long start = System.nanoTime();
                    loop.step(input, target);
                    long middle = System.nanoTime();
                    step.gradients(input, target, losses);
                    sgd.step(0.001);
                    long end = System.nanoTime();
                    batches.next(1);
                    step.gradients(batches.input(), batches.target(), losses);
                    sgd.step(0.001);
                    long last = System.nanoTime();
                    if (r >= 0) {
                        plain[r] = (middle - start) / 1e6;
                        bare[r] = (end - middle) / 1e6;
                        whole[r] = (last - end) / 1e6;
                    }
                }
            }
        }
        Study.line(String.format(
                Locale.ROOT,
                "%s,%d,%d,%d,1,%.1f,%.1f,%.1f,%.3f,%.3f",
                precision.name().toLowerCase(Locale.ROOT),
                threads,
                BATCH,
                rounds,
                median(plain),
                median(bare),
                median(whole),
                median(ratio(plain, bare)),
                median(ratio(plain, whole))));
    }

    private static double[] ratio(double[] a, double[] b) {
        double[] out = new double[a.length];
        Arrays.setAll(out, i -> a[i] / b[i]);
        return out;
    }

    private static double median(double[] values) {
        double[] sorted = values.clone();
        Arrays.sort(sorted);
        return sorted[sorted.length / 2];
    }
}
