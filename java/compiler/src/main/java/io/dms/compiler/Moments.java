package io.dms.compiler;

import java.nio.FloatBuffer;
import java.util.stream.IntStream;

/**
 * Mean and variance of each channel of an activation {@code x}, of the same channel of another form of the network
 * {@code y}, and their covariance; averaged over walks by their number of images. All arrays have one entry for each
 * channel of {@code x}.
 */
@SuppressWarnings("ArrayRecordComponent")
record Moments(double[] meanX, double[] varX, double[] meanY, double[] varY, double[] cov) {
    static Moments zero(int channels) {
        return new Moments(
                new double[channels],
                new double[channels],
                new double[channels],
                new double[channels],
                new double[channels]);
    }

    /** Adds other moments with a weight. */
    void add(Moments other, double weight) {
        for (int c = 0; c < meanX.length; c++) {
            meanX[c] += weight * other.meanX[c];
            varX[c] += weight * other.varX[c];
            meanY[c] += weight * other.meanY[c];
            varY[c] += weight * other.varY[c];
            cov[c] += weight * other.cov[c];
        }
    }

    /**
     * Moments of what two lanes hold.
     *
     * @param x chunks of [n, channels of x, spatial]
     * @param y chunks of [n, channels of y, spatial]
     * @param channelOf which channel of y each channel of x is
     */
    static Moments of(Lane laneX, FloatBuffer[] x, FloatBuffer[] y, int[] channelOf, int channelsY, int spatial) {
        int channels = channelOf.length;
        Moments out = zero(channels);
        IntStream.range(0, channels).parallel().forEach(c -> {
            float[] a = new float[spatial];
            float[] b = new float[spatial];
            double n = 0;
            double sumX = 0;
            double sumY = 0;
            double squaresX = 0;
            double squaresY = 0;
            double products = 0;
            for (int k = 0; k < laneX.chunks(); k++) {
                for (int i = 0; i < laneX.imagesIn(k); i++) {
                    x[k].get((i * channels + c) * spatial, a);
                    y[k].get((i * channelsY + channelOf[c]) * spatial, b);
                    for (int p = 0; p < spatial; p++) {
                        double u = a[p];
                        double v = b[p];
                        sumX += u;
                        sumY += v;
                        squaresX += u * u;
                        squaresY += v * v;
                        products += u * v;
                    }
                    n += spatial;
                }
            }
            out.meanX[c] = sumX / n;
            out.meanY[c] = sumY / n;
            out.varX[c] = Math.max(0, squaresX / n - out.meanX[c] * out.meanX[c]);
            out.varY[c] = Math.max(0, squaresY / n - out.meanY[c] * out.meanY[c]);
            out.cov[c] = products / n - out.meanX[c] * out.meanY[c];
        });
        return out;
    }
}
