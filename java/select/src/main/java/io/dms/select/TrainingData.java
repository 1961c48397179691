package io.dms.select;

import io.dms.select.sample.FeatureTable;
import io.dms.select.sample.SampleTable;
import io.dms.select.sample.Samples;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * What a {@link Method} learns from.
 *
 * @param samples what every candidate answered
 * @param image features of the images, null where they were not computed
 * @param imageMillis median time to compute them for one image
 * @param embeddings penultimate features by candidate, for those whose were kept
 */
public record TrainingData(
        SampleTable samples, @Nullable FeatureTable image, double imageMillis, Map<Integer, FeatureTable> embeddings) {
    /** Checks that every table has a row for every sample. */
    public TrainingData {
        embeddings = Map.copyOf(embeddings);
        if (image != null && image.values().length != samples.samples()) {
            throw new IllegalArgumentException("image features of another number of samples");
        }
        for (FeatureTable t : embeddings.values()) {
            if (t.values().length != samples.samples()) {
                throw new IllegalArgumentException("penultimate features of another number of samples");
            }
        }
    }

    /** All that was profiled. */
    public static TrainingData of(Samples samples) {
        Double millis = samples.imageMillis();
        return new TrainingData(
                samples.table(),
                samples.features().get(Samples.IMAGE),
                millis == null ? 0 : millis,
                samples.embeddings());
    }
}
