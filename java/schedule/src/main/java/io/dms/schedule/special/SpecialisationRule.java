package io.dms.schedule.special;

import io.dms.model.UserException;
import java.util.Arrays;
import java.util.List;
import java.util.SplittableRandom;
import org.jspecify.annotations.Nullable;

/**
 * When to run a specialised head: windowed epsilon-greedy (Shen et al., "Fast Video Classification via Adaptive Cascading
 * of Deep Models", CVPR 2017, section 4.2). While exploring, the general model answers; a window of its answers tells the
 * shares of the classes, and what heads for the most frequent ones could do. A head is trained where heads of its size can
 * be expected to keep the general model's accuracy at less cost, and entered where its own trial says so. While it runs,
 * now and then the general model checks an answer; the head is left when checks disagree, or when the estimate drops.
 *
 * <p>Beyond the paper: a head is judged by its own outcomes on held-out images, weighted by the shares of the classes in
 * the window, with a lower bound ({@link HeadJudge}), not by the mean of heads of its size; the margins below which it
 * passes a frame on are chosen with it; trunk and number of classes are the cheapest that are good enough; while a head
 * runs, the shares are estimated from the cascade's answers, and margins and head may change as more is known of them;
 * checks correct the estimate.
 *
 * <p>Steps allocate nothing but at a decision; no clock is read. Not thread-safe.
 */
public final class SpecialisationRule {
    /** Windows whose answers tell the shares of the classes. */
    private static final int REMEMBERED = 10;
    /** Windows whose answers tell that they have changed. */
    private static final int RECENT = 2;
    /** Frames between two looks at the estimate while a head runs. */
    private static final int LOOK = 10;

    /** Errors by which the estimate of the last frames must lie below the margin to show a change: it is looked at often. */
    private static final double CHANGED = 2;

    private static final int LEAST_CHECKS = 2;
    /** A change must save this share of the cost. */
    private static final double WORTH = 0.05;

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

    private final Confusion general;
    private final double generalCost;
    private final List<Trunk> trunks;
    private final RuleOptions options;
    private final SplittableRandom random;
    private final ClassMix mix;
    private final ClassMix recent;
    private final SkewWindow latest;
    private final boolean[] outcomes;
    private final HeadJudge judge;
    private final HeadSearch search;
    private int[] before = new int[0];
    private int sinceWindow;
    private int seen;
    private int passed;
    private int checks;
    private int wrong;
    private int margins;
    private double expectedDiffer;
    private @Nullable Wanted wanted;
    private @Nullable Wanted running;
    private HeadJudge.@Nullable Known head;

    /**
     * @param general how the general model names images of each class
     * @param generalCost of one frame on it
     * @param trunks that heads can be trained on
     */
    public SpecialisationRule(Confusion general, double generalCost, List<Trunk> trunks, RuleOptions options) {
        if (general.accuracy() <= 0 || !(generalCost > 0) || trunks.isEmpty()) {
            throw new UserException(
                    "the rule needs a general model that names some held-out image rightly, its cost (above"
                            + " 0), and a trunk: " + general.accuracy() + ", " + generalCost + ", " + trunks.size());
        }
        int classes = general.classes();
        this.general = general;
        this.generalCost = generalCost;
        this.trunks = List.copyOf(trunks);
        this.options = options;
        this.random = new SplittableRandom(options.seed());
        this.mix = new ClassMix(general, REMEMBERED * options.window());
        this.recent = new ClassMix(general, RECENT * options.window());
        this.latest = new SkewWindow(classes, options.window());
        this.outcomes = new boolean[2 * RECENT * options.window()];
        this.judge = new HeadJudge(options, generalCost);
        this.search = new HeadSearch(classes, this.trunks, options, judge, REMEMBERED * options.window());
    }

