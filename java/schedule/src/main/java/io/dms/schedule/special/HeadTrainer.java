package io.dms.schedule.special;

import io.dms.model.UserException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.SplittableRandom;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;

/**
 * Trains linear heads on cached features: softmax regression with a squared penalty, from features of unit variance,
 * whose scale is then folded into the weights. The same features, classes and options give the same head to the last
 * bit. Thread-safe.
 */
public final class HeadTrainer {
    private final TrainOptions options;

    /** @param options how */
    public HeadTrainer(TrainOptions options) {
        this.options = options;
    }

    /**
     * A head for some classes and "other" (MCDNN's retargeting).
     *
     * @param dominant classes of its own, ascending
     * @throws UserException if there are no features of one of them, or none of any other class
     */
    public LinearHead specialised(FeatureSet features, int[] dominant) {
        int[] row = new int[features.classes()];
        Arrays.fill(row, dominant.length);
        for (int i = 0; i < dominant.length; i++) {
            if (dominant[i] < 0 || dominant[i] >= row.length) {
                throw new UserException("features of " + features.model() + " have no class " + dominant[i]);
            }
            row[dominant[i]] = i;
        }
        int[] rows = draw(features, dominant, row);
        int[] classes = Arrays.copyOf(dominant, dominant.length + 1);
        classes[dominant.length] = LinearHead.OTHER;
        return train(features, rows, row, classes);
    }

    /** A head for all classes of the features, as for another task on the same trunk. */
    public LinearHead classifier(FeatureSet features) {
        int[] row = new int[features.classes()];
        int[] all = new int[features.size()];
        for (int i = 0; i < row.length; i++) {
            row[i] = i;
        }
        for (int i = 0; i < all.length; i++) {
            all[i] = i;
        }
        int[] rows = some(all, options.mostRows(), new SplittableRandom(options.seed()));
        return train(features, rows, row, row.clone());
    }

    /** Rows in the fixed skew: own classes in equal parts, "other" at random. */
    private int[] draw(FeatureSet features, int[] dominant, int[] row) {
        List<List<Integer>> own = new ArrayList<>();
        for (int i = 0; i <= dominant.length; i++) {
            own.add(new ArrayList<>());
        }
        for (int i = 0; i < features.size(); i++) {
            own.get(row[features.labels()[i]]).add(i);
        }
        for (int i = 0; i < own.size(); i++) {
            if (own.get(i).isEmpty()) {
                throw new UserException("features of " + features.model() + " have no image of "
                        + (i < dominant.length ? "class " + dominant[i] : "any other class")
                        + ": cache features of a data set that has");
            }
        }
        SplittableRandom random = new SplittableRandom(options.seed());
        int most = (int) (options.mostRows() * options.inShare() / dominant.length);
        List<int[]> chosen = new ArrayList<>();
        int in = 0;
        for (int i = 0; i < dominant.length; i++) {
            int[] some = some(ints(own.get(i)), Math.max(1, most), random);
            chosen.add(some);
            in += some.length;
        }
        int others = (int) Math.max(1, Math.round(in * (1 - options.inShare()) / options.inShare()));
        chosen.add(some(ints(own.get(dominant.length)), others, random));
        return chosen.stream().flatMapToInt(Arrays::stream).sorted().toArray();
    }

    private static int[] ints(List<Integer> list) {
        return list.stream().mapToInt(Integer::intValue).toArray();
    }

    private static int[] some(int[] all, int most, SplittableRandom random) {
        int n = Math.min(most, all.length);
        for (int i = 0; i < n; i++) {
            int j = i + random.nextInt(all.length - i);
            int t = all[i];
            all[i] = all[j];
            all[j] = t;
        }
        return Arrays.copyOf(all, n);
    }

    private LinearHead train(FeatureSet features, int[] rows, int[] row, int[] classes) {
        int dims = features.dims();
        float[] x = new float[rows.length * dims];
        int[] y = new int[rows.length];
        for (int i = 0; i < rows.length; i++) {
            System.arraycopy(features.values(), rows[i] * dims, x, i * dims, dims);
            y[i] = row[features.labels()[rows[i]]];
        }
        double[] mean = new double[dims];
        double[] scale = new double[dims];
        standardise(x, dims, mean, scale);
        ExecutorService pool = Executors.newFixedThreadPool(options.threads(), r -> {
            Thread t = new Thread(r, "dms-head-trainer");
            t.setDaemon(true);
            return t;
        });
        double[] point;
        try {
            SoftmaxLoss loss = new SoftmaxLoss(x, y, dims, classes.length, options.penalty(), pool);
            point = new double[loss.size()];
            Lbfgs.minimise(loss::at, point, options.iterations());
        } finally {
            pool.shutdown();
        }
        float[] weights = new float[classes.length * dims];
        float[] bias = new float[classes.length];
        for (int c = 0; c < classes.length; c++) {
            double b = point[classes.length * dims + c];
            for (int i = 0; i < dims; i++) {
                double w = point[c * dims + i] * scale[i];
                weights[c * dims + i] = (float) w;
                b -= w * mean[i];
            }
            bias[c] = (float) b;
        }
        return new LinearHead(classes, dims, weights, bias);
    }

    /** Makes every feature of mean 0 and variance 1; a constant one becomes 0. */
    private static void standardise(float[] x, int dims, double[] mean, double[] scale) {
        int n = x.length / dims;
        double[] squares = new double[dims];
        for (int r = 0; r < n; r++) {
            for (int i = 0; i < dims; i++) {
                double v = x[r * dims + i];
                mean[i] += v;
                squares[i] += v * v;
            }
        }
        for (int i = 0; i < dims; i++) {
            mean[i] /= n;
            double variance = squares[i] / n - mean[i] * mean[i];
            scale[i] = variance > 1e-12 ? 1 / Math.sqrt(variance) : 0;
        }
        for (int r = 0; r < n; r++) {
            for (int i = 0; i < dims; i++) {
                x[r * dims + i] = (float) ((x[r * dims + i] - mean[i]) * scale[i]);
            }
        }
    }
}
