package io.dms.trainer;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import io.dms.compiler.tuning.TuningListener;
import io.dms.compiler.tuning.TuningOptions;
import io.dms.model.Graph;
import io.dms.model.GroupAnalysis;
import io.dms.model.LevelExport;
import io.dms.model.ModelCosts;
import io.dms.model.Node;
import io.dms.model.Preprocessing;
import io.dms.model.ScalableModel;
import io.dms.model.ScalableModelFile;
import io.dms.model.Tensor;
import io.dms.model.UserException;
import io.dms.model.WidthLevel;
import io.dms.model.WidthLevels;
import io.dms.runtime.BundledModels;
import io.dms.runtime.Session;
import io.dms.runtime.SessionOptions;
import io.dms.testkit.Networks;
import io.dms.testkit.ReferenceBackend;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.FloatBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import org.bytedeco.javacpp.PointerScope;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class NestedTrainingTest {
    @TempDir
    Path folder;

    private TuningOptions options(int epochs, boolean freeze, @Nullable Path checkpoint) {
        return new TuningOptions(epochs, 32, 0.01, 5e-4, 1, 7, freeze, TuningOptions.Precision.FP32, 0, 0, checkpoint);
    }

    private static final class Log implements TuningListener {
        final List<Epoch> epochs = new ArrayList<>();
        final List<Epoch> before = new ArrayList<>();
        final List<String> warnings = new ArrayList<>();

        @Nullable
        Runnable atFirstStep;

        long stopAfter = Long.MAX_VALUE;
        long steps;

        @Override
        public void step(long done, long total) {
            steps++;
            Runnable first = atFirstStep;
            if (steps == 1 && first != null) {
                first.run();
            }
        }

        @Override
        public void resumed(List<Epoch> before) {
            this.before.addAll(before);
        }

        @Override
        public void warning(String sentence) {
            warnings.add(sentence);
        }

        @Override
        public void epoch(Epoch epoch) {
            epochs.add(epoch);
        }

        @Override
        public boolean cancelled() {
            return steps >= stopAfter;
        }
    }

    private @Nullable ScalableModel train(TuningOptions options, Log log) {
        return new NestedTraining(BundledModels.resnet20Cifar10(), options, log).run(new Squares(256), null);
    }

    private ScalableModel trained(TuningOptions options) {
        return Objects.requireNonNull(train(options, new Log()));
    }

    private static float[] weights(ScalableModel model) {
        float[] all = {};
        for (Tensor t : model.graph().initializers().values()) {
            float[] more = t.type() == io.dms.model.DataType.FLOAT32 ? t.floats() : new float[0];
            float[] joined = new float[all.length + more.length];
            System.arraycopy(all, 0, joined, 0, all.length);
            System.arraycopy(more, 0, joined, all.length, more.length);
            all = joined;
        }
        return all;
    }

    @Test
    void the_loss_of_every_level_falls_and_an_interruption_changes_nothing() {
        Log whole = new Log();
        ScalableModel straight = Objects.requireNonNull(train(options(3, false, null), whole));
        assertThat(whole.epochs).hasSize(3);
        List<Double> first = whole.epochs.get(0).losses();
        List<Double> last = whole.epochs.get(2).losses();
        for (int l = 0; l < 4; l++) {
            assertThat(last.get(l)).as("level %d: %s then %s", l, first, last).isLessThan(0.8 * first.get(l));
        }
        Path checkpoint = folder.resolve("state");
        Log interrupted = new Log();
        interrupted.stopAfter = 11;
        assertThat(train(options(3, false, checkpoint), interrupted)).isNull();
        assertThat(checkpoint).exists();
        Log after = new Log();
        ScalableModel resumed = Objects.requireNonNull(train(options(3, false, checkpoint), after));
        assertThat(weights(resumed)).containsExactly(weights(straight));
        assertThat(interrupted.epochs).hasSize(1);
        assertThat(after.before).isEqualTo(interrupted.epochs);
        List<TuningListener.Epoch> all = new ArrayList<>(after.before);
        all.addAll(after.epochs);
        assertThat(all).extracting(TuningListener.Epoch::number).containsExactly(1, 2, 3);
        assertThat(all)
                .extracting(TuningListener.Epoch::losses)
                .isEqualTo(
                        whole.epochs.stream().map(TuningListener.Epoch::losses).toList());
    }

    @Test
    void a_state_that_cannot_be_saved_is_a_warning_and_the_training_goes_on() throws Exception {
        Path disk = Files.createDirectory(folder.resolve("disk"));
        Path checkpoint = disk.resolve("state");
        Log log = new Log();
        log.atFirstStep = () -> disk.toFile().delete();
        ScalableModel tuned = new NestedTraining(BundledModels.resnet20Cifar10(), options(1, false, checkpoint), log)
                .run(new Squares(64), null);
        assertThat(tuned).isNotNull();
        assertThat(log.warnings).singleElement().asString().contains("could not be saved", "goes on");
        assertThat(log.warnings.get(0)).doesNotContain("\n");
    }

    @Test
    void the_tuned_model_survives_its_file_and_runs_at_every_level() {
        ScalableModel tuned = trained(options(1, false, null));
        Path file = folder.resolve("tuned.dms.onnx");
        ScalableModelFile.write(tuned, file);
        ScalableModel read = ScalableModelFile.read(file);
        try (Session a = new ReferenceBackend().open(tuned, SessionOptions.DEFAULT);
                Session b = new ReferenceBackend().open(read, SessionOptions.DEFAULT)) {
            for (int l = 0; l < 4; l++) {
                FloatBuffer x = floats(3 * 32 * 32);
                FloatBuffer y = floats(10);
                FloatBuffer z = floats(10);
                a.run(tuned.levels().get(l), x, y);
                b.run(read.levels().get(l), x, z);
                assertThat(y.get(3)).isCloseTo(z.get(3), within(1e-5f));
            }
        }
    }

    @Test
    void frozen_full_width_keeps_its_weights_to_the_bit() {
        ScalableModel before = BundledModels.resnet20Cifar10();
        ScalableModel tuned = trained(options(1, true, null));
        assertThat(weights(tuned)).containsExactly(weights(before));
        assertThat(tuned.levels().get(0).normalization()).isEmpty();
        assertThat(tuned.levels().get(2).normalization()).hasSize(19);
    }

    @ParameterizedTest
    @ValueSource(booleans = {false, true})
    void normalisation_that_is_put_back_leaves_the_full_width_as_it_was(boolean rescale) {
        ScalableModel folded = Folded.withoutNormalization(BundledModels.resnet20Cifar10());
        assertThat(Normalized.of(folded.graph()).inserted()).hasSize(19);
        startsAs(folded, 1, rescale);
    }

    @Test
    void every_level_of_a_tuned_model_starts_as_it_was_tuned() {
        startsAs(BundledModels.resnet20Cifar10(), 4, true);
    }

    /** The first levels say before training what the model says. */
    private void startsAs(ScalableModel before, int levels, boolean rescale) {
        Preprocessing preprocessing = Objects.requireNonNull(before.preprocessing());
        Normalized normalized = Normalized.of(before.graph());
        ScalableModel model = new ScalableModel(
                "test",
                normalized.graph(),
                GroupAnalysis.analyze(normalized.graph()),
                before.levels().stream().map(l -> l.withNormalization(Map.of())).toList(),
                preprocessing,
                Map.of());
        Squares images = new Squares(128);
        FloatBuffer x = floats(3 * 32 * 32);
        FloatBuffer y = floats(10);
        float[] values = new float[3 * 32 * 32];
        try (TorchNetwork network = new TorchNetwork(model);
                Session original = new ReferenceBackend().open(before, SessionOptions.DEFAULT)) {
            new Statistics(network, new Batches(images, preprocessing, 0, 32, 1))
                    .measureAsFound(
                            normalized.inserted(),
                            before.levels().stream()
                                    .map(WidthLevel::normalization)
                                    .toList(),
                            rescale);
            for (int i = 0; i < 3 * levels; i++) {
                int level = i % levels;
                images.fill(x, i, 1, preprocessing);
                x.get(0, values);
                original.run(before.levels().get(level), x, y);
                float near = 1e-3f;
                for (int c = 0; c < 10; c++) {
                    near = Math.max(near, 1e-5f * Math.abs(y.get(c)));
                }
                try (PointerScope scope = new PointerScope()) {
                    float[] z = Torch.floats(
                            network.forward(level, Torch.tensor(values, 1, 3, 32, 32), TorchNetwork.Mode.INFER));
                    for (int c = 0; c < 10; c++) {
                        assertThat(z[c]).as("level %d score %d", level, c).isCloseTo(y.get(c), within(near));
                    }
                }
            }
        }
    }

    @Test
    void the_full_width_learns_what_its_teacher_says_even_against_the_labels() {
        ScalableModel pupil = BundledModels.resnet20Cifar10();
        ScalableModel teacher = contrary(pupil);
        Log alone = new Log();
        Log taught = new Log();
        TuningOptions recipe = options(3, false, null);
        Squares images = new Squares(256);
        new NestedTraining(pupil, recipe, alone).run(images, null);
        ScalableModel learned = Objects.requireNonNull(
                new NestedTraining(pupil, recipe.withTeacher(teacher), taught).run(images, null));
        assertThat(learned.provenance().get("training")).contains("; then ", "teacher contrary");
        assertThat(taught.epochs.get(2).losses().get(0))
                .as("loss against the labels, which the teacher knows nothing of")
                .isGreaterThan(2 * alone.epochs.get(2).losses().get(0));
    }

    /** A model that is sure of the next class wherever the other is sure of one. */
    private static ScalableModel contrary(ScalableModel model) {
        Graph graph = model.graph();
        Map<String, Tensor> constants = new LinkedHashMap<>(graph.initializers());
        Node last = Objects.requireNonNull(graph.producer(graph.outputs().get(0).name()));
        assertThat(last.is("Gemm")).isTrue();
        for (String name : last.inputs().subList(1, last.inputs().size())) {
            Tensor constant = Objects.requireNonNull(graph.initializers().get(name));
            float[] values = constant.floats();
            float[] turned = new float[values.length];
            int row = values.length / 10;
            for (int c = 0; c < 10; c++) {
                System.arraycopy(values, c * row, turned, (c + 1) % 10 * row, row);
            }
            constants.put(name, Tensor.ofFloats(constant.shape(), turned));
        }
        return new ScalableModel(
                "contrary",
                graph.withInitializers(constants),
                model.groups(),
                model.levels(),
                model.preprocessing(),
                Map.of());
    }

    @Test
    void a_teacher_for_other_classes_or_other_preprocessing_or_beside_a_frozen_width_is_refused() {
        ScalableModel model = BundledModels.resnet20Cifar10();
        ScalableModel other = new ScalableModel(
                "brighter",
                model.graph(),
                model.groups(),
                model.levels(),
                new Preprocessing(new float[] {0, 0, 0}, new float[] {1, 1, 1}),
                Map.of());
        TuningOptions recipe = options(1, false, null);
        assertThatThrownBy(() -> train(recipe.withTeacher(other), new Log()))
                .isInstanceOf(UserException.class)
                .hasMessageContaining("the teacher brighter")
                .hasMessageContaining("mean and std");
        Graph residual = Networks.residual(1);
        var groups = GroupAnalysis.analyze(residual);
        ScalableModel classes = new ScalableModel(
                "generated", residual, groups, List.of(WidthLevels.uniform(groups, 1)), null, Map.of());
        assertThatThrownBy(() -> train(recipe.withTeacher(classes), new Log()))
                .isInstanceOf(UserException.class)
                .hasMessageContaining("same images and classes");
        assertThatThrownBy(() -> options(1, true, null).withTeacher(model))
                .isInstanceOf(UserException.class)
                .hasMessageContaining("frozen");
    }

    @Test
    void a_level_trained_alone_starts_as_in_nested_training_and_becomes_a_network_of_its_own_size() {
        ScalableModel model = BundledModels.resnet20Cifar10();
        WidthLevel half = model.level(0.5);
        Log together = new Log();
        Log alone = new Log();
        TuningOptions still = new TuningOptions(1, 32, 1e-9, 0, 1, 7, false, TuningOptions.Precision.FP32, 0, 0, null);
        new NestedTraining(model, still, together).run(new Squares(64), null);
        new NestedTraining(model, half, still, alone).run(new Squares(64), null);
        assertThat(alone.epochs.get(0).losses()).hasSize(1);
        assertThat(alone.epochs.get(0).losses().get(0))
                .isCloseTo(together.epochs.get(0).losses().get(2), within(1e-4));

        Log learning = new Log();
        ScalableModel trained = Objects.requireNonNull(
                new NestedTraining(model, half, options(3, false, null), learning).run(new Squares(256), null));
        assertThat(learning.epochs.get(2).losses().get(0))
                .isLessThan(0.8 * learning.epochs.get(0).losses().get(0));
        assertThat(trained.levels()).hasSize(1);
        assertThat(ModelCosts.macs(trained.graph())).isEqualTo(ModelCosts.macs(LevelExport.graph(model, half)));
    }

    @Test
    void a_level_trained_alone_goes_on_after_an_interruption_with_the_same_numbers() {
        ScalableModel model = BundledModels.resnet20Cifar10();
        WidthLevel narrow = model.level(0.25);
        Path checkpoint = folder.resolve("state");
        ScalableModel straight = Objects.requireNonNull(
                new NestedTraining(model, narrow, options(2, false, null), new Log()).run(new Squares(96), null));
        Log interrupted = new Log();
        interrupted.stopAfter = 4;
        assertThat(new NestedTraining(model, narrow, options(2, false, checkpoint), interrupted)
                        .run(new Squares(96), null))
                .isNull();
        ScalableModel resumed = Objects.requireNonNull(
                new NestedTraining(model, narrow, options(2, false, checkpoint), new Log()).run(new Squares(96), null));
        assertThat(weights(resumed)).containsExactly(weights(straight));
    }

    @Test
    void a_loss_that_is_no_number_stops_and_says_so() {
        TuningOptions wild = new TuningOptions(
                4, 32, 10, 1, 1, 7, false, TuningOptions.Precision.FP32, 0, 0, folder.resolve("state"));
        assertThatThrownBy(() -> train(wild, new Log()))
                .isInstanceOf(UserException.class)
                .hasMessageContaining("learning-rate");
    }

    @Test
    void a_checkpoint_of_another_training_or_a_damaged_one_is_refused() throws Exception {
        Path checkpoint = folder.resolve("state");
        Log stop = new Log();
        stop.stopAfter = 3;
        train(options(2, false, checkpoint), stop);
        TuningOptions other =
                new TuningOptions(5, 32, 0.01, 5e-4, 1, 7, false, TuningOptions.Precision.FP32, 0, 0, checkpoint);
        assertThatThrownBy(() -> train(other, new Log()))
                .isInstanceOf(UserException.class)
                .hasMessageContaining("another training");
        byte[] bytes = Files.readAllBytes(checkpoint);
        bytes[bytes.length / 2] ^= 1;
        Files.write(checkpoint, bytes);
        assertThatThrownBy(() -> train(options(2, false, checkpoint), new Log()))
                .isInstanceOf(UserException.class)
                .hasMessageContaining("damaged");
    }

    private static FloatBuffer floats(int n) {
        return ByteBuffer.allocateDirect(4 * n).order(ByteOrder.nativeOrder()).asFloatBuffer();
    }
}
