package io.dms.compiler;

import io.dms.compiler.data.ImageSample;
import io.dms.model.ChannelGroups;
import io.dms.model.Graph;
import org.jspecify.annotations.Nullable;

/** Ranks the units of every channel group: the higher the score, the longer a unit is kept. */
public interface ImportanceCriterion {
    /** Short name as on the command line, as in {@code l2}. */
    String name();

    /**
     * Scores all units of all groups that are not frozen.
     *
     * @param graph the network, in its original order
     * @param groups its channel groups
     * @param data images, which a criterion that works from weights alone does not look at; null where there are none
     * @throws io.dms.model.UserException if the criterion can't work on this network or without data
     */
    Importance rank(Graph graph, ChannelGroups groups, @Nullable ImageSample data);
}
