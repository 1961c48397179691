package io.dms.schedule.special;

import io.dms.model.UserException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.SplittableRandom;

/**
 * What heads of several sizes can be expected to do on one trunk: means over random choices of classes, made when the
 * catalog is built, so that on the board nothing is trained in vain.
 *
 * @param rates by number of classes, ascending
 */
public record CascadeTable(List<CascadeRates> rates) {
    /** Copies the list and checks its order. */
    public CascadeTable {
        rates = List.copyOf(rates);
        if (rates.isEmpty()) {
            throw new UserException("a table of specialised heads needs at least one size");
        }
        for (int i = 1; i < rates.size(); i++) {
            if (rates.get(i).classes() <= rates.get(i - 1).classes()) {
                throw new UserException("a table of specialised heads must be sorted by their number of classes");
            }
        }
    }

    /**
     * Trains heads for random classes.
     *
     * @param heldOut features that nothing is trained on
     * @param sizes numbers of classes; those with no class left for "other" are left out
     * @param draws random choices of classes for each size
     */
    public static CascadeTable measure(
            FeatureSet training, FeatureSet heldOut, int[] sizes, int draws, TrainOptions options) {
        SplittableRandom random = new SplittableRandom(options.seed());
        HeadTrainer trainer = new HeadTrainer(options);
        List<CascadeRates> out = new ArrayList<>();
        for (int n : Arrays.stream(sizes).sorted().distinct().toArray()) {
            if (n < 1 || n >= training.classes()) {
                continue;
            }
            double right = 0;
            double missed = 0;
            double passed = 0;
            for (int d = 0; d < draws; d++) {
                CascadeRates r =
                        CascadeRates.of(trainer.specialised(training, classes(random, training.classes(), n)), heldOut);
                right += r.right() / draws;
                missed += r.missed() / draws;
                passed += r.passed() / draws;
            }
            out.add(new CascadeRates(n, right, missed, passed));
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

    /** Rates for a number of classes, between the sizes measured in a straight line, outside those of the nearest. */
    public CascadeRates at(int classes) {
        CascadeRates low = rates.get(0);
        for (CascadeRates high : rates) {
            if (high.classes() >= classes) {
                double gap = high.classes() - low.classes();
                double t = gap <= 0 ? 0 : Math.max(0, (classes - low.classes()) / gap);
                return new CascadeRates(
                        classes,
                        low.right() + t * (high.right() - low.right()),
                        low.missed() + t * (high.missed() - low.missed()),
                        low.passed() + t * (high.passed() - low.passed()));
            }
            low = high;
        }
        return new CascadeRates(classes, low.right(), low.missed(), low.passed());
    }
}
