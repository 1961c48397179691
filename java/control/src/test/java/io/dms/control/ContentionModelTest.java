package io.dms.control;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;

class ContentionModelTest {
    @Test
    void coefficients_are_found_where_the_others_vary() {
        double[] truth = {0, 0.4, 1.3};
        ContentionModel m = new ContentionModel(3);
        SplittableRandom random = new SplittableRandom(5);
        for (int t = 0; t < 2000; t++) {
            double[] busy = {0.5, random.nextDouble(), random.nextDouble()};
            double ratio = 1.2 * (1 + truth[1] * busy[1] + truth[2] * busy[2]);
            m.learn(0, ratio * (1 + 0.02 * (random.nextDouble() - 0.5)), 0.001, 10, busy, 0.5, 0.03);
        }
        assertThat(m.slowdown(0)).isCloseTo(1.2, within(0.1));
        assertThat(m.coefficient(0, 1)).isCloseTo(0.4, within(0.1));
        assertThat(m.coefficient(0, 2)).isCloseTo(1.3, within(0.1));
    }

    @Test
    void a_step_of_load_is_followed_within_few_periods_though_nothing_else_varies() {
        ContentionModel m = new ContentionModel(2);
        double[] busy = {0.5, 0.6};
        for (int t = 0; t < 300; t++) {
            m.learn(0, 1.6, 0.001, 10, busy, 0, 0.03);
        }
        for (int t = 0; t < 4; t++) {
            m.learn(0, 2.4, 0.001, 10, busy, 0, 0.03);
        }
        assertThat(m.slowdown(0) * (1 + m.coefficient(0, 1) * 0.6)).isCloseTo(2.4, within(0.1));
        assertThat(m.slowdown(0)).isCloseTo(1.5, within(0.1));
    }

    @Test
    void nonsense_moves_nothing_out_of_bounds() {
        ContentionModel m = new ContentionModel(2);
        SplittableRandom random = new SplittableRandom(5);
        for (int t = 0; t < 10_000; t++) {
            double[] busy = {random.nextDouble(), random.nextDouble()};
            double ratio = random.nextInt(5) == 0 ? Double.NaN : random.nextDouble() * 200 - 50;
            m.learn(t & 1, ratio, random.nextDouble(), random.nextInt(4), busy, 0, 0.03);
            for (int i = 0; i < 2; i++) {
                assertThat(m.slowdown(i)).isBetween(0.3, 50.0);
                assertThat(m.coefficient(i, 1 - i)).isBetween(0.0, 3.0);
                assertThat(m.scatter(i)).isBetween(0.05, 2.0);
            }
        }
    }
}
