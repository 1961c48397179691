package io.dms.compiler;

import io.dms.model.Preprocessing;
import io.dms.model.UserException;
import io.dms.model.WidthLevel;
import java.util.Comparator;
import java.util.List;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * How a network becomes a scalable model.
 *
 * @param criterion a name of {@link Criteria#names()}, or null for {@code contribution}, or {@code l2} where
 *     images can't be run through the network
 * @param widths widths of the levels, each above 0 and at most 1; 1 is added where it is missing
 * @param calibrationImages how many images of the data set are used at most
 * @param accuracyImages how many labelled images accuracy is measured on at most, 0 for not at all
 * @param seed of everything drawn at random
 * @param preprocessing how RGB bytes become the network's input; null for ImageNet's, with a warning
 * @param roundTo channel counts are multiples of this; 16 at least in groups of 128 channels and more
 * @param name of the model; null for the network's own
 * @param importanceBatches batches of 64 images that gradients are taken of at most, by the criteria that need them
 * @param search how each group gets its own number of channels at a level; null for uniform levels
 */
public record CompileOptions(
        @Nullable String criterion,
        List<Double> widths,
        int calibrationImages,
        int accuracyImages,
        long seed,
        @Nullable Preprocessing preprocessing,
        int roundTo,
        @Nullable String name,
        int importanceBatches,
        @Nullable SearchOptions search) {
    /** Four uniform levels, 4,000 images for calibration, 10,000 for accuracy. */
    public static final CompileOptions DEFAULT =
            new CompileOptions(null, List.of(1.0, 0.75, 0.5, 0.25), 4000, 10_000, 0, null, 8, null, 50, null);

    /** Checks the ranges; sorts the widths, widest first. */
    public CompileOptions {
        for (double w : widths) {
            if (!(w > 0 && w <= 1)) {
                throw new UserException("width must be above 0 and at most 1: " + w);
            }
        }
        if (criterion != null && !Criteria.names().contains(criterion)) {
            throw new UserException("there is no importance criterion " + criterion + "; known are "
                    + String.join(", ", Criteria.names()));
        }
        if (calibrationImages < 1) {
            throw new UserException("calibration needs at least one image: " + calibrationImages);
        }
        if (accuracyImages < 0) {
            throw new UserException("the number of images for accuracy must not be negative: " + accuracyImages);
        }
        if (roundTo < 1 || roundTo > 1024) {
            throw new UserException("channel counts can be rounded to multiples of 1 to 1024: " + roundTo);
        }
        if (importanceBatches < 1) {
            throw new UserException("importance needs at least one batch: " + importanceBatches);
        }
        widths = Stream.concat(Stream.of(1.0), widths.stream())
                .distinct()
                .sorted(Comparator.reverseOrder())
                .toList();
        if (widths.stream().map(WidthLevel::nameOf).distinct().count() < widths.size()) {
            throw new UserException("two widths have the same name: " + widths);
        }
    }

    /** These options with another criterion. */
    public CompileOptions withCriterion(@Nullable String criterion) {
        return new CompileOptions(
                criterion,
                widths,
                calibrationImages,
                accuracyImages,
                seed,
                preprocessing,
                roundTo,
                name,
                importanceBatches,
                search);
    }

    /** These options with other widths. */
    public CompileOptions withWidths(List<Double> widths) {
        return new CompileOptions(
                criterion,
                widths,
                calibrationImages,
                accuracyImages,
                seed,
                preprocessing,
                roundTo,
                name,
                importanceBatches,
                search);
    }

    /** These options with another number of images for calibration. */
    public CompileOptions withCalibrationImages(int calibrationImages) {
        return new CompileOptions(
                criterion,
                widths,
                calibrationImages,
                accuracyImages,
                seed,
                preprocessing,
                roundTo,
                name,
                importanceBatches,
                search);
    }

    /** These options with another number of images for accuracy. */
    public CompileOptions withAccuracyImages(int accuracyImages) {
        return new CompileOptions(
                criterion,
                widths,
                calibrationImages,
                accuracyImages,
                seed,
                preprocessing,
                roundTo,
                name,
                importanceBatches,
                search);
    }

    /** These options with another seed. */
    public CompileOptions withSeed(long seed) {
        return new CompileOptions(
                criterion,
                widths,
                calibrationImages,
                accuracyImages,
                seed,
                preprocessing,
                roundTo,
                name,
                importanceBatches,
                search);
    }

    /** These options with another preprocessing. */
    public CompileOptions withPreprocessing(@Nullable Preprocessing preprocessing) {
        return new CompileOptions(
                criterion,
                widths,
                calibrationImages,
                accuracyImages,
                seed,
                preprocessing,
                roundTo,
                name,
                importanceBatches,
                search);
    }

    /** These options with another rounding of channel counts. */
    public CompileOptions withRoundTo(int roundTo) {
        return new CompileOptions(
                criterion,
                widths,
                calibrationImages,
                accuracyImages,
                seed,
                preprocessing,
                roundTo,
                name,
                importanceBatches,
                search);
    }

    /** These options with another name of the model. */
    public CompileOptions withName(@Nullable String name) {
        return new CompileOptions(
                criterion,
                widths,
                calibrationImages,
                accuracyImages,
                seed,
                preprocessing,
                roundTo,
                name,
                importanceBatches,
                search);
    }

    /** These options with another number of batches for gradient importance. */
    public CompileOptions withImportanceBatches(int importanceBatches) {
        return new CompileOptions(
                criterion,
                widths,
                calibrationImages,
                accuracyImages,
                seed,
                preprocessing,
                roundTo,
                name,
                importanceBatches,
                search);
    }

    /** These options with searched levels, or with uniform ones where null. */
    public CompileOptions withSearch(@Nullable SearchOptions search) {
        return new CompileOptions(
                criterion,
                widths,
                calibrationImages,
                accuracyImages,
                seed,
                preprocessing,
                roundTo,
                name,
                importanceBatches,
                search);
    }
}
