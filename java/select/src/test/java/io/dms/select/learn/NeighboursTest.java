package io.dms.select.learn;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.dms.model.UserException;
import java.util.Comparator;
import java.util.List;
import java.util.SplittableRandom;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

class NeighboursTest {
    private static float squared(float[] a, float[] b) {
        float sum = 0;
        for (int f = 0; f < a.length; f++) {
            float d = a[f] - b[f];
            sum += d * d;
        }
        return sum;
    }

    @Test
    void findsWhatSortingAllPointsFinds() {
        SplittableRandom random = new SplittableRandom(5);
        for (int trial = 0; trial < 60; trial++) {
            int features = 1 + random.nextInt(9);
            int points = 5 + random.nextInt(1500);
            int k = 1 + random.nextInt(5);
            // a coarse grid, so that there are ties
            float[][] rows = new float[points][features];
            for (float[] row : rows) {
                for (int f = 0; f < features; f++) {
                    row[f] = random.nextInt(6) / 8f;
                }
            }
            float[] query = rows[random.nextInt(points)].clone();
            query[0] += 0.0625f;
            float radius = trial % 3 == 0 ? 0.2f : Float.POSITIVE_INFINITY;
            List<Integer> expected = IntStream.range(0, points)
                    .boxed()
                    .filter(i -> Math.sqrt(squared(rows[i], query)) <= radius)
                    .sorted(Comparator.comparingDouble((Integer i) -> squared(rows[i], query))
                            .thenComparing(Comparator.naturalOrder()))
                    .limit(k)
                    .toList();
            Neighbours neighbours = Neighbours.of(rows, k);
            int found = neighbours.find(query, radius);
            assertThat(IntStream.range(0, found).mapToObj(neighbours::index).toList())
                    .as("trial %s", trial)
                    .isEqualTo(expected);
            for (int i = 0; i < found; i++) {
                assertThat(neighbours.distance(i)).isEqualTo((float) Math.sqrt(squared(rows[expected.get(i)], query)));
            }
        }
    }

    @Test
    void findsNoneForAQueryThatIsNoNumber() {
        Neighbours neighbours = Neighbours.of(new float[][] {{0}, {1}}, 1);
        assertThat(neighbours.find(new float[] {Float.NaN}, Float.POSITIVE_INFINITY))
                .isZero();
    }

    @Test
    void refusesFewerSamplesThanNeighbours() {
        assertThatThrownBy(() -> Neighbours.of(new float[4][2], 5))
                .isInstanceOf(UserException.class)
                .hasMessageContaining("5 nearest neighbours need at least 5 training samples, there are 4");
        assertThatThrownBy(() -> Neighbours.of(new float[4][2], 0)).isInstanceOf(UserException.class);
    }

    @Test
    void anotherThreadsCopyHasItsOwnResult() {
        Neighbours mine = Neighbours.of(new float[][] {{0}, {1}}, 1);
        Neighbours other = mine.own();
        mine.find(new float[] {0}, Float.POSITIVE_INFINITY);
        other.find(new float[] {1}, Float.POSITIVE_INFINITY);
        assertThat(mine.index(0)).isZero();
        assertThat(other.index(0)).isOne();
    }
}
