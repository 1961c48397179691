package io.dms.schedule.special;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.dms.model.UserException;
import java.lang.management.ManagementFactory;
import java.util.Arrays;
import java.util.List;
import java.util.Objects;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;

/** The on-line rule on made-up streams, with heads whose outcomes are given. */
class SpecialisationRuleTest {
    private static final int CLASSES = 50;
    private static final double GENERAL = 0.80;
    private static final double ACCEPTS = 0.1;

    private final SplittableRandom random = new SplittableRandom(7);
    /** How often heads are right on the held-out images. */
    private double heldOutRight = 0.95;

    private int trials;

    private static Confusion general() {
        SplittableRandom random = new SplittableRandom(3);
        int[] labels = new int[100 * CLASSES];
        int[] answers = new int[labels.length];
        for (int i = 0; i < labels.length; i++) {
            labels[i] = i % CLASSES;
            answers[i] = random.nextDouble() < GENERAL ? labels[i] : random.nextInt(CLASSES);
        }
        return Confusion.of(CLASSES, labels, answers);
    }

    private static CascadeTable table(double gainIn) {
        return new CascadeTable(List.of(
                CascadeTable.Size.flat(4, 1, ACCEPTS, gainIn, -ACCEPTS * GENERAL),
                CascadeTable.Size.flat(40, 1, 0.3, gainIn - 0.3, -0.3 * GENERAL)));
    }

    private static SpecialisationRule rule(double gainIn) {
        return new SpecialisationRule(
                general(), 1, List.of(new SpecialisationRule.Trunk("small", table(gainIn), 0.2)), RuleOptions.DEFAULT);
    }

    private HeadTrial trial(SpecialisationRule.Wanted wanted) {
        trials++;
        return Trials.of(CLASSES, wanted.classes(), 200, GENERAL, heldOutRight, ACCEPTS, false);
    }

    private int generalAnswer(int c) {
        return random.nextDouble() < GENERAL ? c : random.nextInt(CLASSES);
    }

    /** Runs frames, this share of them from four classes; how many ran the head. Heads are right in {@code right}. */
    private int play(SpecialisationRule rule, int frames, int first, double share, double right) {
        int special = 0;
        for (int i = 0; i < frames; i++) {
            boolean in = random.nextDouble() < share;
            int c = in ? first + random.nextInt(4) : random.nextInt(CLASSES);
            SpecialisationRule.Step step = rule.next();
            SpecialisationRule.Wanted running = rule.running();
            if (step == SpecialisationRule.Step.GENERAL || running == null) {
                rule.general(generalAnswer(c));
            } else {
                special++;
                frame(rule, step, running.classes(), c, right);
            }
            SpecialisationRule.Wanted wanted = rule.wanted();
            if (wanted != null) {
                rule.enter(trial(wanted));
            }
        }
        return special;
    }

    private void frame(SpecialisationRule rule, SpecialisationRule.Step step, int[] own, int c, double right) {
        boolean known = Arrays.binarySearch(own, c) >= 0;
        boolean taken = known || random.nextDouble() < ACCEPTS;
        int head = known && random.nextDouble() < right ? c : own[random.nextInt(own.length)];
        int general = generalAnswer(c);
        if (taken && step == SpecialisationRule.Step.CHECKED) {
            rule.checked(head == general);
        }
        if (rule.running() != null) {
            rule.special(taken && step == SpecialisationRule.Step.SPECIAL ? head : general, !taken);
        }
    }

    @Test
    void aSkewedStreamIsServedByAHeadSoon() {
        SpecialisationRule rule = rule(0.15);
        assertThat(play(rule, 30, 10, 0.95, 0.95)).isZero();
        assertThat(play(rule, 970, 10, 0.95, 0.95)).isGreaterThan(850);
        SpecialisationRule.Wanted running = rule.running();
        assertThat(Objects.requireNonNull(running).classes()).contains(10, 11, 12, 13);
    }

    @Test
    void aStreamWithoutSkewIsLeftToTheGeneralModelButForShortMistakes() {
        assertThat(play(rule(0.15), 3000, 10, 0, 0.95)).isLessThan(150);
    }

    @Test
    void aSizeThatCannotReachTheGeneralModelIsNeverAskedFor() {
        SpecialisationRule rule = rule(-0.1);
        play(rule, 500, 10, 1, 0.95);
        assertThat(trials).isZero();
    }

    @Test
    void aBadHeadIsNotEnteredThoughHeadsOfItsSizeAreGoodAndFewAreTried() {
        heldOutRight = 0.7;
        SpecialisationRule rule = rule(0.15);
        assertThat(play(rule, 3000, 10, 0.95, 0.7)).isZero();
        assertThat(trials).isBetween(1, 40);
    }

    @Test
    void aHeadIsNotTrainedTwice() {
        heldOutRight = 0.7;
        SpecialisationRule rule = rule(0.15);
        for (int i = 0; i < 3000; i++) {
            rule.general(10 + i % 4);
            SpecialisationRule.Wanted wanted = rule.wanted();
            if (wanted != null) {
                rule.enter(trial(wanted));
            }
        }
        assertThat(trials).isBetween(1, RuleOptions.DEFAULT.mostTried());
    }

