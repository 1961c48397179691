package io.dms.trainer;

import static org.assertj.core.api.Assertions.assertThat;

import io.dms.compiler.tuning.TuningListener;
import io.dms.compiler.tuning.TuningOptions;
import io.dms.model.ScalableModel;
import io.dms.model.ScalableModelFile;
import io.dms.runtime.BundledModels;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.SplittableRandom;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * A training that is killed again and again, at any moment and without warning, ends in the very file of one that was left
 * alone. Takes minutes, so by hand: {@code mvn -Dquick -pl java/trainer -am test -Dtest=KillStudy
 * -Dsurefire.failIfNoSpecifiedTests=false -Dtest.argLine="-Dstudy.kills=20 -Dstudy.seed=1"}.
 */
class KillStudy {
    private static final int EPOCHS = 12;
    private static final int STEPS = 4;

    @TempDir
    Path folder;

    @Test
    void a_training_that_is_killed_at_any_moment_ends_as_one_that_was_left_alone() throws Exception {
        int kills = Integer.getInteger("study.kills", 20);
        SplittableRandom random = new SplittableRandom(Long.getLong("study.seed", 1));
        Path straight = folder.resolve("straight.dms.onnx");
        long start = System.nanoTime();
        assertThat(training(folder.resolve("a"), straight).waitFor()).isZero();
        long whole = TimeUnit.NANOSECONDS.toMillis(System.nanoTime() - start);
        int killed = 0;
        int runs = 0;
        while (killed < kills) {
            Path state = folder.resolve("state" + runs);
            Path target = folder.resolve("killed" + runs + ".dms.onnx");
            runs++;
            while (!Files.exists(target)) {
                Process p = training(state, target);
                if (!p.waitFor(random.nextLong(whole / 4, whole), TimeUnit.MILLISECONDS)) {
                    p.destroyForcibly().waitFor();
                    killed++;
                } else {
                    assertThat(p.exitValue()).isZero();
                }
            }
            assertThat(target).hasSameBinaryContentAs(straight);
        }
        System.out.println(
                killed + " kills in " + runs + " trainings of " + EPOCHS + " epochs: every file as it would have been");
    }

    private static Process training(Path state, Path target) throws IOException {
        return new ProcessBuilder(List.of(
                        Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                        "-XX:+UseSerialGC",
                        "-cp",
                        System.getProperty("surefire.test.class.path", System.getProperty("java.class.path")),
                        Child.class.getName(),
                        state.toString(),
                        target.toString()))
                .redirectErrorStream(true)
                .redirectOutput(ProcessBuilder.Redirect.INHERIT)
                .start();
    }

    /** The training that is killed. */
    static final class Child {
        private Child() {}

        public static void main(String[] args) {
            TuningOptions options = new TuningOptions(
                    EPOCHS, 32, 0.01, 1e-4, 1, 7, false, TuningOptions.Precision.FP32, 0, 0, Path.of(args[0]));
            ScalableModel tuned = new NestedTraining(BundledModels.resnet20Cifar10(), options, TuningListener.NONE)
                    .run(new Squares(32 * STEPS), null);
            if (tuned == null) {
                throw new IllegalStateException("nobody stopped it");
            }
            ScalableModelFile.write(tuned, Path.of(args[1]));
        }
    }
}
