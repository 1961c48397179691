package io.dms.trainer;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.dms.compiler.tuning.TuningListener;
import io.dms.model.ScalableModel;
import io.dms.model.UserException;
import io.dms.runtime.BundledModels;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.SplittableRandom;
import org.bytedeco.javacpp.PointerScope;
import org.bytedeco.pytorch.NoGradGuard;
import org.bytedeco.pytorch.Tensor;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class CheckpointTest {
    private static final Checkpoint.Position POSITION = new Checkpoint.Position(
            3,
            17,
            new double[] {0.5, 1.5, 2.5, 3.5},
            List.of(new TuningListener.Epoch(1, 0.05, List.of(2.0, 3.0), List.of(0.5, 0.25), 12)));

    private final ScalableModel model = BundledModels.resnet20Cifar10();

    @TempDir
    Path folder;

    @BeforeAll
    static void load() {
        Torch.load(1, 0);
    }

    private static Sgd optimizer(TorchNetwork network) {
        Sgd sgd = new Sgd();
        network.weights().values().forEach(w -> sgd.add(w, 0));
        return sgd;
    }

    private static float[][] state(TorchNetwork network, Sgd sgd) {
        List<float[]> all = new ArrayList<>();
        network.weights().values().forEach(t -> all.add(Torch.floats(t)));
        for (int l = 0; l < network.levels(); l++) {
            for (LevelNorm n : network.norms(l).values()) {
                for (Tensor t : List.of(n.scale(), n.shift(), n.mean(), n.variance())) {
                    all.add(Torch.floats(t));
                }
            }
        }
        sgd.momenta().forEach(t -> all.add(Torch.floats(t)));
        return all.toArray(float[][]::new);
    }

    private static void stir(TorchNetwork network, Sgd sgd) {
        try (PointerScope scope = new PointerScope();
                NoGradGuard guard = new NoGradGuard()) {
            float step = 0.25f;
            for (Tensor t : network.weights().values()) {
                t.add_(Torch.tensor(new float[] {step += 0.5f}, 1));
            }
            for (int l = 0; l < network.levels(); l++) {
                for (LevelNorm n : network.norms(l).values()) {
                    for (Tensor t : List.of(n.scale(), n.shift(), n.mean(), n.variance())) {
                        t.add_(Torch.tensor(new float[] {step += 0.5f}, 1));
                    }
                }
            }
            for (Tensor t : sgd.momenta()) {
                t.add_(Torch.tensor(new float[] {step += 0.5f}, 1));
            }
        }
    }

    @Test
    void whatWasWrittenIsReadBackToTheBit() {
        Path file = folder.resolve("state");
        try (TorchNetwork from = new TorchNetwork(model);
                Sgd fromSgd = optimizer(from);
                TorchNetwork to = new TorchNetwork(model);
                Sgd toSgd = optimizer(to)) {
            stir(from, fromSgd);
            new Checkpoint(from, fromSgd, "one").write(file, POSITION);
            Checkpoint.Position read = new Checkpoint(to, toSgd, "one").read(file);
            assertThat(read.epoch()).isEqualTo(3);
            assertThat(read.step()).isEqualTo(17);
            assertThat(read.losses()).containsExactly(POSITION.losses());
            assertThat(read.history()).isEqualTo(POSITION.history());
            assertThat(state(to, toSgd)).isDeepEqualTo(state(from, fromSgd));
            assertThatThrownBy(() -> new Checkpoint(to, toSgd, "two").read(file))
                    .isInstanceOf(UserException.class)
                    .hasMessageContaining("another training");
        }
    }

    @Test
    void aDamagedFileIsRefusedWhereverTheDamageIsAndChangesNothing() throws IOException {
        Path file = folder.resolve("state");
        try (TorchNetwork network = new TorchNetwork(model);
                Sgd sgd = optimizer(network)) {
            Checkpoint checkpoint = new Checkpoint(network, sgd, "one");
            checkpoint.write(file, POSITION);
            stir(network, sgd);
            float[][] before = state(network, sgd);
            byte[] whole = Files.readAllBytes(file);
            SplittableRandom random = new SplittableRandom(8);
            for (int i = 0; i < 200; i++) {
                byte[] damaged = whole.clone();
                int at = i < 160 ? i : random.nextInt(whole.length);
                damaged[at] ^= (byte) (1 << (i % 8));
                byte[] content = i % 10 == 9 ? Arrays.copyOf(damaged, at) : damaged;
                Files.write(file, content);
                assertThatThrownBy(() -> checkpoint.read(file))
                        .as("bit %d of byte %d", i % 8, at)
                        .isInstanceOf(UserException.class)
                        .hasMessageContaining("delete it");
            }
            assertThat(state(network, sgd)).isDeepEqualTo(before);
        }
    }
}
