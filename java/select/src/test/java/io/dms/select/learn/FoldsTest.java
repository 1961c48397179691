package io.dms.select.learn;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.dms.model.UserException;
import java.util.Arrays;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

class FoldsTest {
    @Test
    void everyRowIsJudgedOnceAndNeverByAFoldThatItTaught() {
        int[] y = Made.clouds(103, 2, 3, 0.1, 1).y();
        Folds folds = Folds.stratified(y, 10, 7);
        int[] judged = new int[y.length];
        for (int f = 0; f < folds.count(); f++) {
            assertThat(folds.inside(f)).hasSizeBetween(10, 11);
            for (int row : folds.inside(f)) {
                judged[row]++;
            }
            int[] both = IntStream.concat(Arrays.stream(folds.inside(f)), Arrays.stream(folds.outside(f)))
                    .sorted()
                    .toArray();
            assertThat(both).containsExactly(IntStream.range(0, y.length).toArray());
        }
        assertThat(judged).containsOnly(1);
    }

    @Test
    void everyFoldHasItsShareOfARareClass() {
        int[] y = new int[200];
        Arrays.fill(y, 0, 20, 1);
        Folds folds = Folds.stratified(y, 10, 3);
        for (int f = 0; f < 10; f++) {
            assertThat(Arrays.stream(folds.inside(f)).filter(i -> y[i] == 1).count())
                    .isEqualTo(2);
        }
    }

    @Test
    void aSeedGivesTheSameFoldsAndAnotherSeedOthers() {
        int[] y = new int[50];
        assertThat(Folds.stratified(y, 5, 1).inside(0))
                .isEqualTo(Folds.stratified(y, 5, 1).inside(0))
                .isNotEqualTo(Folds.stratified(y, 5, 2).inside(0));
        assertThat(Folds.sample(50, 10, 1)).isSorted().doesNotHaveDuplicates().hasSize(10);
        assertThat(Folds.sample(5, 10, 1)).containsExactly(0, 1, 2, 3, 4);
    }

    @Test
    void refusesFewerSamplesThanFolds() {
        assertThatThrownBy(() -> Folds.stratified(new int[9], 10, 1))
                .isInstanceOf(UserException.class)
                .hasMessageContaining("10 folds need at least 10 samples, there are 9");
        assertThatThrownBy(() -> Folds.stratified(new int[9], 1, 1)).isInstanceOf(UserException.class);
    }
}
