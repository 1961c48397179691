package io.dms.select.published;

import io.dms.select.learn.Dataset;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;

/**
 * Drops features that say what another one says: pairs whose Pearson correlation is above a limit lose one of the two (LCTES
 * 2018, §3.3: above 0.75). The paper does not say which; here, from the strongest pair on, the one that is on average more
 * correlated with all that are left, so that the fewest go. Features that never vary go first.
 */
final class FeatureFilter {
    /**
     * A feature that goes.
     *
     * @param feature its index
     * @param because the feature that says the same; null for one that never varies
     * @param correlation with that one
     */
    record Dropped(int feature, @Nullable Integer because, double correlation) {
        String why(List<String> names) {
            return because == null
                    ? "never varies"
                    : String.format(Locale.ROOT, "correlates with %s, r %.2f", names.get(because), correlation);
        }
    }

    /**
     * @param kept indices of the features that stay, ascending
     * @param dropped those that go, in order
     */
    @SuppressWarnings("ArrayRecordComponent")
    record Result(int[] kept, List<Dropped> dropped) {}

    private FeatureFilter() {}

    /** Filters; the limit is on the absolute value. */
    static Result filter(Dataset data, double limit) {
        double[][] r = correlations(data);
        int n = r.length;
        List<Dropped> dropped = new ArrayList<>();
        boolean[] gone = new boolean[n];
        for (int f = 0; f < n; f++) {
            if (Double.isNaN(r[f][f])) {
                gone[f] = true;
                dropped.add(new Dropped(f, null, 0));
            }
        }
        while (true) {
            int a = -1;
            int b = -1;
            for (int i = 0; i < n; i++) {
                for (int j = i + 1; j < n; j++) {
                    boolean stronger = a < 0 || Math.abs(r[i][j]) > Math.abs(r[a][b]);
                    if (!gone[i] && !gone[j] && Math.abs(r[i][j]) > limit && stronger) {
                        a = i;
                        b = j;
                    }
                }
            }
            if (a < 0) {
                break;
            }
            boolean first = mean(r, gone, a) > mean(r, gone, b);
            int out = first ? a : b;
            gone[out] = true;
            dropped.add(new Dropped(out, first ? b : a, r[a][b]));
        }
        return new Result(IntStream.range(0, n).filter(f -> !gone[f]).toArray(), dropped);
    }

    private static double mean(double[][] r, boolean[] gone, int of) {
        double sum = 0;
        int n = 0;
        for (int f = 0; f < r.length; f++) {
            if (f != of && !gone[f]) {
                sum += Math.abs(r[of][f]);
                n++;
            }
        }
        return n == 0 ? 0 : sum / n;
    }

    /** Pearson correlation of every pair; NaN where one never varies. */
    static double[][] correlations(Dataset data) {
        int n = data.names().size();
        int rows = data.size();
        double[] mean = new double[n];
        for (float[] row : data.x()) {
            for (int f = 0; f < n; f++) {
                mean[f] += (double) row[f] / rows;
            }
        }
        double[][] products = new double[n][n];
        for (float[] row : data.x()) {
            for (int i = 0; i < n; i++) {
                for (int j = i; j < n; j++) {
                    products[i][j] += (row[i] - mean[i]) * (row[j] - mean[j]);
                }
            }
        }
        boolean[] constant = new boolean[n];
        for (int f = 0; f < n; f++) {
            int at = f;
            float first = rows == 0 ? 0 : data.x()[0][f];
            constant[f] = IntStream.range(0, rows).allMatch(i -> data.x()[i][at] == first);
        }
        double[][] r = new double[n][n];
        for (int i = 0; i < n; i++) {
            for (int j = i; j < n; j++) {
                r[i][j] = constant[i] || constant[j]
                        ? Double.NaN
                        : products[i][j] / Math.sqrt(products[i][i] * products[j][j]);
                r[j][i] = r[i][j];
            }
        }
        return r;
    }
}
