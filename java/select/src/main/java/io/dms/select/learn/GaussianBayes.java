package io.dms.select.learn;

/**
 * Naive Bayes with a normal distribution for each feature in each class. Scores are log probabilities up to a constant.
 *
 * @param prior natural logarithm of each class's share; negative infinity for a class without rows
 * @param mean by class, then by feature; not copied, must not change
 * @param variance by class, then by feature; above zero
 */
@SuppressWarnings("ArrayRecordComponent")
public record GaussianBayes(float[] prior, float[][] mean, float[][] variance) implements Classifier {
    /** Share of the greatest variance of any feature that is added to every variance, so that none is zero. */
    private static final double SMOOTHING = 1e-9;

    /** Checks shapes and variances. */
    public GaussianBayes {
        if (mean.length != prior.length || variance.length != prior.length) {
            throw new IllegalArgumentException("classes differ in number");
        }
        for (int c = 0; c < prior.length; c++) {
            if (mean[c].length != mean[0].length || variance[c].length != mean[0].length) {
                throw new IllegalArgumentException("features differ in number");
            }
            for (float v : variance[c]) {
                if (!(v > 0)) {
                    throw new IllegalArgumentException("a variance is " + v);
                }
            }
        }
    }

    /** Fits means and variances by maximum likelihood. */
    static GaussianBayes fit(Dataset data) {
        int features = data.names().size();
        double[][] sum = new double[data.classes()][features];
        int[] count = data.counts();
        for (int i = 0; i < data.size(); i++) {
            for (int f = 0; f < features; f++) {
                sum[data.y()[i]][f] += data.x()[i][f];
            }
        }
        double[][] squares = new double[data.classes()][features];
        for (int i = 0; i < data.size(); i++) {
            int c = data.y()[i];
            for (int f = 0; f < features; f++) {
                double d = data.x()[i][f] - sum[c][f] / count[c];
                squares[c][f] += d * d;
            }
        }
        double floor = Math.max(SMOOTHING * greatestVariance(data), Float.MIN_NORMAL);
        float[] prior = new float[data.classes()];
        float[][] mean = new float[data.classes()][features];
        float[][] variance = new float[data.classes()][features];
        for (int c = 0; c < data.classes(); c++) {
            prior[c] = count[c] == 0 ? Float.NEGATIVE_INFINITY : (float) Math.log((double) count[c] / data.size());
            for (int f = 0; f < features; f++) {
                mean[c][f] = count[c] == 0 ? 0 : (float) (sum[c][f] / count[c]);
                variance[c][f] = count[c] == 0 ? 1 : (float) (squares[c][f] / count[c] + floor);
            }
        }
        return new GaussianBayes(prior, mean, variance);
    }

    private static double greatestVariance(Dataset data) {
        double greatest = 0;
        for (int f = 0; f < data.names().size(); f++) {
            double sum = 0;
            double squares = 0;
            for (float[] row : data.x()) {
                sum += row[f];
                squares += (double) row[f] * row[f];
            }
            double mean = sum / data.size();
            greatest = Math.max(greatest, squares / data.size() - mean * mean);
        }
        return greatest;
    }

    @Override
    public int classes() {
        return prior.length;
    }

    @Override
    public void scores(float[] x, float[] into) {
        for (int c = 0; c < prior.length; c++) {
            double log = prior[c];
            for (int f = 0; f < x.length; f++) {
                double d = (double) x[f] - mean[c][f];
                log -= 0.5 * (Math.log(variance[c][f]) + d * d / variance[c][f]);
            }
            into[c] = (float) log;
        }
    }
}