    @Test
    void aChangeOfContextIsNoticedByTheAnswers() {
        SpecialisationRule rule = rule(0.15);
        play(rule, 500, 10, 0.95, 0.95);
        assertThat(rule.running()).isNotNull();
        play(rule, 150, 30, 0.95, 0.95);
        int special = play(rule, 500, 30, 0.95, 0.95);
        assertThat(special).isGreaterThan(350);
        assertThat(Objects.requireNonNull(rule.running()).classes()).contains(30, 31, 32, 33);
    }

    @Test
    void aHeadThatWasGoodAndTurnsBadIsLeftAndNotEnteredAgainAtOnce() {
        SpecialisationRule rule = rule(0.15);
        int good = play(rule, 2000, 10, 0.95, 0.95);
        assertThat(good).isGreaterThan(1700);
        play(rule, 4000, 10, 0.95, 0);
        int bad = play(rule, 4000, 10, 0.95, 0);
        assertThat(bad).isLessThan(4000 / 2);
    }

    @Test
    void aHeadThatDisagreesWithItsChecksIsLeft() {
        SpecialisationRule rule = rule(0.15);
        play(rule, 200, 10, 0.95, 0.95);
        assertThat(rule.running()).isNotNull();
        for (int i = 0; i < 20 && rule.running() != null; i++) {
            rule.checked(false);
        }
        assertThat(rule.running()).isNull();
    }

    @Test
    void aCheaperHeadTakesOverFromADearerOneWhileItRuns() {
        List<SpecialisationRule.Trunk> trunks = List.of(
                new SpecialisationRule.Trunk("dear", table(0.15), 0.5),
                new SpecialisationRule.Trunk("cheap", table(-0.02), 0.1));
        SpecialisationRule rule = new SpecialisationRule(general(), 1, trunks, RuleOptions.DEFAULT);
        play(rule, 60, 10, 0.98, 0.95);
        SpecialisationRule.Wanted first = rule.running();
        assertThat(Objects.requireNonNull(first).trunk()).isZero();
        SpecialisationRule better = new SpecialisationRule(
                general(),
                1,
                List.of(trunks.get(0), new SpecialisationRule.Trunk("cheap", table(0.15), 0.1)),
                RuleOptions.DEFAULT);
        play(better, 1000, 10, 0.98, 0.95);
        assertThat(Objects.requireNonNull(better.running()).trunk()).isEqualTo(1);
    }

    @Test
    void theSameStreamGivesTheSameSteps() {
        int a = play(rule(0.15), 1000, 10, 0.8, 0.95);
        SpecialisationRuleTest again = new SpecialisationRuleTest();
        assertThat(again.play(rule(0.15), 1000, 10, 0.8, 0.95)).isEqualTo(a);
    }

    @Test
    void aStepAllocatesNothing() {
        SpecialisationRule rule = rule(0.15);
        play(rule, 600, 10, 1, 0.95);
        int[] own = Objects.requireNonNull(rule.running()).classes();
        steps(rule, own);
        var threads = (com.sun.management.ThreadMXBean) ManagementFactory.getThreadMXBean();
        long before = threads.getCurrentThreadAllocatedBytes();
        steps(rule, own);
        assertThat(threads.getCurrentThreadAllocatedBytes() - before).isLessThan(200);
        assertThat(rule.running()).isNotNull();
    }

    /** Frames between two decisions on the margins, with several looks at the estimate. */
    private static void steps(SpecialisationRule rule, int[] own) {
        for (int i = 0; i < 50; i++) {
            rule.next();
            rule.special(own[i % own.length], false);
        }
    }

    @Test
    void constantsThatCannotBeAreRefused() {
        assertThatThrownBy(() -> new RuleOptions(1, 2, 0.01, 0.5, 0, 1, 21, 3, 1))
                .isInstanceOf(UserException.class);
        assertThatThrownBy(() -> new RuleOptions(30, 2, 1.5, 0.5, 0, 1, 21, 3, 1))
                .isInstanceOf(UserException.class);
        assertThatThrownBy(() -> new RuleOptions(30, 2, 0.01, Double.NaN, 0, 1, 21, 3, 1))
                .isInstanceOf(UserException.class);
        assertThatThrownBy(() -> RuleOptions.DEFAULT.withErrors(-1))
                .isInstanceOf(UserException.class)
                .hasMessageContaining("standard errors");
        assertThatThrownBy(() -> new SpecialisationRule(
                        general(), 0, List.of(new SpecialisationRule.Trunk("t", table(0.1), 1)), RuleOptions.DEFAULT))
                .isInstanceOf(UserException.class);
        CascadeTable.Size size = CascadeTable.Size.flat(4, 1, 0, 0, 0);
        assertThatThrownBy(() -> new CascadeTable(List.of(size, size))).isInstanceOf(UserException.class);
    }
}
