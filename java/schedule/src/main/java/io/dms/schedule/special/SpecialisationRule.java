package io.dms.schedule.special;

import io.dms.model.UserException;
import java.util.Arrays;
import java.util.List;
import java.util.SplittableRandom;
import org.jspecify.annotations.Nullable;

/**
 * When to run a specialised head: windowed epsilon-greedy (Shen et al., "Fast Video Classification via Adaptive Cascading
 * of Deep Models", CVPR 2017, section 4.2). While exploring, the general model answers; once two windows of its answers
 * agree on the classes that are seen, the accuracy of a cascade is estimated from the share that they hold. Where it
 * reaches the general model's at less cost, a head is asked for. While a head runs, now and then the general model checks
 * an answer; the head is left when checks disagree, or when so much falls through that the estimate drops.
 *
 * <p>Beyond the paper: the number of classes and the trunk are chosen by expected cost among those accurate enough, and
 * while a head runs the share in its classes is estimated from how much falls through, which needs no checks. A head is
 * also left when that share has halved: what it then accepts is no longer what it was trained for.
 *
 * <p>Steps allocate nothing but at a decision; no clock is read. Not thread-safe.
 */
public final class SpecialisationRule {
    /** Windows of an epoch that are remembered. */
    private static final int REMEMBERED = 4;
    /** Estimates over so few frames wander by about this much. */
    private static final double SLACK = 0.01;

    private static final int LEAST_CHECKS = 2;

    /** Below this part of the share that was there on entering, the context is another one. */
    private static final double LEAST_LEFT = 0.5;

    /** What the next frame shall run. */
    public enum Step {
        /** The general model alone. */
        GENERAL,
        /** The specialised head; the general model where it says "other". */
        SPECIAL,
        /** Both, whatever the head says. */
        CHECKED
    }

    /**
     * A trunk that heads can be trained on.
     *
     * @param name for people
     * @param table what its heads can be expected to do
     * @param cost of one frame on trunk and head, in the unit of the general model's cost
     */
    public record Trunk(String name, CascadeTable table, double cost) {}

    /**
     * A head that shall be trained.
     *
     * @param trunk index of the trunk
     * @param classes ascending; not copied
     */
    @SuppressWarnings("ArrayRecordComponent")
    public record Wanted(int trunk, int[] classes) {}

    private final double general;
    private final double generalCost;
    private final List<Trunk> trunks;
    private final RuleOptions options;
    private final SplittableRandom random;
    private final SkewWindow epoch;
    private final SkewWindow latest;
    private final boolean[] outcomes;
    private int[] before = new int[0];
    private int sinceWindow;
    private double entered;
    private int seen;
    private int passed;
    private int checks;
    private int wrong;
    private @Nullable Wanted wanted;
    private @Nullable Wanted running;
    private @Nullable CascadeRates rates;
    private @Nullable Wanted refused;

    /**
     * @param classes of the general model
     * @param general its accuracy, 0 to 1
     * @param generalCost of one frame on it
     * @param trunks that heads can be trained on
     */
    public SpecialisationRule(
            int classes, double general, double generalCost, List<Trunk> trunks, RuleOptions options) {
        if (!(general > 0 && general <= 1) || !(generalCost > 0) || trunks.isEmpty()) {
            throw new UserException("the rule needs the general model's accuracy (0 to 1) and cost (above 0), and a"
                    + " trunk: " + general + ", " + generalCost + ", " + trunks.size());
        }
        this.general = general;
        this.generalCost = generalCost;
        this.trunks = List.copyOf(trunks);
        this.options = options;
        this.random = new SplittableRandom(options.seed());
        this.epoch = new SkewWindow(classes, REMEMBERED * options.window());
        this.latest = new SkewWindow(classes, options.window());
        this.outcomes = new boolean[2 * options.window()];
    }

    /** What the next frame shall run. */
    public Step next() {
        if (running == null) {
            return Step.GENERAL;
        }
        return random.nextDouble() < options.epsilon() ? Step.CHECKED : Step.SPECIAL;
    }

    /** The head that shall be trained, or null; it stays wanted until {@link #enter} or {@link #refuse}. */
    public @Nullable Wanted wanted() {
        return wanted;
    }

    /** The head that runs, or null. */
    public @Nullable Wanted running() {
        return running;
    }

