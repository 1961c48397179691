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

/** The on-line rule on made-up streams, with heads whose rates are given. */
class SpecialisationRuleTest {
    private static final int CLASSES = 50;
    private static final double GENERAL = 0.80;
    private static final CascadeRates GOOD = new CascadeRates(4, 0.95, 0.03, 0.9);

    private final SplittableRandom random = new SplittableRandom(7);

    private static SpecialisationRule rule(double right) {
        CascadeTable table = new CascadeTable(
                List.of(new CascadeRates(4, right, 0.03, 0.9), new CascadeRates(40, right - 0.3, 0.1, 0.7)));
        return new SpecialisationRule(
                CLASSES, GENERAL, 1, List.of(new SpecialisationRule.Trunk("small", table, 0.2)), RuleOptions.DEFAULT);
    }

    /** Runs frames whose classes are the first four with this share; how many ran the head. */
    private int play(SpecialisationRule rule, int frames, int first, double share, double agree) {
        int special = 0;
        for (int i = 0; i < frames; i++) {
            boolean in = random.nextDouble() < share;
            int c = in ? first + random.nextInt(4) : random.nextInt(CLASSES);
            SpecialisationRule.Step step = rule.next();
            SpecialisationRule.Wanted running = rule.running();
            if (step == SpecialisationRule.Step.GENERAL || running == null) {
                rule.general(c);
                if (rule.wanted() != null) {
                    rule.enter(GOOD);
                }
                continue;
            }
            special++;
            boolean own = Arrays.binarySearch(running.classes(), c) >= 0;
            boolean other = own ? random.nextDouble() < GOOD.missed() : random.nextDouble() < GOOD.passed();
            rule.special(other);
            if (step == SpecialisationRule.Step.CHECKED && !other && rule.running() != null) {
                rule.checked(random.nextDouble() < agree);
            }
        }
        return special;
    }

    @Test
    void aSkewedStreamIsServedByAHeadAfterOneWindow() {
        SpecialisationRule rule = rule(0.95);
        assertThat(play(rule, 30, 10, 0.95, 0.9)).isZero();
        assertThat(play(rule, 970, 10, 0.95, 0.9)).isGreaterThan(900);
        SpecialisationRule.Wanted running = rule.running();
        assertThat(Objects.requireNonNull(running).classes()).contains(10, 11, 12, 13);
    }

    @Test
    void aStreamWithoutSkewIsLeftToTheGeneralModelButForShortMistakes() {
        assertThat(play(rule(0.95), 3000, 10, 0, 0.9)).isLessThan(100);
    }

    @Test
    void aHeadThatCannotReachTheGeneralModelIsNeverAskedFor() {
        SpecialisationRule rule = rule(0.70);
        for (int i = 0; i < 500; i++) {
            rule.general(i % 4);
            assertThat(rule.wanted()).isNull();
        }
    }

    @Test
    void aChangeOfContextIsNoticedByWhatFallsThrough() {
        SpecialisationRule rule = rule(0.95);
        play(rule, 500, 10, 0.95, 0.9);
        assertThat(rule.running()).isNotNull();
        play(rule, 100, 30, 0.95, 0.9);
        int special = play(rule, 500, 30, 0.95, 0.9);
        assertThat(special).isGreaterThan(400);
        assertThat(Objects.requireNonNull(rule.running()).classes()).contains(30, 31, 32, 33);
    }

    @Test
    void aHeadThatDisagreesWithItsChecksIsLeft() {
        SpecialisationRule rule = rule(0.95);
        play(rule, 100, 10, 0.95, 0.9);
        assertThat(rule.running()).isNotNull();
        rule.checked(false);
        assertThat(rule.running()).isNotNull();
        rule.checked(false);
        assertThat(rule.running()).isNull();
    }

    @Test
    void aHeadThatTurnsOutWorseThanItsTableIsNotEnteredAndNotAskedForAgainAtOnce() {
        SpecialisationRule rule = rule(0.95);
        for (int i = 0; i < 30; i++) {
            rule.general(i % 4);
        }
        assertThat(rule.wanted()).isNotNull();
        assertThat(rule.enter(new CascadeRates(4, 0.6, 0.2, 0.5))).isFalse();
        for (int i = 0; i < 60; i++) {
            rule.general(i % 4);
        }
        assertThat(rule.wanted()).isNull();
        assertThat(rule.next()).isEqualTo(SpecialisationRule.Step.GENERAL);
    }

    @Test
    void theSameStreamGivesTheSameSteps() {
        int a = play(rule(0.95), 1000, 10, 0.8, 0.9);
        SpecialisationRuleTest again = new SpecialisationRuleTest();
        assertThat(again.play(rule(0.95), 1000, 10, 0.8, 0.9)).isEqualTo(a);
    }

    @Test
    void aStepAllocatesNothing() {
        SpecialisationRule rule = rule(0.95);
        play(rule, 200, 10, 1, 1);
        assertThat(rule.running()).isNotNull();
        var threads = (com.sun.management.ThreadMXBean) ManagementFactory.getThreadMXBean();
        steps(rule);
        long before = threads.getCurrentThreadAllocatedBytes();
        steps(rule);
        assertThat(threads.getCurrentThreadAllocatedBytes() - before).isLessThan(200);
    }

    private static void steps(SpecialisationRule rule) {
        for (int i = 0; i < 1000; i++) {
            rule.next();
            rule.special(i % 20 == 0);
        }
    }

    @Test
    void constantsThatCannotBeAreRefused() {
        assertThatThrownBy(() -> new RuleOptions(1, 2, 0.01, 0.5, 0, 21, 1)).isInstanceOf(UserException.class);
        assertThatThrownBy(() -> new RuleOptions(30, 2, 1.5, 0.5, 0, 21, 1)).isInstanceOf(UserException.class);
        assertThatThrownBy(() -> new RuleOptions(30, 2, 0.01, Double.NaN, 0, 21, 1))
                .isInstanceOf(UserException.class);
        CascadeTable table = new CascadeTable(List.of(GOOD));
        assertThatThrownBy(() -> new SpecialisationRule(
                        10, 0, 1, List.of(new SpecialisationRule.Trunk("t", table, 1)), RuleOptions.DEFAULT))
                .isInstanceOf(UserException.class);
        assertThatThrownBy(() -> new CascadeTable(List.of(GOOD, GOOD))).isInstanceOf(UserException.class);
    }
}
