package io.dms.compiler.tuning;

import io.dms.model.ScalableModel;
import io.dms.model.UserException;
import java.nio.file.Path;
import org.jspecify.annotations.Nullable;

/**
 * The recipe of a nested fine-tuning.
 *
 * @param epochs passes over the training images
 * @param batch images of one step
 * @param learningRate at the start; falls to 0 along half a cosine
 * @param weightDecay of weights of convolutions and linear layers; biases and normalisation have none
 * @param threads threads of libtorch, 0 for as many as there are cores
 * @param seed of the order of images and of the augmentation
 * @param freezeFull true to leave the function at full width exactly as it is: then only the normalisation of the
 *     narrower levels is trained
 * @param precision of the passes; weights, statistics and loss are FP32 in any case
 * @param limit training images to use, 0 for all
 * @param testLimit test images that accuracy is told on after each epoch, 0 for all
 * @param checkpoint file that holds the state, to go on from after an interruption; null for none
 * @param teacher a more accurate network for the same images and classes, of which the full width is run: what is
 *     trained on the labels learns from what it says too; null for none
 * @param randomLevels true to train, in place of the levels between the full and the narrowest one, levels of random
 *     counts that are drawn anew in each step, so that a search may compare any levels afterwards
 */
public record TuningOptions(
        int epochs,
        int batch,
        double learningRate,
        double weightDecay,
        int threads,
        long seed,
        boolean freezeFull,
        Precision precision,
        int limit,
        int testLimit,
        @Nullable Path checkpoint,
        @Nullable ScalableModel teacher,
        boolean randomLevels) {
    /** What convolutions and linear layers multiply in while training. */
    public enum Precision {
        /** Single precision. */
        FP32,
        /** Brain floating point (8 bits of exponent, 7 of mantissa): about twice as fast where the processor has it. */
        BF16
    }

    /** Momentum of the gradient (Nesterov). */
    public static final double MOMENTUM = 0.9;

    /** Temperature of what the teacher and the pupil say (Hinton, Vinyals and Dean 2015, section 2). */
    public static final double TEMPERATURE = 4;

    /** The teacher's share of the loss; the labels have the rest. */
    public static final double TEACHER_SHARE = 0.9;

    /** Checks the ranges. */
    public TuningOptions {
        if (epochs < 1 || epochs > 10_000) {
            throw new UserException("epochs must be between 1 and 10000: " + epochs);
        }
        if (batch < 2 || batch > 4096) {
            throw new UserException("the batch of a training step must be between 2 and 4096: " + batch);
        }
        if (!(learningRate > 0 && learningRate <= 10)) {
            throw new UserException("the learning rate must be above 0 and at most 10: " + learningRate);
        }
        if (!(weightDecay >= 0 && weightDecay <= 1)) {
            throw new UserException("the weight decay must be between 0 and 1: " + weightDecay);
        }
        if (threads < 0 || limit < 0 || testLimit < 0) {
            throw new UserException("threads and the number of images must not be negative: " + threads + ", " + limit);
        }
        if (freezeFull && teacher != null) {
            throw new UserException(
                    "the full width is frozen and can't learn from a teacher: leave one of the two out");
        }
        if (freezeFull && randomLevels) {
            throw new UserException(
                    "levels of random counts share the full width's normalisation, which is frozen: leave"
                            + " one of the two out");
        }
    }

    /** A recipe without a teacher for the model's own levels. */
    public TuningOptions(
            int epochs,
            int batch,
            double learningRate,
            double weightDecay,
            int threads,
            long seed,
            boolean freezeFull,
            Precision precision,
            int limit,
            int testLimit,
            @Nullable Path checkpoint) {
        this(
                epochs,
                batch,
                learningRate,
                weightDecay,
                threads,
                seed,
                freezeFull,
                precision,
                limit,
                testLimit,
                checkpoint,
                null,
                false);
    }

    /** This recipe with a teacher. */
    public TuningOptions withTeacher(@Nullable ScalableModel other) {
        return with(other, randomLevels);
    }

    /** This recipe with levels of random counts in place of the model's. */
    public TuningOptions withRandomLevels() {
        return with(teacher, true);
    }

    private TuningOptions with(@Nullable ScalableModel otherTeacher, boolean drawn) {
        return new TuningOptions(
                epochs,
                batch,
                learningRate,
                weightDecay,
                threads,
                seed,
                freezeFull,
                precision,
                limit,
                testLimit,
                checkpoint,
                otherTeacher,
                drawn);
    }
}
