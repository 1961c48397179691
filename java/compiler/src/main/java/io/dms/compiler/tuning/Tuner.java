package io.dms.compiler.tuning;

import io.dms.compiler.data.LabelledImages;
import io.dms.model.EnvironmentException;
import io.dms.model.ScalableModel;
import io.dms.model.WidthLevel;
import java.util.ServiceLoader;
import org.jspecify.annotations.Nullable;

/**
 * Something that tunes the levels of a scalable model on labelled images. Found through {@link ServiceLoader}, since it
 * needs a library that boards don't have and that most users of a workstation don't need.
 */
public interface Tuner {
    /** Library and version, for people. Loads it. */
    String describe();

    /**
     * Tunes all levels together.
     *
     * @param test images that accuracy is told on after each epoch, null for none
     * @return the tuned model; null where the listener stopped it, with the state in the checkpoint
     * @throws io.dms.model.UserException if data and network don't fit, an operator can't be trained, or the loss is no
     *     number any more
     * @throws EnvironmentException if the library can't be loaded here
     */
    @Nullable
    ScalableModel tune(
            ScalableModel model,
            LabelledImages training,
            @Nullable LabelledImages test,
            TuningOptions options,
            TuningListener listener);

    /**
     * Trains one level by itself on the labels, from the same start and by the same recipe as {@link #tune}: the network
     * that the level of a tuned model is measured against.
     *
     * @param level of the model, or made for it
     * @return a network of the level's size, as a model of one level; null where the listener stopped it, with the state
     *     in the checkpoint
     * @throws io.dms.model.UserException as {@link #tune}, and where the options freeze the full width
     */
    @Nullable
    ScalableModel tuneAlone(
            ScalableModel model,
            WidthLevel level,
            LabelledImages training,
            @Nullable LabelledImages test,
            TuningOptions options,
            TuningListener listener);

    /**
     * The one on the class path.
     *
     * @throws EnvironmentException if there is none
     */
    static Tuner find() {
        return ServiceLoader.load(Tuner.class, Tuner.class.getClassLoader())
                .findFirst()
                .orElseThrow(
                        () -> new EnvironmentException("training needs libtorch, which this installation leaves out:"
                                + " run ./dms train out of the source tree, which fetches it (100 MB)"));
    }
}
