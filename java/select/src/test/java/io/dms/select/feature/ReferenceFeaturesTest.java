package io.dms.select.feature;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.aggregator.ArgumentsAccessor;
import org.junit.jupiter.params.provider.CsvFileSource;

/**
 * The features of made-up pictures are those that OpenCV 5.0 (FAST, Canny, Sobel, Otsu, components), SciPy (components) and
 * Python's colorsys found; {@code src/test/reference/image_features.py} says how.
 */
class ReferenceFeaturesTest {
    @ParameterizedTest
    @CsvFileSource(resources = "expected.csv")
    void everyFeatureIsThatOfTheReference(ArgumentsAccessor row) {
        int width = row.getInteger(0);
        int height = row.getInteger(1);
        float[] out = new float[ImageFeatures.NAMES.size()];
        new ImageFeatures(width, height).compute(Picture.of(width, height, row.getInteger(2)), out);
        assertThat(row.size()).isEqualTo(3 + out.length);
        for (int f = 0; f < out.length; f++) {
            assertThat((double) out[f])
                    .as(ImageFeatures.NAMES.get(f))
                    .isCloseTo(row.getDouble(3 + f), within(1e-5 * Math.max(1, row.getDouble(3 + f))));
        }
    }
}
