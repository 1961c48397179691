package io.dms.runtime;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.Random;
import org.junit.jupiter.api.Test;

class ArenaPlannerTest {
    @Test
    void buffersThatLiveTogetherNeverOverlap() {
        Random random = new Random(4);
        for (int trial = 0; trial < 50; trial++) {
            int n = 1 + random.nextInt(40);
            long[] bytes = new long[n];
            int[] first = new int[n];
            int[] last = new int[n];
            ArenaPlanner planner = new ArenaPlanner();
            for (int i = 0; i < n; i++) {
                bytes[i] = random.nextInt(5000);
                first[i] = random.nextInt(30);
                last[i] = first[i] + random.nextInt(10);
                planner.add(bytes[i], first[i], last[i]);
            }
            for (int i = 0; i < n; i++) {
                long at = planner.offset(i);
                assertThat(at % ArenaPlanner.ALIGNMENT).isZero();
                assertThat(at + bytes[i]).isLessThanOrEqualTo(planner.size());
                for (int j = 0; j < i; j++) {
                    boolean together = first[i] <= last[j] && first[j] <= last[i];
                    boolean apart = at + bytes[i] <= planner.offset(j) || planner.offset(j) + bytes[j] <= at;
                    assertThat(!together || apart)
                            .as("trial %d, %d and %d", trial, i, j)
                            .isTrue();
                }
            }
        }
    }

    @Test
    void aChainTakesTheRoomOfItsTwoLargestNeighbours() {
        ArenaPlanner planner = new ArenaPlanner();
        for (int i = 0; i < 10; i++) {
            planner.add(640, i, i + 1);
        }
        assertThat(planner.size()).isEqualTo(1280);
    }

    /** The small one lies where the largest is free; placed first, it would be in its way. */
    @Test
    void whatIsLargestIsPlacedFirst() {
        ArenaPlanner planner = new ArenaPlanner();
        planner.add(64, 0, 0);
        planner.add(128, 0, 1);
        planner.add(192, 1, 1);
        assertThat(planner.size()).isEqualTo(320);
    }

    @Test
    void aBufferThatIsAddedLaterIsPlacedToo() {
        ArenaPlanner planner = new ArenaPlanner();
        planner.add(64, 0, 1);
        assertThat(planner.size()).isEqualTo(64);
        int later = planner.add(64, 1, 2);
        assertThat(planner.offset(later)).isEqualTo(64);
        assertThat(planner.size()).isEqualTo(128);
    }
}
