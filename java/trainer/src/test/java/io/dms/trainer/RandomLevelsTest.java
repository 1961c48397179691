package io.dms.trainer;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.dms.compiler.tuning.TuningListener;
import io.dms.compiler.tuning.TuningOptions;
import io.dms.model.ScalableModel;
import io.dms.model.Tensor;
import io.dms.model.UserException;
import io.dms.model.WidthLevel;
import io.dms.runtime.BundledModels;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashSet;
import java.util.List;
import java.util.Objects;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class RandomLevelsTest {
    private static final ScalableModel MODEL = BundledModels.resnet20Cifar10();

    @TempDir
    Path folder;

    private static TuningOptions options(int epochs, @Nullable Path checkpoint) {
        return new TuningOptions(epochs, 32, 0.02, 5e-4, 1, 7, false, TuningOptions.Precision.FP32, 0, 0, checkpoint)
                .withRandomLevels();
    }

    private static final class Log implements TuningListener {
        final List<Epoch> epochs = new ArrayList<>();
        final int stopAfter;
        int steps;

        Log(int stopAfter) {
            this.stopAfter = stopAfter;
        }

        @Override
        public void step(long done, long total) {
            steps++;
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

    private static List<float[]> floats(ScalableModel model) {
        List<float[]> out = new ArrayList<>();
        for (Tensor t : model.graph().initializers().values()) {
            if (t.type() == io.dms.model.DataType.FLOAT32) {
                out.add(t.floats());
            }
        }
        for (WidthLevel level : model.levels()) {
            level.normalization().values().forEach(a -> {
                out.add(a.scale());
                out.add(a.shift());
            });
        }
        return out;
    }

    @Test
    void draws_lie_between_the_full_and_the_narrowest_level_and_are_the_same_for_the_same_seed_and_step() {
        DrawnLevels drawn = new DrawnLevels(MODEL, 5);
        int[] most = MODEL.full().counts();
        int[] least = MODEL.levels().get(3).counts();
        Set<List<Integer>> seen = new HashSet<>();
        for (int step = 0; step < 200; step++) {
            assertThat(drawn.at(0, step).counts()).containsExactly(most);
            assertThat(drawn.at(3, step).counts()).containsExactly(least);
            for (int l = 1; l < 3; l++) {
                int[] counts = drawn.at(l, step).counts();
                for (int g = 0; g < counts.length; g++) {
                    assertThat(counts[g]).isBetween(least[g], most[g]);
                    if (counts[g] != most[g]) {
                        assertThat(counts[g] % 8).isZero();
                    }
                }
                assertThat(counts)
                        .containsExactly(new DrawnLevels(MODEL, 5).at(l, step).counts());
                seen.add(Arrays.stream(counts).boxed().toList());
            }
        }
        assertThat(seen).as("different levels of 400").hasSizeGreaterThan(300);
    }

    @Test
    void the_loss_falls_the_models_own_levels_profit_and_an_interruption_changes_nothing() {
        Log whole = new Log(Integer.MAX_VALUE);
        Squares squares = new Squares(256);
        ScalableModel straight =
                Objects.requireNonNull(new NestedTraining(MODEL, options(5, null), whole).run(squares, squares));
        TuningListener.Epoch first = whole.epochs.get(0);
        TuningListener.Epoch last = whole.epochs.get(4);
        for (int l = 0; l < 4; l++) {
            assertThat(last.losses().get(l)).isLessThan(0.8 * first.losses().get(l));
            assertThat(last.top1().get(l)).as("level %d", l).isGreaterThan(0.3);
        }
        assertThat(straight.levels()).hasSameSizeAs(MODEL.levels());
        assertThat(straight.provenance().get("training")).contains("drawn at random");

        Path checkpoint = folder.resolve("state");
        assertThat(new NestedTraining(MODEL, options(5, checkpoint), new Log(31)).run(squares, squares))
                .isNull();
        assertThat(Files.exists(checkpoint)).isTrue();
        ScalableModel resumed = Objects.requireNonNull(
                new NestedTraining(MODEL, options(5, checkpoint), new Log(Integer.MAX_VALUE)).run(squares, squares));
        List<float[]> ours = floats(resumed);
        List<float[]> theirs = floats(straight);
        assertThat(ours).hasSameSizeAs(theirs);
        for (int i = 0; i < ours.size(); i++) {
            assertThat(ours.get(i)).containsExactly(theirs.get(i));
        }
    }

    @Test
    void it_is_refused_where_there_is_nothing_to_draw() {
        TuningOptions frozen = new TuningOptions(1, 32, 0.02, 0, 1, 7, true, TuningOptions.Precision.FP32, 0, 0, null);
        assertThatThrownBy(frozen::withRandomLevels)
                .isInstanceOf(UserException.class)
                .hasMessageContaining("frozen");
        assertThatThrownBy(
                        () -> new NestedTraining(MODEL, MODEL.levels().get(1), options(1, null), TuningListener.NONE))
                .isInstanceOf(UserException.class)
                .hasMessageContaining("alone");
    }
}
