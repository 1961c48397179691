package io.dms.compiler;

import io.dms.compiler.data.ImageSample;
import io.dms.model.ChannelGroup;
import io.dms.model.ScalableModel;
import io.dms.model.WidthLevel;
import io.dms.model.WidthLevels;
import io.dms.runtime.Backend;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.stream.Collectors;

/**
 * Levels that a search compares: what each loses against the full width on a sample of images once calibrated, and how
 * long it takes beside the uniform level. Not thread-safe.
 */
final class Candidates {
    private static final int AT_A_TIME = 4;

    private final ScalableModel model;
    private final int roundTo;
    private final LevelSearch.Timing timing;
    private final Losses losses;
    private final Runnable beat;
    private final Map<List<Integer>, Double> known = new HashMap<>();

    /** Says what levels lose. */
    @FunctionalInterface
    interface Losses {
        /** Divergence of each level's scores from the full width's after calibration, mean over the images. */
        double[] of(List<WidthLevel> levels);
    }

    /**
     * @param losses what is measured once for the same counts
     * @param beat runs before each measurement, and ends it by what it throws
     */
    Candidates(ScalableModel model, int roundTo, LevelSearch.Timing timing, Losses losses, Runnable beat) {
        this.model = model;
        this.roundTo = roundTo;
        this.timing = timing;
        this.losses = losses;
        this.beat = beat;
    }

    /** Losses as a backend computes them on a sample of images. */
    static Losses measured(ScalableModel model, Backend backend, ImageSample sample) {
        return levels -> Calibration.losses(
                new ScalableModel(model.name(), model.graph(), model.groups(), levels, model.preprocessing(), Map.of()),
                backend,
                sample);
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
        beat.run();
        List<WidthLevel> levels = new ArrayList<>(List.of(first));
        others.forEach(c -> levels.add(level(c)));
        return timing.millis(levels, rounds);
    }

    /** Divergence from the full width's scores after calibration, mean over the images; measured once for the same counts. */
    double[] losses(List<int[]> counts) {
        List<int[]> fresh = new ArrayList<>(counts.stream()
                .collect(Collectors.toMap(Candidates::key, c -> c, (a, b) -> a, LinkedHashMap::new))
                .values());
        fresh.removeIf(c -> known.containsKey(key(c)));
        for (int from = 0; from < fresh.size(); from += AT_A_TIME) {
            beat.run();
            List<int[]> some = fresh.subList(from, Math.min(fresh.size(), from + AT_A_TIME));
            List<WidthLevel> levels = some.stream().map(Candidates::level).toList();
            double[] lost = losses.of(levels);
            for (int i = 0; i < lost.length; i++) {
                known.put(key(some.get(i)), lost[i]);
            }
        }
        return counts.stream()
                .mapToDouble(c -> Objects.requireNonNull(known.get(key(c))))
                .toArray();
    }

    private static List<Integer> key(int[] counts) {
        return Arrays.stream(counts).boxed().toList();
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
