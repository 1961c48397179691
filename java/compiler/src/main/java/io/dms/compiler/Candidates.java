package io.dms.compiler;

import io.dms.compiler.data.ImageSample;
import io.dms.model.ChannelGroup;
import io.dms.model.ScalableModel;
import io.dms.model.WidthLevel;
import io.dms.model.WidthLevels;
import io.dms.runtime.Backend;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/**
 * Levels that a search compares: what each loses against the full width on a sample of images once calibrated, and how
 * long it takes beside the uniform level. Not thread-safe.
 */
final class Candidates {
    private static final int AT_A_TIME = 4;

    private final ScalableModel model;
    private final Backend backend;
    private final ImageSample sample;
    private final int roundTo;
    private final LevelSearch.Timing timing;

    /** @param sample images that losses are measured on */
    Candidates(ScalableModel model, Backend backend, ImageSample sample, int roundTo, LevelSearch.Timing timing) {
        this.model = model;
        this.backend = backend;
        this.sample = sample;
        this.roundTo = roundTo;
        this.timing = timing;
    }

    /** Number of channel groups. */
    int groups() {
        return model.groups().groups().size();
    }

    /** By how much a group's count moves, which is the least count, too. */
    int step(int group) {
        return WidthLevels.step(model.groups().groups().get(group), roundTo);
    }

    /** The count of a group below which it can't be cut. */
    int least(int group) {
        ChannelGroup g = model.groups().groups().get(group);
        return g.frozen() ? g.size() : Math.min(step(group), g.size());
    }

    /** The full width's counts. */
    int[] full() {
        return model.full().counts();
    }

    /** Milliseconds of one image at a level and at levels of other counts, which take turns with it. */
    double[] millis(WidthLevel first, List<int[]> others, int rounds) {
        List<WidthLevel> levels = new ArrayList<>(List.of(first));
        others.forEach(c -> levels.add(level(c)));
        return timing.millis(levels, rounds);
    }

    /** Divergence from the full width's scores after calibration, mean over the images. */
    double[] losses(List<int[]> counts) {
        double[] out = new double[counts.size()];
        for (int from = 0; from < out.length; from += AT_A_TIME) {
            List<WidthLevel> some = counts.subList(from, Math.min(out.length, from + AT_A_TIME)).stream()
                    .map(Candidates::level)
                    .toList();
            ScalableModel with = new ScalableModel(
                    model.name(), model.graph(), model.groups(), some, model.preprocessing(), Map.of());
            System.arraycopy(Calibration.losses(with, backend, sample), 0, out, from, some.size());
        }
        return out;
    }

    /** Counts with another one for a group; the given ones stay. */
    static int[] with(int[] counts, int group, int count) {
        int[] out = counts.clone();
        out[group] = count;
        return out;
    }

    private static WidthLevel level(int[] counts) {
        return new WidthLevel("candidate", 1, counts, Map.of());
    }
}
