package io.dms.schedule.special;

import io.dms.schedule.special.SpecialisationRule.Trunk;
import io.dms.schedule.special.SpecialisationRule.Wanted;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Looks for the cheapest head that is good enough for the classes that a stream shows: among those that were trained by
 * their own trials, among others by what heads of their size can be expected to do. Few are tried in a row, as training
 * costs time. Not thread-safe.
 */
final class HeadSearch {
    /** Heads whose trials are kept. */
    private static final int KNOWN = 64;

    private final List<Trunk> trunks;
    private final RuleOptions options;
    private final HeadJudge judge;
    private final double perFrame;
    private final List<HeadJudge.Known> known = new ArrayList<>();
    private final HeadJudge.Checks[] shown;
    private final int[] order;
    private final int[] own;
    private final double[] less;
    private double tries;
    private @Nullable Wanted refused;

    /** @param perTry frames that allow for one more head to be tried */
    HeadSearch(int classes, List<Trunk> trunks, RuleOptions options, HeadJudge judge, int perTry) {
        this.trunks = trunks;
        this.options = options;
        this.judge = judge;
        this.perFrame = 1.0 / perTry;
        this.shown = new HeadJudge.Checks[trunks.size()];
        Arrays.setAll(shown, t -> new HeadJudge.Checks());
        this.order = new int[classes];
        this.own = new int[classes];
        this.less = new double[classes];
        this.tries = options.mostTried();
    }

    /** One more frame has come. */
    void frame() {
        tries = Math.min(options.mostTried(), tries + perFrame);
    }

    /** A window has passed without a head. */
    void fade() {
        for (HeadJudge.Checks c : shown) {
            c.fade();
        }
    }

    /** A head can't be trained. */
    void refuse(@Nullable Wanted head) {
        refused = head;
    }

    /** What is known of a head; its trial is kept where nothing is. */
    HeadJudge.Known known(Wanted w, HeadTrial trial) {
        HeadJudge.Known k = find(w.trunk(), w.classes(), w.classes().length);
        if (k == null) {
            k = new HeadJudge.Known(w.trunk(), trial, shown[w.trunk()]);
            known.add(k);
            if (known.size() > KNOWN) {
                known.remove(0);
            }
        }
        return k;
    }

    /** The shares of the classes, discounted where a head's are the most frequent; valid until the next call. */
    double[] shares(ClassMix mix, HeadTrial trial) {
        double[] shares = mix.estimate();
        sort(shares);
        int n = trial.own().length;
        System.arraycopy(order, 0, own, 0, n);
        Arrays.sort(own, 0, n);
        System.arraycopy(shares, 0, less, 0, less.length);
        if (trial.isOf(own, n)) {
            discount(shares, n, mix.seen());
        }
        return less;
    }

    /**
     * Looks for a head that costs less.
     *
     * @param than cost to be below
     * @param any where a head is known that does, it is wanted, rather than one that may be better still
     * @param head that runs now, or null
     * @return the head to train or to enter, or null
     */
    @Nullable
    Wanted look(ClassMix mix, double than, boolean any, HeadJudge.@Nullable Known head) {
        double[] shares = mix.estimate();
        double answers = mix.seen();
        sort(shares);
        double least = than;
        int bestTrunk = -1;
        int bestSize = 0;
        boolean bestKnown = false;
        int most = Math.min(order.length - 1, options.mostClasses());
        for (int n = 1; n <= most && shares[order[n - 1]] * answers >= 1; n++) {
            double share = discount(shares, n, answers);
            for (int t = 0; t < trunks.size(); t++) {
                HeadJudge.Known k = find(t, own, n);
                double cost;
                if (k != null) {
                    if (k == head || !judge.choose(k, trunks.get(t).cost(), less, answers)) {
                        continue;
                    }
                    cost = judge.cost;
                } else {
                    double taken = tries >= 1 && !isRefused(t, n)
                            ? trunks.get(t).table().taken(n, share, options.margin())
                            : 0;
                    cost = judge.cost(trunks.get(t).cost(), taken);
                    if (taken <= 0 || (any && bestKnown)) {
                        continue;
                    }
                }
                if (cost < least || (any && k != null && !bestKnown && cost < than)) {
                    least = cost;
                    bestTrunk = t;
                    bestSize = n;
                    bestKnown = k != null;
                }
            }
        }
        if (bestTrunk < 0) {
            return null;
        }
        discount(shares, bestSize, answers);
        tries -= bestKnown ? 0 : 1;
        return new Wanted(bestTrunk, Arrays.copyOf(own, bestSize));
    }

    /** Orders the classes, the most frequent first; there are few that matter, so that insertion is quick. */
    private void sort(double[] shares) {
        for (int c = 0; c < order.length; c++) {
            int at = c;
            while (at > 0 && shares[order[at - 1]] < shares[c]) {
                order[at] = order[at - 1];
                at--;
            }
            order[at] = c;
        }
    }

    /**
     * Takes one answer off each of the n most frequent classes (absolute discounting, Ney and Essen 1991), as the most
     * frequent of many classes look more frequent in a window than they are, and gives them to the others.
     *
     * @return the share that is left to them; {@code own} then holds them, ascending, {@code less} all shares
     */
    private double discount(double[] shares, int n, double answers) {
        System.arraycopy(order, 0, own, 0, n);
        Arrays.sort(own, 0, n);
        System.arraycopy(shares, 0, less, 0, shares.length);
        double freed = 0;
        double share = 0;
        for (int i = 0; i < n; i++) {
            double off = Math.min(less[own[i]], 1 / answers);
            less[own[i]] -= off;
            freed += off;
            share += less[own[i]];
        }
        for (int i = n; i < order.length; i++) {
            less[order[i]] += freed / (order.length - n);
        }
        return share;
    }

    private HeadJudge.@Nullable Known find(int trunk, int[] classes, int count) {
        for (int i = 0; i < known.size(); i++) {
            HeadJudge.Known k = known.get(i);
            if (k.trunk == trunk && k.trial.isOf(classes, count)) {
                return k;
            }
        }
        return null;
    }

    private boolean isRefused(int trunk, int count) {
        return refused != null
                && refused.trunk() == trunk
                && Arrays.equals(refused.classes(), 0, refused.classes().length, own, 0, count);
    }
}
