package io.dms.select.published;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.dms.model.UserException;
import io.dms.select.TrainingData;
import io.dms.select.learn.Learner;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

class SoundnessStudyTest {
    private static PublishedOptions options() {
        return new PublishedOptions(
                0.5,
                ModelsBy.OPTIMAL,
                0.75,
                0.5,
                1,
                200,
                3,
                false,
                List.of(Learner.KNN),
                5,
                Soundness.NONE,
                0.5,
                0.05,
                0.5,
                Learner.BAYES,
                "cheapest",
                "best");
    }

    @Test
    void thePromiseIsKeptWithinAPointOverTwentySplitsWhetherFeaturesTellAnythingOrNot() {
        for (double noise : new double[] {0.05, 100}) {
            SoundnessStudy study = SoundnessStudy.of(Tables.images(4000, noise, 1), options(), 20, 1);
            assertThat(study.choices()).isEqualTo(40_000);
            for (SoundnessStudy.Promise promise : study.promises()) {
                assertThat(promise.points())
                        .as("noise %s, promised %s", noise, promise.promised())
                        .isLessThan(1);
            }
        }
    }

    @Test
    void refusalsFallOnWrongChoicesWhereFeaturesTellAndOnNearlyAllWhereTheyDoNot() {
        SoundnessStudy telling = SoundnessStudy.of(Tables.images(2000, 0.05, 1), options(), 2, 1);
        assertThat(telling.wrongRefused()).isGreaterThan(1.5 * telling.rightRefused());
        SoundnessStudy noise = SoundnessStudy.of(Tables.images(2000, 100, 1), options(), 2, 1);
        assertThat(noise.rightRefused()).isGreaterThan(0.5);
        assertThat(noise.wrong()).isGreaterThan(telling.wrong());
        assertThat(telling.outside()).isBetween(0.0, 0.01);
    }

    @Test
    void refusesATableWithoutFeatures() {
        TrainingData data = new TrainingData(Tables.images(100, 0.1, 1).samples(), null, 0, Map.of());
        assertThatThrownBy(() -> SoundnessStudy.of(data, options(), 20, 1))
                .isInstanceOf(UserException.class)
                .hasMessageContaining("has none");
    }
}
