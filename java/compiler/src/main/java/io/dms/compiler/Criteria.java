package io.dms.compiler;

import io.dms.compiler.data.ImageSample;
import io.dms.compiler.tuning.GradientCriteria;
import io.dms.model.ChannelGroup;
import io.dms.model.ChannelGroups;
import io.dms.model.Graph;
import io.dms.model.UserException;
import io.dms.runtime.Backend;
import java.util.ArrayList;
import java.util.List;
import java.util.SplittableRandom;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/** The importance criteria; those that need gradients come from the trainer (see {@link GradientCriteria}). */
public final class Criteria {
    private Criteria() {}

    /** All names. */
    public static List<String> names() {
        return Stream.concat(withoutGradients().stream(), GradientCriteria.NAMES.stream())
                .toList();
    }

    /** Names for {@link #named}. */
    public static List<String> withoutGradients() {
        return List.of("contribution", "l2", "l1", "bn-scale", "fpgm", "random");
    }

    /**
     * A criterion that needs no gradients, by its name.
     *
     * @param seed for the ones that draw at random
     * @param backend runs the network for the ones that look at activations
     * @param listener is told how far they are
     * @throws UserException if there is none of this name
     */
    public static ImportanceCriterion named(String name, long seed, Backend backend, CompileListener listener) {
        return switch (name) {
            case "contribution" -> contribution(backend, listener);
            case "l2" -> l2();
            case "l1" -> l1();
            case "bn-scale" -> batchNormScale();
            case "fpgm" -> geometricMedian();
            case "random" -> random(seed);
            default ->
                throw new UserException("there is no importance criterion " + name + "; known are "
                        + String.join(", ", withoutGradients()));
        };
    }

    /**
     * How much of what the next layers compute comes from a unit, measured on images: for each convolution and linear
     * layer that reads it, the mean square of its activation times the sum of squares of the weights that meet it, as a
     * share of the same over all channels of that layer; added up over the layers.
     */
    public static ImportanceCriterion contribution(Backend backend, CompileListener listener) {
        return new ContributionCriterion(backend, listener);
    }

    /**
     * Euclidean norm of all weights of a unit, over all layers of its group (the group norm of Fang et al. 2023,
     * "DepGraph: Towards Any Structural Pruning", section 3.4).
     */
    public static ImportanceCriterion l2() {
        return new Weights("l2", Criteria::euclidean);
    }

    /** Sum of the absolute values of all weights of a unit (Li et al. 2017, "Pruning Filters for Efficient ConvNets"). */
    public static ImportanceCriterion l1() {
        return new Weights("l1", (weights, group, units, notes) -> {
            double[] out = new double[units];
            for (GroupWeights.Member m : weights.members(group)) {
                float[][] rows = m.rows(units);
                for (int u = 0; u < units; u++) {
                    for (float w : rows[u]) {
                        out[u] += Math.abs(w);
                    }
                }
            }
            return out;
        });
    }

    /**
     * Mean of the absolute BatchNormalization scales of a unit (Liu et al. 2017, "Learning Efficient Convolutional
     * Networks through Network Slimming"). Groups without BatchNormalization fall back to {@link #l2}.
     */
    public static ImportanceCriterion batchNormScale() {
        return new Weights("bn-scale", (weights, group, units, notes) -> {
            if (weights.scales(group).isEmpty()) {
                notes.add("no BatchNormalization: l2 used instead");
                return euclidean(weights, group, units, notes);
            }
            double[] out = new double[units];
            for (GroupWeights.Member m : weights.scales(group)) {
                float[][] rows = m.rows(units);
                for (int u = 0; u < units; u++) {
                    for (float w : rows[u]) {
                        out[u] += Math.abs(w) / rows[u].length;
                    }
                }
            }
            return out;
        });
    }

    /**
     * Sum of the Euclidean distances of a unit's weights to those of all other units of its group: what lies near the
     * geometric median can be stood in for by others (He et al. 2019, "Filter Pruning via Geometric Median for Deep
     * Convolutional Neural Networks Acceleration").
     */
    public static ImportanceCriterion geometricMedian() {
        return new Weights("fpgm", (weights, group, units, notes) -> {
            double[][] squares = new double[units][units];
            for (GroupWeights.Member m : weights.members(group)) {
                float[][] rows = m.rows(units);
                IntStream.range(0, units).parallel().forEach(a -> {
                    for (int b = 0; b < a; b++) {
                        squares[a][b] += distanceSquared(rows[a], rows[b]);
                    }
                });
            }
            double[] out = new double[units];
            for (int a = 0; a < units; a++) {
                for (int b = 0; b < a; b++) {
                    double distance = Math.sqrt(squares[a][b]);
                    out[a] += distance;
                    out[b] += distance;
                }
            }
            return out;
        });
    }

    /** Scores drawn at random: the baseline that every other criterion should beat. */
    public static ImportanceCriterion random(long seed) {
        return new Weights("random", (weights, group, units, notes) -> {
            SplittableRandom random = new SplittableRandom(seed * 1_000_003L + group);
            return random.doubles(units).toArray();
        });
    }

    private static double[] euclidean(GroupWeights weights, int group, int units, List<String> notes) {
        double[] out = new double[units];
        for (GroupWeights.Member m : weights.members(group)) {
            float[][] rows = m.rows(units);
            for (int u = 0; u < units; u++) {
                for (float w : rows[u]) {
                    out[u] += (double) w * w;
                }
            }
        }
        for (int u = 0; u < units; u++) {
            out[u] = Math.sqrt(out[u]);
        }
        return out;
    }

    private static double distanceSquared(float[] a, float[] b) {
        double sum = 0;
        for (int i = 0; i < a.length; i++) {
            double d = a[i] - b[i];
            sum += d * d;
        }
        return sum;
    }

    @FunctionalInterface
    private interface GroupScore {
        double[] score(GroupWeights weights, int group, int units, List<String> notes);
    }

    private record Weights(String name, GroupScore score) implements ImportanceCriterion {
        @Override
        public Importance rank(Graph graph, ChannelGroups groups, @Nullable ImageSample data) {
            GroupWeights weights = new GroupWeights(graph, groups);
            List<String> notes = new ArrayList<>();
            double[][] scores = new double[groups.groups().size()][0];
            for (int g = 0; g < scores.length; g++) {
                ChannelGroup group = groups.groups().get(g);
                if (!group.frozen()) {
                    List<String> mine = new ArrayList<>();
                    scores[g] = score.score(weights, g, group.size(), mine);
                    mine.forEach(n -> notes.add("group " + group.name() + ": " + n));
                }
            }
            return Importance.normalized(name, groups, scores, notes);
        }
    }
}
