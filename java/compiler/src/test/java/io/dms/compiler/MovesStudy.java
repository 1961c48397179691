package io.dms.compiler;

import io.dms.backend.cpu.CpuBackend;
import io.dms.compiler.data.Datasets;
import io.dms.compiler.data.ImageSample;
import io.dms.compiler.data.LabelledImages;
import io.dms.model.Preprocessing;
import io.dms.model.ScalableModel;
import io.dms.model.ScalableModelFile;
import io.dms.model.WidthLevel;
import io.dms.model.WidthLevels;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Objects;
import org.junit.jupiter.api.Test;

/**
 * What a uniform level gains and loses when one group's count is moved by one, two or four steps: its time and, after
 * calibration, its divergence from the full width. Prints lines of CSV, asserts nothing. By hand, with {@code -Dstudy.model},
 * {@code -Dstudy.train} (a folder with CIFAR-10's training set), {@code -Dstudy.width} and {@code -Dstudy.round}.
 */
class MovesStudy {
    private static final int ROUNDS = 400;
    private static final int IMAGES = 256;
    private static final int[] STEPS = {-4, -2, -1, 1, 2, 4};

    @Test
    void moves_of_one_group() {
        ScalableModel model = ScalableModelFile.read(Path.of(property("study.model", "")));
        LabelledImages images = Datasets.open(Path.of(property("study.train", "")), Datasets.Part.TRAIN, 32, 32);
        ImageSample sample = ImageSample.draw(
                images, IMAGES, 1, Objects.requireNonNullElse(model.preprocessing(), Preprocessing.IMAGENET));
        int round = Integer.parseInt(property("study.round", "8"));
        CpuBackend backend = new CpuBackend();
        Candidates candidates = new Candidates(
                model,
                round,
                new LevelTimer(model, backend, 1)::millis,
                Candidates.measured(model, backend, sample),
                () -> {});
        WidthLevel uniform =
                WidthLevels.uniform(model.groups(), Double.parseDouble(property("study.width", "0.5")), round);
        List<int[]> moved = new ArrayList<>(List.of(uniform.counts()));
        for (int g = 0; g < candidates.groups(); g++) {
            for (int by : STEPS) {
                int count = uniform.count(g) + by * candidates.step(g);
                if (count >= candidates.least(g) && count <= candidates.full()[g] && count != uniform.count(g)) {
                    int[] counts = uniform.counts();
                    counts[g] = count;
                    moved.add(counts);
                }
            }
        }
        double[] millis = candidates.millis(uniform, moved, ROUNDS);
        double[] losses = candidates.losses(moved);
        System.out.println("counts,ms,time,divergence");
        for (int i = 0; i < moved.size(); i++) {
            System.out.println(String.format(
                    Locale.ROOT,
                    "%s,%.4f,%+.4f,%+.4f",
                    Arrays.toString(moved.get(i)).replace(", ", " "),
                    millis[i + 1],
                    millis[i + 1] / millis[1] - 1,
                    losses[i] - losses[0]));
        }
    }

    private static String property(String name, String otherwise) {
        return System.getProperty(name, otherwise);
    }
}
