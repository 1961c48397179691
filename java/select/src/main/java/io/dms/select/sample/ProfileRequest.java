package io.dms.select.sample;

import io.dms.model.UserException;
import java.util.Set;

/**
 * What a {@link SampleProfiler} shall do.
 *
 * @param images the first so many images of the data set
 * @param threads threads inside one inference, 0 for all cores
 * @param seed of the order in which candidates take turns
 * @param probabilities whether the whole softmax is kept
 * @param imageFeatures whether the features of the images themselves are computed
 * @param penultimate ids of candidates whose features are kept
 * @param warmupNanos time that each candidate runs before anything counts
 */
public record ProfileRequest(
        int images,
        int threads,
        long seed,
        boolean probabilities,
        boolean imageFeatures,
        Set<String> penultimate,
        long warmupNanos) {
    /** Checks the number of images. */
    public ProfileRequest {
        penultimate = Set.copyOf(penultimate);
        if (images < 1) {
            throw new UserException("at least one image must be profiled, not " + images);
        }
    }
}
