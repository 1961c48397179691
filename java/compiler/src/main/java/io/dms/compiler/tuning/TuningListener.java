package io.dms.compiler.tuning;

import java.util.List;

/** Is told how a training goes, on the thread that trains. */
public interface TuningListener {
    /** Tells nobody. */
    TuningListener NONE = new TuningListener() {};

    /** Steps done of all steps. */
    default void step(long done, long total) {}

    /**
     * A training goes on after an interruption; called before anything else, and for a new training not at all.
     *
     * @param before the epochs that had ended, whatever was told of them then
     */
    default void resumed(List<Epoch> before) {}

    /** Something went wrong that the training survives, in one sentence. */
    default void warning(String sentence) {}

    /** An epoch has ended. */
    default void epoch(Epoch epoch) {}

    /** True to stop after this step; the checkpoint is written before. */
    default boolean cancelled() {
        return false;
    }

    /**
     * What an epoch gave.
     *
     * @param number 1 for the first
     * @param learningRate at its end
     * @param losses mean cross entropy of each level against the labels, widest first; what the narrower levels learn
     *     from is the full width, but that moves
     * @param top1 accuracy of each level on the test images, 0 to 1; empty where there are none
     * @param seconds it took
     */
    record Epoch(int number, double learningRate, List<Double> losses, List<Double> top1, double seconds) {
        /** Copies the lists. */
        public Epoch {
            losses = List.copyOf(losses);
            top1 = List.copyOf(top1);
        }
    }
}
