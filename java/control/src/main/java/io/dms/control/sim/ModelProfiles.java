package io.dms.control.sim;

import io.dms.model.Profile;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/**
 * Profiles of scalable networks on board models. Accuracies are published ones of slimmable networks; latencies, energies
 * and spreads are invented, in proportions that such networks have on GPUs. A profile says that it is a model in its
 * board's name.
 */
public final class ModelProfiles {
    private ModelProfiles() {}

    /** Four widths with the top-1 accuracies of a slimmable ResNet-50. */
    public static Profile resnet50(BoardModel board, double fullMillis) {
        return of(board, "resnet50", fullMillis, new double[] {1, 0.75, 0.5, 0.25}, new double[] {
            0.760, 0.749, 0.721, 0.650
        });
    }

    /** Four widths with the top-1 accuracies of a slimmable MobileNetV2, 0.35 its narrowest. */
    public static Profile mobilenetV2(BoardModel board, double fullMillis) {
        return of(board, "mobilenetv2", fullMillis, new double[] {1, 0.75, 0.5, 0.35}, new double[] {
            0.705, 0.689, 0.644, 0.603
        });
    }

    /** Four widths with the mean average precisions of a slimmable YOLOv5s. */
    public static Profile yolo(BoardModel board, double fullMillis) {
        return of(board, "yolov5s", fullMillis, new double[] {1, 0.75, 0.5, 0.25}, new double[] {
            0.531, 0.488, 0.425, 0.316
        });
    }

    /** Eight widths with accuracies between those of a universally slimmable MobileNetV1. */
    public static Profile eightLevels(BoardModel board, double fullMillis) {
        return of(
                board,
                "mobilenetv1",
                fullMillis,
                new double[] {1, 0.85, 0.75, 0.65, 0.55, 0.45, 0.35, 0.25},
                new double[] {0.718, 0.706, 0.695, 0.678, 0.657, 0.632, 0.600, 0.561});
    }

    /**
     * A profile at all clocks of a board, the board's starting mode first and then from the highest clock to the lowest.
     *
     * @param fullMillis mean latency of the widest level at the highest clock
     * @param widths widest first
     * @param accuracies of the widths
     */
    public static Profile of(BoardModel board, String model, double fullMillis, double[] widths, double[] accuracies) {
        int start = board.startClock();
        List<Profile.Point> points = new ArrayList<>();
        points.add(point(board, start, fullMillis, widths, accuracies));
        for (int c = board.clocks().size() - 1; c >= 0; c--) {
            if (c != start) {
                points.add(point(board, c, fullMillis, widths, accuracies));
            }
        }
        return new Profile(
                model,
                "0".repeat(64),
                "simulated",
                "fp32",
                1,
                1,
                new Profile.Board(board.name(), board.modes().get(0).name(), Map.of("simulated", "true")),
                Instant.EPOCH,
                points,
                0.5);
    }

    private static Profile.Point point(
            BoardModel board, int clock, double fullMillis, double[] widths, double[] accuracies) {
        List<Profile.Level> levels = new ArrayList<>();
        for (int i = 0; i < widths.length; i++) {
            double w = widths[i];
            double millis = fullMillis * (0.22 + 0.78 * Math.pow(w, 1.6)) * board.stretch(clock);
            double activity = 0.5 + 0.5 * w;
            double watts = board.idleWatts(clock) + board.dynamicWatts() * board.scale(clock) * activity;
            levels.add(new Profile.Level(
                    Double.toString(w),
                    w,
                    Math.round(fullMillis * 1e8 * w * w),
                    spread(millis, 0.03),
                    watts * millis,
                    "module",
                    accuracies[i],
                    Math.round(25e6 * w * w)));
        }
        long hertz = board.clocks().get(clock).hertz();
        String mode =
                hertz <= board.modes().get(0).capHertz() ? board.modes().get(0).name() : null;
        return new Profile.Point(Math.round(hertz / 1e6) + " MHz", mode, hertz, null, board.idleWatts(clock), levels);
    }

    /** Percentiles of a log-normal latency with this mean and deviation of its logarithm. */
    private static Profile.Latency spread(double mean, double sigma) {
        double p50 = mean * Math.exp(-sigma * sigma / 2);
        return new Profile.Latency(
                mean,
                p50,
                p50 * Math.exp(1.2816 * sigma),
                p50 * Math.exp(1.6449 * sigma),
                p50 * Math.exp(2.3263 * sigma),
                Math.sqrt(Math.exp(sigma * sigma) - 1),
                1000);
    }
}
