package io.dms.compiler;

import io.dms.model.ChannelGroups;
import io.dms.model.ModelException;
import java.util.Arrays;
import java.util.Comparator;
import java.util.List;
import java.util.stream.IntStream;

/**
 * Scores of all units, by group.
 *
 * @param criterion what made them
 * @param scores for each group one score for each unit, mean 1 over the group (see {@link #normalized}); empty for
 *     frozen groups
 * @param notes what a person should know about how they came about, one sentence each
 */
@SuppressWarnings("ArrayRecordComponent")
public record Importance(String criterion, double[][] scores, List<String> notes) {
    /**
     * Divides the scores of each group by their mean, so that groups of different layers compare. A group whose scores
     * are all zero stays so.
     *
     * @throws ModelException if a score is not a finite number
     */
    public static Importance normalized(String criterion, ChannelGroups groups, double[][] scores, List<String> notes) {
        double[][] out = new double[scores.length][];
        for (int g = 0; g < scores.length; g++) {
            double mean = Arrays.stream(scores[g]).average().orElse(1);
            if (!Double.isFinite(mean)) {
                throw new ModelException("the weights of channel group "
                        + groups.groups().get(g).name() + " are not all finite numbers: export the network again");
            }
            out[g] = mean == 0
                    ? scores[g].clone()
                    : Arrays.stream(scores[g]).map(s -> s / mean).toArray();
        }
        return new Importance(criterion, out, List.copyOf(notes));
    }

    /**
     * The order of each group for {@link io.dms.model.ChannelOrder#apply}: units by falling score, ties in their old
     * order; empty for frozen groups.
     */
    public int[][] order() {
        int[][] out = new int[scores.length][];
        for (int g = 0; g < scores.length; g++) {
            double[] s = scores[g];
            out[g] = IntStream.range(0, s.length)
                    .boxed()
                    .sorted(Comparator.comparingDouble((Integer i) -> -s[i]))
                    .mapToInt(Integer::intValue)
                    .toArray();
        }
        return out;
    }
}
