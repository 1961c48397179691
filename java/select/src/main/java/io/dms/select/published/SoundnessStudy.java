package io.dms.select.published;

import io.dms.model.UserException;
import io.dms.select.TrainingData;
import io.dms.select.learn.Dataset;
import io.dms.select.learn.Folds;
import io.dms.select.sample.FeatureTable;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.IntStream;

/**
 * What soundness is worth: whether conformal prediction keeps its promise, and how many wrong choices are refused at the
 * price of how many right ones. Half of the samples, drawn anew for each split, teach, the others are judged.
 *
 * @param splits how many
 * @param promises by significance
 * @param choices how many choices of the cascade were judged, all splits together
 * @param wrong share of them that were not the optimum
 * @param wrongRefused share of the wrong ones that conformal prediction refused (the papers report 0.874)
 * @param rightRefused share of the right ones that it refused (the papers report 0.055)
 * @param outside share of all that had no neighbour within the radius
 */
public record SoundnessStudy(
        int splits,
        List<Promise> promises,
        int choices,
        double wrong,
        double wrongRefused,
        double rightRefused,
        double outside) {
    private static final double[] SIGNIFICANCES = {0.05, 0.1, 0.2};

    /**
     * How often the true choice was missed.
     *
     * @param promised share of samples whose true choice may have a p-value of at most this
     * @param measured the share that had
     */
    public record Promise(double promised, double measured) {
        /** How far off, in points. */
        public double points() {
            return 100 * Math.abs(measured - promised);
        }
    }

    /** Copies the list. */
    public SoundnessStudy {
        promises = List.copyOf(promises);
    }

    /**
     * Studies.
     *
     * @param options of the selector; its soundness is what is studied, whichever it has
     * @param splits how many; more make the shares surer
     * @throws UserException where the samples can't teach the published method
     */
    public static SoundnessStudy of(TrainingData data, PublishedOptions options, int splits, long seed) {
        FeatureTable image = data.image();
        if (image == null) {
            throw new UserException("soundness is judged by features of the images, and the table has none;"
                    + " profile again with features");
        }
        Tally tally = new Tally();
        PublishedMethod method = new PublishedMethod("published", options.withSoundness(Soundness.CONFORMAL));
        for (int split = 0; split < splits; split++) {
            int n = data.samples().samples();
            int[] teach = Folds.sample(n, n / 2, seed + split);
            boolean[] taught = new boolean[n];
            for (int row : teach) {
                taught[row] = true;
            }
            int[] judge = IntStream.range(0, n).filter(row -> !taught[row]).toArray();
            PublishedLearned learned = method.learn(data, teach, seed + split);
            Dataset scaled = learned.scaling()
                    .apply(PublishedMethod.dataset(data.samples(), image, judge, learned.models())
                            .features(learned.used()));
            tally.add(learned, scaled, (float) options.radius());
        }
        return tally.study(splits);
    }

    /** Counts over all splits. */
    private static final class Tally {
        private final int[] missed = new int[SIGNIFICANCES.length];
        private final int[] count = new int[2];
        private final int[] refused = new int[2];
        private int outside;

        void add(PublishedLearned learned, Dataset judged, float radius) {
            Cascade cascade = learned.cascade().own();
            Refusal refusal = learned.refusal();
            if (refusal == null) {
                throw new IllegalStateException("learned without conformal prediction");
            }
            double[] p = new double[judged.classes()];
            for (int i = 0; i < judged.size(); i++) {
                float[] x = judged.x()[i];
                int truth = judged.y()[i];
                refusal.conformal().pValues(x, p);
                for (int s = 0; s < missed.length; s++) {
                    missed[s] += p[truth] <= SIGNIFICANCES[s] ? 1 : 0;
                }
                int choice = cascade.choose(x);
                int wrong = choice == truth ? 0 : 1;
                count[wrong]++;
                refused[wrong] += refusal.trusts(x, choice) ? 0 : 1;
                if (cascade.shared() != null && cascade.shared().find(x, radius) == 0) {
                    outside++;
                }
            }
        }

        SoundnessStudy study(int splits) {
            int all = count[0] + count[1];
            List<Promise> promises = new ArrayList<>();
            for (int s = 0; s < missed.length; s++) {
                promises.add(new Promise(SIGNIFICANCES[s], share(missed[s], all)));
            }
            return new SoundnessStudy(
                    splits,
                    promises,
                    all,
                    share(count[1], all),
                    share(refused[1], count[1]),
                    share(refused[0], count[0]),
                    share(outside, all));
        }

        private static double share(int part, int of) {
            return of == 0 ? Double.NaN : (double) part / of;
        }
    }
}
