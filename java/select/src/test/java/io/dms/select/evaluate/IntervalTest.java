package io.dms.select.evaluate;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.Arrays;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

class IntervalTest {
    @Test
    void nineteenOfTwentyResamplesLieWithin() {
        double[] resampled =
                IntStream.rangeClosed(0, 1000).mapToDouble(i -> 1000 - i).toArray();
        Interval i = Interval.of(500, resampled);
        assertThat(i.low()).isEqualTo(25);
        assertThat(i.high()).isEqualTo(975);
        assertThat(i.value()).isEqualTo(500);
    }

    @Test
    void whereMostResamplesHaveNoFigureThereIsNoInterval() {
        double[] resampled = new double[100];
        Arrays.fill(resampled, 0, 60, Double.NaN);
        assertThat(Interval.of(1, resampled).low()).isNaN();
        Arrays.fill(resampled, 0, 60, 0);
        Arrays.fill(resampled, 0, 30, Double.NaN);
        assertThat(Interval.of(1, resampled).low()).isZero();
    }
}
