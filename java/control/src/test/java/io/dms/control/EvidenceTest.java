package io.dms.control;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.Random;
import java.util.function.ToDoubleFunction;
import org.junit.jupiter.api.Test;

class EvidenceTest {
    private static final double AIM = 0.02;
    private final Evidence evidence = new Evidence();

    private void add(int n, double z) {
        for (int i = 0; i < n; i++) {
            evidence.add(z);
        }
    }

    /** Share of values above what the evidence before them allowed, where it allowed anything. */
    private static double above(ToDoubleFunction<Random> draw, double load) {
        Evidence e = new Evidence();
        Random random = new Random(11);
        int n = 0;
        int above = 0;
        for (int i = 0; i < 60_000; i++) {
            double upper = e.upper(AIM, load);
            double z = draw.applyAsDouble(random);
            if (upper < Double.POSITIVE_INFINITY) {
                n++;
                above += z > upper ? 1 : 0;
            }
            e.add(z);
        }
        assertThat(n).isGreaterThan(50_000);
        return above / (double) n;
    }

    @Test
    void however_slow_downs_are_distributed_about_as_many_exceed_it_as_may() {
        // The lower of two bounds is exceeded somewhat more often than either.
        assertThat(above(Random::nextGaussian, 0)).isBetween(0.01, 0.03);
        assertThat(above(r -> r.nextInt(20) == 0 ? 1 + r.nextDouble() : 0.1 * r.nextDouble(), 0))
                .isBetween(0.01, 0.03);
        assertThat(above(r -> -Math.log(r.nextDouble()), 0.7)).isBetween(0.01, 0.03);
        assertThat(above(r -> 1 / Math.sqrt(r.nextDouble()), 1.4)).isBetween(0.01, 0.03);
    }

    @Test
    void it_says_nothing_before_enough_frames_were_seen() {
        add(48, 0.1);
        assertThat(evidence.upper(AIM, 0)).isInfinite();
        add(1, 0.1);
        assertThat(evidence.upper(AIM, 0)).isEqualTo(0.1);
        assertThat(evidence.upper(0.001, 0)).isInfinite();
    }

    @Test
    void it_says_nothing_about_a_load_that_its_frames_have_not_had() {
        add(300, 0.1);
        assertThat(evidence.upper(AIM, 0.1)).isEqualTo(0.1);
        assertThat(evidence.upper(AIM, 0.11)).isInfinite();
        add(20, 0.5);
        assertThat(evidence.upper(AIM, 0.3)).isEqualTo(0.5);
    }

    @Test
    void it_is_never_below_the_load() {
        add(300, 0.1);
        add(10, 0.4);
        assertThat(evidence.upper(0.5, 0.3)).isEqualTo(0.3);
    }

    @Test
    void a_load_that_fell_is_believed_after_fifty_frames() {
        add(300, 0.7);
        add(49, 0.1);
        assertThat(evidence.upper(AIM, 0)).isEqualTo(0.7);
        add(1, 0.1);
        assertThat(evidence.upper(AIM, 0)).isEqualTo(0.1);
    }

    @Test
    void loads_that_take_turns_count_together() {
        for (int i = 0; i < 400; i++) {
            evidence.add(i / 20 % 2 == 0 ? 0 : 0.7);
        }
        assertThat(evidence.upper(AIM, 0.7)).isEqualTo(0.7);
        assertThat(evidence.upper(AIM, 0)).isEqualTo(0.7);
    }

    @Test
    void after_forgetting_it_is_as_new() {
        add(300, 0.7);
        evidence.forget();
        add(40, 0.1);
        assertThat(evidence.upper(AIM, 0)).isInfinite();
        add(500, 0.1);
        add(10, 0.2);
        assertThat(evidence.upper(AIM, 0)).isEqualTo(0.2);
        add(60, 0.1);
        assertThat(evidence.upper(AIM, 0)).isEqualTo(0.1);
    }
}
