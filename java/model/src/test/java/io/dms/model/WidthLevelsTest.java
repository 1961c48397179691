package io.dms.model;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Random;
import org.junit.jupiter.api.Test;

/** The rounding rule, and that levels are nested. */
class WidthLevelsTest {
    private static int count(int size, int perUnit, double width) {
        ChannelGroups groups = new ChannelGroups(List.of(new ChannelGroup("g", size, perUnit, null)), Map.of());
        return WidthLevels.uniform(groups, width).count(0);
    }

    @Test
    void countsAreTheNearestMultipleOfEightAndNeverBelow() {
        assertThat(count(16, 1, 0.75)).isEqualTo(16);
        assertThat(count(16, 1, 0.25)).isEqualTo(8);
        assertThat(count(64, 1, 0.75)).isEqualTo(48);
        assertThat(count(24, 1, 0.5)).isEqualTo(16);
        assertThat(count(10, 1, 0.1)).isEqualTo(8);
        assertThat(count(10, 1, 1.0)).isEqualTo(10);
    }

    @Test
    void largeGroupsAreCutInSixteensAndUnitsCountWithTheirChannels() {
        assertThat(count(256, 1, 0.35)).isEqualTo(96);
        assertThat(count(32, 4, 0.5)).as("32 groups of 4 channels").isEqualTo(16);
        assertThat(count(32, 4, 0.3)).isEqualTo(8);
    }

    @Test
    void countsNeverFallAsTheWidthGrows() {
        Random random = new Random(7);
        for (int i = 0; i < 2000; i++) {
            int size = 8 + random.nextInt(600);
            int perUnit = 1 << random.nextInt(4);
            double a = 0.01 + 0.99 * random.nextDouble();
            double b = 0.01 + 0.99 * random.nextDouble();
            int low = count(size, perUnit, Math.min(a, b));
            int high = count(size, perUnit, Math.max(a, b));
            assertThat(low)
                    .as("size %d unit %d widths %s %s", size, perUnit, a, b)
                    .isBetween(1, high);
            assertThat(high).isLessThanOrEqualTo(size);
        }
    }

    @Test
    void aWidthOutsideItsRangeIsRefused() {
        for (double w : new double[] {0, -1, 1.01, Double.NaN}) {
            assertThatThrownBy(() -> WidthLevels.uniform(ChannelGroups.none(), w))
                    .isInstanceOf(UserException.class)
                    .hasMessageContaining("width must be above 0");
        }
    }

    @Test
    void levelsThatAreNotNestedAreRefused() {
        ChannelGroups groups = new ChannelGroups(List.of(new ChannelGroup("g", 32, 1, null)), Map.of());
        List<WidthLevel> levels = new ArrayList<>();
        levels.add(new WidthLevel("1.00", 1, new int[] {32}, Map.of()));
        levels.add(new WidthLevel("0.50", 0.5, new int[] {16}, Map.of()));
        levels.add(new WidthLevel("0.25", 0.25, new int[] {24}, Map.of()));
        assertThatThrownBy(() -> WidthLevels.checkNested(groups, levels))
                .isInstanceOf(ModelException.class)
                .hasMessageContaining("level 0.25 keeps 24 of group g");
    }
}
