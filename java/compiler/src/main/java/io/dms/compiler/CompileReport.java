package io.dms.compiler;

import io.dms.model.ChannelGroups;
import io.dms.model.Graph;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * What was found and done while a model was compiled.
 *
 * @param name of the model
 * @param groups all channel groups, in the order of the model's
 * @param foreignNodes nodes whose operators are not understood; the channels around them are kept whole
 * @param levels widest first
 * @param criterion importance criterion that was used
 * @param calibration what the levels' normalisation was found from, one line
 * @param accuracySet what accuracy was measured on, one line; null where it was not measured
 * @param searched what a search found, widest first; empty for uniform levels
 * @param warnings what a person should know, one sentence each
 */
public record CompileReport(
        String name,
        List<Group> groups,
        List<String> foreignNodes,
        List<Level> levels,
        String criterion,
        String calibration,
        @Nullable String accuracySet,
        List<SearchedLevel> searched,
        List<String> warnings) {
    /** The channel groups of a graph with the layers that each of them ties. */
    public static List<Group> groupsOf(Graph graph, ChannelGroups groups) {
        return Reports.groups(graph, groups);
    }

    /**
     * A channel group.
     *
     * @param name of the group
     * @param size units that can be kept or cut
     * @param channelsPerUnit channels of one unit
     * @param layers nodes with weights that are permuted and cut together
     * @param frozenBecause why it is kept whole, or null where it is free
     */
    public record Group(
            String name,
            int size,
            int channelsPerUnit,
            List<String> layers,
            @Nullable String frozenBecause) {}

    /**
     * A width level.
     *
     * @param name of the level
     * @param width nominal share of channels
     * @param macs multiply-accumulate operations of one image
     * @param parameters numbers that an ordinary network of this width would hold
     * @param calibratedSites how many layers have a scale and shift of their own at this level
     * @param orderOnly accuracy before calibration, null where it was not measured
     * @param calibrated accuracy as the model now is, null where it was not measured
     */
    public record Level(
            String name,
            double width,
            long macs,
            long parameters,
            int calibratedSites,
            @Nullable Accuracy orderOnly,
            @Nullable Accuracy calibrated) {}
}
