package io.dms.select.learn;

/**
 * Scales each feature to [0, 1] by the least and greatest value of the training rows (the published method's §3.3). A
 * value outside what training saw stays outside, so that a distance still tells how far away it is; a feature that was
 * constant becomes 0.
 *
 * @param min least value of each feature; not copied, must not change
 * @param max greatest value of each feature
 */
@SuppressWarnings("ArrayRecordComponent")
public record Scaling(float[] min, float[] max) {
    /** Checks that there is a finite range for every feature. */
    public Scaling {
        if (min.length != max.length) {
            throw new IllegalArgumentException(min.length + " minima, " + max.length + " maxima");
        }
        for (int f = 0; f < min.length; f++) {
            if (!(Float.isFinite(min[f]) && Float.isFinite(max[f]) && min[f] <= max[f])) {
                throw new IllegalArgumentException("feature " + f + " ranges from " + min[f] + " to " + max[f]);
            }
        }
    }

    /** The ranges of a table's features. */
    public static Scaling of(Dataset data) {
        if (data.size() == 0) {
            throw new IllegalArgumentException("no rows");
        }
        float[] min = data.x()[0].clone();
        float[] max = min.clone();
        for (float[] row : data.x()) {
            for (int f = 0; f < row.length; f++) {
                min[f] = Math.min(min[f], row[f]);
                max[f] = Math.max(max[f], row[f]);
            }
        }
        return new Scaling(min, max);
    }

    /** Number of features. */
    public int features() {
        return min.length;
    }

    /** One value of one feature, scaled. */
    public float scale(int feature, float value) {
        // the range may be wider than a float holds
        double range = (double) max[feature] - min[feature];
        return range > 0 ? (float) (((double) value - min[feature]) / range) : 0;
    }

    /** A table with every value scaled. */
    public Dataset apply(Dataset data) {
        float[][] scaled = new float[data.size()][features()];
        for (int i = 0; i < scaled.length; i++) {
            for (int f = 0; f < features(); f++) {
                scaled[i][f] = scale(f, data.x()[i][f]);
            }
        }
        return new Dataset(data.names(), scaled, data.y(), data.classes());
    }
}
