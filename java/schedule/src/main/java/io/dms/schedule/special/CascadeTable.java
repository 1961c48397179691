package io.dms.schedule.special;

import io.dms.model.UserException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.SplittableRandom;

/**
 * What heads of several sizes can be expected to do on one trunk: means over random choices of classes, made before the
 * stream starts, so that on the board little is trained in vain. Whether a head is used is decided by its own trial.
 *
 * @param sizes by number of classes, ascending
 */
public record CascadeTable(List<Size> sizes) {
    /**
     * Heads for so many classes, at each pair of margins that heads are tuned among.
     *
     * @param classes number of own classes
     * @param takenIn share that the head takes of images of its classes
     * @param takenOut share that it takes of others
     * @param gainIn how many more images of its classes the cascade names rightly than the general model alone, a share
     * @param gainOut the same of others: below 0
     */
    @SuppressWarnings("ArrayRecordComponent")
    public record Size(int classes, double[] takenIn, double[] takenOut, double[] gainIn, double[] gainOut) {
        /** A size that does the same at all margins. */
        static Size flat(int classes, double takenIn, double takenOut, double gainIn, double gainOut) {
            return new Size(classes, all(takenIn), all(takenOut), all(gainIn), all(gainOut));
        }

        private static double[] all(double v) {
            double[] out = new double[Margins.GRID.size()];
            Arrays.fill(out, v);
            return out;
        }
    }

    /** Copies the list and checks its order. */
    public CascadeTable {
        sizes = List.copyOf(sizes);
        if (sizes.isEmpty()) {
            throw new UserException("a table of specialised heads needs at least one size");
        }
        for (int i = 1; i < sizes.size(); i++) {
            if (sizes.get(i).classes() <= sizes.get(i - 1).classes()) {
                throw new UserException("a table of specialised heads must be sorted by their number of classes");
            }
        }
    }

    /**
     * Trains heads for random classes.
     *
     * @param heldOut features that nothing is trained on
     * @param general the general model's answers to the held-out images
     * @param sizes numbers of classes; those with no class left for "other" are left out
     * @param draws random choices of classes for each size
     */
    public static CascadeTable measure(
            FeatureSet training, FeatureSet heldOut, int[] general, int[] sizes, int draws, TrainOptions options) {
        SplittableRandom random = new SplittableRandom(options.seed());
        HeadTrainer trainer = new HeadTrainer(options);
        List<Size> out = new ArrayList<>();
        for (int n : Arrays.stream(sizes).sorted().distinct().toArray()) {
            if (n < 1 || n >= training.classes()) {
                continue;
            }
            Size size = Size.flat(n, 0, 0, 0, 0);
            for (int d = 0; d < draws; d++) {
                int[] own = classes(random, training.classes(), n);
                HeadTrial trial = HeadTrial.of(trainer.specialised(training, own), heldOut, general);
                double[] in = new double[training.classes()];
                double[] others = new double[training.classes()];
                Arrays.fill(others, 1.0 / (training.classes() - n));
                for (int c : own) {
                    in[c] = 1.0 / n;
                    others[c] = 0;
                }
                for (int m = 0; m < Margins.GRID.size(); m++) {
                    size.takenIn()[m] += trial.taken(m, in) / draws;
                    size.takenOut()[m] += trial.taken(m, others) / draws;
                    size.gainIn()[m] += trial.gain(m, in) / draws;
                    size.gainOut()[m] += trial.gain(m, others) / draws;
                }
            }
            out.add(size);
        }
        return new CascadeTable(out);
    }

    private static int[] classes(SplittableRandom random, int all, int n) {
        int[] order = new int[all];
        for (int i = 0; i < all; i++) {
            order[i] = i;
        }
        for (int i = 0; i < n; i++) {
            int j = i + random.nextInt(all - i);
            int t = order[i];
            order[i] = order[j];
            order[j] = t;
        }
        int[] out = Arrays.copyOf(order, n);
        Arrays.sort(out);
        return out;
    }

    /**
     * The largest share of a stream that a head of so many classes may take, where the mean head of that size keeps
     * the cascade as accurate as wanted. Between the sizes measured in a straight
     * line, outside those of the nearest. Allocates nothing.
     *
     * @param classes of the head
     * @param share of the stream in them
     * @param margin by which the cascade shall be more accurate than the general model
     * @return 0 where no head can be expected to
     */
    double taken(int classes, double share, double margin) {
        int high = 0;
        while (high < sizes.size() - 1 && sizes.get(high).classes() < classes) {
            high++;
        }
        int low = high > 0 && sizes.get(high).classes() > classes ? high - 1 : high;
        Size a = sizes.get(low);
        Size b = sizes.get(high);
        double t = low == high ? 0 : (double) (classes - a.classes()) / (b.classes() - a.classes());
        double most = 0;
        for (int m = 0; m < a.gainIn().length; m++) {
            double gain = share * between(a.gainIn(), b.gainIn(), m, t)
                    + (1 - share) * between(a.gainOut(), b.gainOut(), m, t);
            if (gain >= margin) {
                most = Math.max(
                        most,
                        share * between(a.takenIn(), b.takenIn(), m, t)
                                + (1 - share) * between(a.takenOut(), b.takenOut(), m, t));
            }
        }
        return most;
    }

    private static double between(double[] a, double[] b, int m, double t) {
        return a[m] + t * (b[m] - a[m]);
    }
}