    /** What the next frame shall run. */
    public Step next() {
        search.frame();
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

    /** By how much the head that runs must be sure for its answer to be taken. */
    public Margins margins() {
        return Margins.GRID.get(margins);
    }

    /** Tells the answer of a frame that the general model alone served. */
    public void general(int answer) {
        mix.window().add(answer);
        latest.add(answer);
        sinceWindow++;
        if (sinceWindow < options.window() || wanted != null) {
            return;
        }
        sinceWindow = 0;
        search.fade();
        int[] now = latest.seen(2);
        if (before.length > 0 && differ(before, now) > options.drift()) {
            mix.become(latest);
            search.refuse(null);
        }
        before = now;
        wanted = search.look(mix, generalCost, true, null);
    }

    private static int differ(int[] a, int[] b) {
        int common = 0;
        for (int x : a) {
            common += Arrays.binarySearch(b, x) >= 0 ? 1 : 0;
        }
        return a.length + b.length - 2 * common;
    }

    /**
     * The wanted head is there.
     *
     * @param trial what it does on features that it was not trained on
     * @return false where it is not surely as accurate as wanted at less cost than what runs now; then that goes on
     */
    public boolean enter(HeadTrial trial) {
        Wanted w = wanted;
        if (w == null) {
            throw new IllegalStateException("no head is wanted");
        }
        wanted = null;
        HeadJudge.Known k = search.known(w, trial);
        double than = generalCost;
        HeadJudge.Known now = head;
        if (now != null) {
            judge.judge(now, margins, trunks.get(now.trunk).cost(), mix.estimate(), mix.seen());
            than = judge.cost * (1 - WORTH);
        }
        if (!judge.choose(k, trunks.get(w.trunk()).cost(), search.shares(mix, k.trial), mix.seen())
                || judge.cost >= than) {
            return false;
        }
        running = w;
        head = k;
        start(k, judge.margins, now == null);
        checks = 0;
        wrong = 0;
        return true;
    }

    private void start(HeadJudge.Known k, int m, boolean fresh) {
        margins = m;
        Confusion by = k.trial.confusion(m);
        mix.answeredBy(by);
        if (fresh) {
            recent.become(latest);
        }
        recent.answeredBy(by);
        expectedDiffer = k.trial.differ(m, mix.estimate());
        seen = 0;
        passed = 0;
    }

    /** The wanted head can't be trained. */
    public void refuse() {
        search.refuse(wanted);
        wanted = null;
    }

    /**
     * Tells about a frame that the head has seen.
     *
     * @param answer the frame's, by the head or, where it passed it on, by the general model
     * @param other whether the head passed it on
     */
    public void special(int answer, boolean other) {
        mix.window().add(answer);
        recent.window().add(answer);
        int at = seen % outcomes.length;
        if (seen >= outcomes.length) {
            passed -= outcomes[at] ? 1 : 0;
        }
        outcomes[at] = other;
        passed += other ? 1 : 0;
        seen++;
        HeadJudge.Known k = head;
        if (k == null || seen < options.window() || seen % LOOK != 0) {
            return;
        }
        double trunk = trunks.get(k.trunk).cost();
        double cost = judge.cost(trunk, 1 - (double) passed / Math.min(seen, outcomes.length));
        judge.judge(k, margins, trunk, recent.estimate(), recent.seen());
        if (cost >= generalCost || judge.gain + CHANGED * judge.error < options.margin()) {
            leave();
            return;
        }
        double[] shares = mix.estimate();
        double answers = mix.seen();
        judge.judge(k, margins, trunk, shares, answers);
        boolean good = judge.gain >= options.margin();
        if (good && seen % outcomes.length != 0) {
            return;
        }
        boolean sure = judge.lower >= options.margin();
        double now = judge.cost;
        if (judge.choose(k, trunk, shares, answers)) {
            if (!sure || judge.cost < now * (1 - WORTH)) {
                start(k, judge.margins, false);
            } else if (wanted == null) {
                wanted = search.look(mix, now * (1 - WORTH), false, k);
            }
        } else if (!good) {
            if (judge.safest(k, trunk, shares, answers)) {
                start(k, judge.margins, false);
            } else {
                leave();
            }
        } else if (wanted == null) {
            wanted = search.look(mix, now * (1 - WORTH), false, k);
        }
    }

    /** Tells the outcome of a check: an answer of the head beside the general model's. */
    public void checked(boolean agree) {
        HeadJudge.Known k = head;
        if (k != null) {
            k.checks.checked(agree, expectedDiffer);
        }
        checks++;
        wrong += agree ? 0 : 1;
        if (checks >= LEAST_CHECKS && wrong > options.mostWrong() * checks) {
            leave();
        }
    }

    private void leave() {
        running = null;
        head = null;
        mix.restart(general);
        recent.restart(general);
        latest.clear();
        before = new int[0];
        sinceWindow = 0;
        search.refuse(null);
    }
}
