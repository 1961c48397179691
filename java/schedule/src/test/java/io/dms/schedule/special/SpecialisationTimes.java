package io.dms.schedule.special;

import java.util.Arrays;
import java.util.Locale;

/** Times of specialising a head for 7 of 200 classes, by hand: {@code SpecialisationTimes [dims...]}. */
final class SpecialisationTimes {
    private SpecialisationTimes() {}

    /** Prints a line for each number of features. */
    public static void main(String[] args) {
        int[] sizes = args.length == 0
                ? new int[] {64, 512, 1024, 4096}
                : Arrays.stream(args).mapToInt(Integer::parseInt).toArray();
        for (int dims : sizes) {
            FeatureSet training = Clusters.features(200, dims, 50 * 250 / 50, 0.9, 1);
            FeatureSet heldOut = Clusters.features(200, dims, 20, 0.9, 2);
            int[] dominant = {3, 17, 40, 90, 121, 160, 199};
            for (int run = 0; run < 3; run++) {
                long start = System.nanoTime();
                LinearHead head = new HeadTrainer(TrainOptions.DEFAULT).specialised(training, dominant);
                double seconds = (System.nanoTime() - start) / 1e9;
                start = System.nanoTime();
                HeadTrial.of(head, heldOut, heldOut.labels());
                double measured = (System.nanoTime() - start) / 1e9;
                System.out.printf(
                        Locale.ROOT,
                        "%5d features: trained in %.2f s, measured on %d images in %.2f s%n",
                        dims,
                        seconds,
                        heldOut.size(),
                        measured);
            }
        }
    }
}