    /** Tells the answer of a frame that the general model alone served. */
    public void general(int answer) {
        epoch.add(answer);
        latest.add(answer);
        sinceWindow++;
        if (sinceWindow < options.window() || wanted != null) {
            return;
        }
        sinceWindow = 0;
        int[] now = latest.seen(2);
        if (before.length > 0 && differ(before, now) > options.drift()) {
            epoch.become(latest);
            refused = null;
        }
        before = now;
        Wanted found = best(now.length);
        if (found != null && !same(found, refused)) {
            wanted = found;
        }
    }

    private static int differ(int[] a, int[] b) {
        int common = 0;
        for (int x : a) {
            common += Arrays.binarySearch(b, x) >= 0 ? 1 : 0;
        }
        return a.length + b.length - 2 * common;
    }

    private static boolean same(Wanted a, @Nullable Wanted b) {
        return b != null && a.trunk() == b.trunk() && Arrays.equals(a.classes(), b.classes());
    }

    /** The cheapest cascade that is expected to be accurate enough. */
    private @Nullable Wanted best(int most) {
        double least = generalCost;
        Wanted found = null;
        for (int n = 1; n <= Math.min(most, options.mostClasses()); n++) {
            double share = discounted(epoch.share(n) * epoch.size(), n, epoch.size());
            for (int t = 0; t < trunks.size(); t++) {
                CascadeRates r = trunks.get(t).table().at(n);
                double cost = cost(t, r, share);
                if (cost < least && r.accuracy(share, general) >= general + options.margin()) {
                    least = cost;
                    found = new Wanted(t, epoch.top(n));
                }
            }
        }
        return found;
    }

    /**
     * The share that some classes will hold, from how often they were seen: one answer of each is not counted (absolute
     * discounting, Ney and Essen 1991), as the most frequent of many classes look more frequent in a window than they
     * are.
     */
    private static double discounted(double seen, int classes, int of) {
        return Math.max(0, seen - classes) / of;
    }

    private double cost(int trunk, CascadeRates r, double share) {
        return trunks.get(trunk).cost() + (r.generalShare(share) + options.epsilon()) * generalCost;
    }

    /**
     * The wanted head is there.
     *
     * @param measured what it does on features that it was not trained on
     * @return false where it does not keep what was expected of it; then the rule goes on exploring
     */
    public boolean enter(CascadeRates measured) {
        Wanted w = wanted;
        if (w == null) {
            throw new IllegalStateException("no head is wanted");
        }
        wanted = null;
        int in = 0;
        for (int c : w.classes()) {
            in += epoch.count(c);
        }
        double share = discounted(in, w.classes().length, epoch.size());
        if (measured.accuracy(share, general) < general + options.margin()
                || cost(w.trunk(), measured, share) >= generalCost) {
            refused = w;
            return false;
        }
        running = w;
        rates = measured;
        entered = share;
        seen = 0;
        passed = 0;
        checks = 0;
        wrong = 0;
        return true;
    }

    /** The wanted head can't be trained. */
    public void refuse() {
        refused = wanted;
        wanted = null;
    }

    /**
     * Tells about a frame that the head has seen.
     *
     * @param other whether the head passed it on
     */
    public void special(boolean other) {
        int at = seen % outcomes.length;
        if (seen >= outcomes.length) {
            passed -= outcomes[at] ? 1 : 0;
        }
        outcomes[at] = other;
        passed += other ? 1 : 0;
        seen++;
        CascadeRates r = rates;
        Wanted w = running;
        if (r == null || w == null || seen < options.window()) {
            return;
        }
        double passedOn = (double) passed / Math.min(seen, outcomes.length);
        double share = r.shareOf(passedOn);
        double cost = trunks.get(w.trunk()).cost() + (passedOn + options.epsilon()) * generalCost;
        boolean accurate = r.accuracy(share, general) >= general + options.margin() - SLACK;
        if (!accurate || cost >= generalCost || share < entered * LEAST_LEFT) {
            leave();
        }
    }

    /** Tells the outcome of a check: an answer of the head beside the general model's. */
    public void checked(boolean agree) {
        checks++;
        wrong += agree ? 0 : 1;
        if (checks >= LEAST_CHECKS && wrong > options.mostWrong() * checks) {
            leave();
        }
    }

    private void leave() {
        running = null;
        rates = null;
        epoch.clear();
        latest.clear();
        before = new int[0];
        sinceWindow = 0;
        refused = null;
    }
}
