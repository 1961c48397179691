package io.dms.select.published;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.offset;

import io.dms.model.UserException;
import io.dms.select.sample.SampleTable;
import java.util.ArrayList;
import java.util.List;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

class ModelSelectionTest {
    private static int[] chosen(List<ModelSelection.Step> steps) {
        return steps.stream().mapToInt(ModelSelection.Step::candidate).toArray();
    }

    /** Rows of a table: so many samples on which exactly these candidates are right. */
    private static void add(List<boolean[]> rows, int count, int candidates, int... right) {
        for (int i = 0; i < count; i++) {
            boolean[] row = new boolean[candidates];
            for (int c : right) {
                row[c] = true;
            }
            rows.add(row);
        }
    }

    private static SampleTable table(List<boolean[]> rows) {
        return Tables.of(rows.toArray(new boolean[0][]));
    }

    @Test
    void choosesThePapersThreeModelsFromThePapersShares() {
        // 70.75 % right by the cheapest; of the rest 12.84 points by one, 2.55 more by another, 0.4 by a last
        List<boolean[]> rows = new ArrayList<>();
        add(rows, 7075, 4, 0);
        add(rows, 1284, 4, 2);
        add(rows, 255, 4, 1);
        add(rows, 40, 4, 3);
        add(rows, 1346, 4);
        SampleTable table = table(rows);
        List<ModelSelection.Step> steps = ModelSelection.select(table, Tables.range(0, 10000), 0.5, ModelsBy.ACCURACY);
        assertThat(chosen(steps)).containsExactly(0, 2, 1);
        assertThat(steps.get(1).gain()).isEqualTo(12.84, offset(1e-9));
        assertThat(steps.get(2).covered()).isEqualTo(0.8614, offset(1e-9));
        assertThat(chosen(ModelSelection.select(table, Tables.range(0, 10000), 5, ModelsBy.ACCURACY)))
                .containsExactly(0, 2);
    }

    @Test
    void accuracyTakesTheBestAndOptimalTheCheapestThatIsRight() {
        List<boolean[]> rows = new ArrayList<>();
        add(rows, 60, 4, 0, 1, 2);
        add(rows, 20, 4, 1, 2);
        add(rows, 6, 4, 2);
        add(rows, 9, 4, 3);
        add(rows, 5, 4);
        SampleTable table = table(rows);
        int[] all = Tables.range(0, 100);
        assertThat(chosen(ModelSelection.select(table, all, 0.5, ModelsBy.ACCURACY)))
                .containsExactly(0, 2, 3);
        assertThat(chosen(ModelSelection.select(table, all, 0.5, ModelsBy.OPTIMAL)))
                .containsExactly(0, 1, 3, 2);
        assertThat(chosen(ModelSelection.select(table, all, 0.5, ModelsBy.ALTERNATE)))
                .containsExactly(0, 2, 3);
    }

    @ParameterizedTest
    @EnumSource
    void addsOnlyWhatGainsMoreThanTheThresholdAndCountsWhatIsCovered(ModelsBy by) {
        SplittableRandom random = new SplittableRandom(11);
        for (int trial = 0; trial < 40; trial++) {
            boolean[][] right = new boolean[200][6];
            for (boolean[] row : right) {
                double difficulty = random.nextDouble();
                for (int c = 0; c < row.length; c++) {
                    row[c] = difficulty < 0.3 + 0.1 * c + 0.3 * random.nextDouble();
                }
            }
            SampleTable table = Tables.of(right);
            double threshold = random.nextDouble() * 5;
            List<ModelSelection.Step> steps = ModelSelection.select(table, Tables.range(0, 200), threshold, by);
            assertThat(chosen(steps)).doesNotHaveDuplicates();
            for (int s = 1; s < steps.size(); s++) {
                assertThat(steps.get(s).gain()).isGreaterThan(threshold);
            }
            int covered = 0;
            for (boolean[] row : right) {
                boolean any = false;
                for (int c : chosen(steps)) {
                    any |= row[c];
                }
                covered += any ? 1 : 0;
            }
            assertThat(steps.get(steps.size() - 1).covered()).isEqualTo(covered / 200.0, offset(1e-9));
        }
    }

    @Test
    void looksOnlyAtTheSamplesItIsGiven() {
        List<boolean[]> rows = new ArrayList<>();
        add(rows, 50, 2, 0);
        add(rows, 50, 2, 1);
        assertThat(chosen(ModelSelection.select(table(rows), Tables.range(50, 100), 0.5, ModelsBy.ACCURACY)))
                .containsExactly(1);
    }

    @Test
    void refusesATableOnWhichNobodyIsEverRight() {
        assertThatThrownBy(() -> ModelSelection.select(
                        Tables.of(new boolean[20][2]), Tables.range(0, 20), 0.5, ModelsBy.OPTIMAL))
                .isInstanceOf(UserException.class)
                .hasMessageContaining("no candidate is right");
        assertThatThrownBy(() -> ModelsBy.of("best")).isInstanceOf(UserException.class);
        assertThat(ModelsBy.of("optimal")).isEqualTo(ModelsBy.OPTIMAL);
    }

    @Test
    void theOptimumIsTheCheapestThatIsRight() {
        SampleTable table = Tables.of(new boolean[][] {
            {true, true, true}, {false, true, true}, {false, false, true}, {false, false, false}, {true, false, true}
        });
        assertThat(Optimum.of(table, Tables.range(0, 5), new int[] {0, 2, 1})).containsExactly(0, 2, 1, 3, 0);
        assertThat(Optimum.of(table, new int[] {4, 1}, new int[] {2, 1})).containsExactly(0, 1);
    }
}
