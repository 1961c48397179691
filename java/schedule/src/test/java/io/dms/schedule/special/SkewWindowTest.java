package io.dms.schedule.special;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.dms.model.UserException;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class SkewWindowTest {
    @ParameterizedTest
    @CsvSource({"7,0.6", "7,0.95", "14,0.8", "21,0.9"})
    void aStreamOfThatSkewIsDominatedAndAnEvenOneIsNot(int n, double p) {
        SplittableRandom random = new SplittableRandom(1);
        SkewWindow skewed = new SkewWindow(200, 1000);
        SkewWindow even = new SkewWindow(200, 1000);
        for (int i = 0; i < 1500; i++) {
            skewed.add(random.nextDouble() < p + 0.03 ? 50 + random.nextInt(n) : random.nextInt(200));
            even.add(random.nextInt(200));
        }
        assertThat(skewed.dominated(n, p)).isTrue();
        assertThat(even.dominated(n, p)).isFalse();
        for (int c : skewed.top(n)) {
            assertThat(c).isBetween(50, 49 + n);
        }
    }

    @Test
    void theOldestAnswerGoesAndAWindowThatIsNotFullDominatesNothing() {
        SkewWindow w = new SkewWindow(3, 4);
        w.add(0);
        w.add(0);
        w.add(1);
        assertThat(w.dominated(1, 0.5)).isFalse();
        w.add(2);
        assertThat(w.share(1)).isEqualTo(0.5);
        w.add(1);
        w.add(1);
        assertThat(w.share(1)).isEqualTo(0.75);
        assertThat(w.top(1)).containsExactly(1);
        assertThat(w.seen(1)).containsExactly(1, 2);
        w.clear();
        assertThat(w.share(3)).isZero();
    }

    @Test
    void classesAndSizesThatCannotBeAreRefused() {
        assertThatThrownBy(() -> new SkewWindow(1, 10)).isInstanceOf(UserException.class);
        assertThatThrownBy(() -> new SkewWindow(5, 10).add(5)).isInstanceOf(IllegalArgumentException.class);
    }
}
