package io.dms.select.published;

import io.dms.runtime.LatencyRecorder;
import io.dms.select.TrainingData;
import io.dms.select.learn.Neighbours;
import io.dms.select.sample.Samples;
import io.dms.select.sample.SamplesFile;
import java.nio.file.Path;
import java.util.Locale;
import java.util.Map;
import java.util.SplittableRandom;

/**
 * Prints the time of a search for five neighbours, and, given a samples file with image features, whether conformal
 * prediction keeps its promise over splits (20 unless told), and what it refuses.
 */
final class PublishedFigures {
    private static final int CALLS = 5_000;

    private PublishedFigures() {}

    public static void main(String[] args) {
        for (int points : new int[] {1_000, 10_000, 50_000}) {
            for (int features : new int[] {3, 7, 17}) {
                neighbours(points, features);
            }
        }
        if (args.length > 0) {
            soundness(SamplesFile.read(Path.of(args[0])), args.length > 1 ? Integer.parseInt(args[1]) : 20);
        }
    }

    private static void neighbours(int points, int features) {
        SplittableRandom random = new SplittableRandom(1);
        float[][] rows = new float[points][features];
        for (float[] row : rows) {
            for (int f = 0; f < features; f++) {
                row[f] = (float) random.nextDouble();
            }
        }
        Neighbours neighbours = Neighbours.of(rows, 5);
        LatencyRecorder times = new LatencyRecorder();
        for (int i = 0; i < 2 * CALLS; i++) {
            float[] query = rows[random.nextInt(points)];
            long start = System.nanoTime();
            neighbours.find(query, Float.POSITIVE_INFINITY);
            if (i >= CALLS) {
                times.record(System.nanoTime() - start);
            }
        }
        System.out.printf(
                Locale.ROOT,
                "5 of %6d points, %2d features: p50 %.4f ms, p99 %.4f ms%n",
                points,
                features,
                times.percentileMillis(50),
                times.percentileMillis(99));
    }

    private static void soundness(Samples samples, int splits) {
        Double millis = samples.imageMillis();
        TrainingData data = new TrainingData(
                samples.table(), samples.features(Samples.IMAGE), millis == null ? 0 : millis, Map.of());
        // elimination on few samples: the promise does not depend on which features are read
        PublishedOptions options = PublishedOptions.standard().withElimination(300, 5, 1);
        SoundnessStudy study = SoundnessStudy.of(data, options, splits, 1);
        for (SoundnessStudy.Promise p : study.promises()) {
            System.out.printf(
                    Locale.ROOT,
                    "conformal prediction, %d splits: promised %.1f %%, measured %.2f %% (%.2f points off)%n",
                    study.splits(),
                    100 * p.promised(),
                    100 * p.measured(),
                    p.points());
        }
        System.out.printf(
                Locale.ROOT,
                "of %d choices %.1f %% wrong; conformal prediction refuses %.1f %% of the wrong and %.1f %% of the right"
                        + " ones; %.2f %% have no neighbour within the radius%n",
                study.choices(),
                100 * study.wrong(),
                100 * study.wrongRefused(),
                100 * study.rightRefused(),
                100 * study.outside());
    }
}
