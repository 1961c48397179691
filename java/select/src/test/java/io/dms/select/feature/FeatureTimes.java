package io.dms.select.feature;

import io.dms.runtime.LatencyRecorder;
import java.util.Locale;

/** Prints the time of the image features by image size: median and 99th percentile over made-up pictures. */
final class FeatureTimes {
    private FeatureTimes() {}

    public static void main(String[] args) {
        int calls = args.length == 0 ? 3_000 : Integer.parseInt(args[0]);
        for (int side : new int[] {32, 96, 128, 224, 448}) {
            ImageFeatures features = new ImageFeatures(side, side);
            float[] out = new float[ImageFeatures.NAMES.size()];
            byte[][] pictures = new byte[20][];
            for (int i = 0; i < pictures.length; i++) {
                pictures[i] = Picture.of(side, side, i + 1);
            }
            LatencyRecorder times = new LatencyRecorder();
            for (int i = 0; i < 2 * calls; i++) {
                long start = System.nanoTime();
                features.compute(pictures[i % pictures.length], out);
                if (i >= calls) {
                    times.record(System.nanoTime() - start);
                }
            }
            System.out.printf(
                    Locale.ROOT,
                    "%3d x %3d: p50 %.3f ms, p99 %.3f ms%n",
                    side,
                    side,
                    times.percentileMillis(50),
                    times.percentileMillis(99));
        }
    }
}
