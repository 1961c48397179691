package io.dms.select.learn;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.dms.model.UserException;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class DatasetTest {
    @ParameterizedTest
    @ValueSource(floats = {Float.NaN, Float.POSITIVE_INFINITY, Float.NEGATIVE_INFINITY})
    void namesTheSampleAndFeatureThatIsNoNumber(float bad) {
        assertThatThrownBy(() ->
                        new Dataset(List.of("hue1", "contrast"), new float[][] {{1, 2}, {3, bad}}, new int[2], 2))
                .isInstanceOf(UserException.class)
                .hasMessageContaining("feature contrast of sample 1 is " + bad);
    }

    @Test
    void scalesToTheRangeOfTrainingAndKeepsWhatIsOutsideOutside() {
        Dataset data = new Dataset(List.of("a", "b"), new float[][] {{2, 5}, {6, 5}, {3, 5}}, new int[3], 1);
        Scaling scaling = Scaling.of(data);
        assertThat(scaling.apply(data).x()).isDeepEqualTo(new float[][] {{0, 0}, {1, 0}, {0.25f, 0}});
        assertThat(scaling.scale(0, 10)).isEqualTo(2);
        assertThat(scaling.scale(0, 0)).isEqualTo(-0.5f);
        assertThat(scaling.scale(1, 9)).as("a feature that never varied").isZero();
    }

    @Test
    void scalesARangeThatIsWiderThanAFloat() {
        Scaling scaling = new Scaling(new float[] {-Float.MAX_VALUE}, new float[] {Float.MAX_VALUE});
        assertThat(scaling.scale(0, 0)).isEqualTo(0.5f);
    }

    @Test
    void picksRowsAndFeatures() {
        Dataset data = new Dataset(List.of("a", "b"), new float[][] {{1, 2}, {3, 4}, {5, 6}}, new int[] {0, 1, 2}, 3);
        Dataset part = data.rows(new int[] {2, 0}).features(new int[] {1});
        assertThat(part.names()).containsExactly("b");
        assertThat(part.x()).isDeepEqualTo(new float[][] {{6}, {2}});
        assertThat(part.y()).containsExactly(2, 0);
        assertThat(data.against(1).y()).containsExactly(0, 1, 0);
        assertThat(data.counts()).containsExactly(1, 1, 1);
    }
}
