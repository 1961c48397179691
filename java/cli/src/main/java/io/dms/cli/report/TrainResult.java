package io.dms.cli.report;

import io.dms.compiler.tuning.TuningListener.Epoch;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * What a training gave so far.
 *
 * @param model that was trained
 * @param levels names of the levels that were trained, widest first
 * @param epochs those that have ended
 * @param stages accuracy as the levels came to be; empty while the training goes on, or without labelled test images
 * @param facts data, recipe and place, by name, in order
 * @param command that made it
 * @param output file of the tuned model, null while the training goes on
 */
public record TrainResult(
        String model,
        List<String> levels,
        List<Epoch> epochs,
        List<Stage> stages,
        Map<String, String> facts,
        String command,
        @Nullable String output) {
    /**
     * Accuracy of all levels at one stage.
     *
     * @param name as in {@code order only}
     * @param top1 of each level, 0 to 1; null where a stage has no such level
     */
    public record Stage(String name, List<@Nullable Double> top1) {}
}
