package io.dms.compiler;

import io.dms.compiler.data.ImageSample;
import io.dms.model.AxisSegment;
import io.dms.model.ChannelGroup;
import io.dms.model.ChannelGroups;
import io.dms.model.Graph;
import io.dms.model.Node;
import io.dms.model.Shape;
import io.dms.model.Tensor;
import io.dms.model.UserException;
import io.dms.runtime.Backend;
import java.nio.FloatBuffer;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;

/**
 * How much of what the next layers compute comes from a unit: for each convolution and linear layer that reads it, mean
 * square of its activation times the sum of the squares of the weights that meet it, as a share of the same over all
 * channels of that layer; added up over the layers. Needs images, labelled or not; no gradients.
 */
final class ContributionCriterion implements ImportanceCriterion {
    private static final int IMAGES = 1024;

    private final Backend backend;
    private final CompileListener listener;

    ContributionCriterion(Backend backend, CompileListener listener) {
        this.backend = backend;
        this.listener = listener;
    }

    @Override
    public String name() {
        return "contribution";
    }

    @Override
    public Importance rank(Graph graph, ChannelGroups groups, @Nullable ImageSample data) {
        if (data == null) {
            throw new UserException("importance criterion contribution needs images: give a data set, or use l2");
        }
        ImageSample sample = data.first(IMAGES);
        Map<String, double[]> energy = new LinkedHashMap<>();
        try (Lanes lanes = new Lanes(backend, List.of(graph), sample.size())) {
            Lane lane = lanes.lanes().get(0);
            lanes.walk(
                    sample,
                    n -> {
                        Node node = graph.nodes().get(n);
                        if (reads(graph, groups, node)) {
                            addSquares(
                                    lane,
                                    node.input(0),
                                    energy.computeIfAbsent(
                                            node.name(), k -> new double[channels(graph, node.input(0))]));
                        }
                        lane.run(node);
                    },
                    (done, total) -> listener.progress("importance", done, total));
        }
        return scored(graph, groups, energy);
    }

    private static Importance scored(Graph graph, ChannelGroups groups, Map<String, double[]> energy) {
        double[][] scores = new double[groups.groups().size()][];
        boolean[] read = new boolean[scores.length];
        Arrays.setAll(
                scores,
                g -> new double
                        [groups.groups().get(g).frozen()
                                ? 0
                                : groups.groups().get(g).size()]);
        for (Node node : graph.nodes()) {
            double[] squares = energy.get(node.name());
            if (squares == null) {
                continue;
            }
            double[] share = shares(graph, node, squares);
            for (AxisSegment s : groups.segments(node.input(0), 1)) {
                read[s.group()] = true;
                for (int i = 0; i < scores[s.group()].length * s.unit(); i++) {
                    scores[s.group()][i / s.unit()] += share[s.start() + i];
                }
            }
        }
        List<String> notes = new ArrayList<>();
        Importance byWeights = Criteria.l2().rank(graph, groups, null);
        for (int g = 0; g < scores.length; g++) {
            ChannelGroup group = groups.groups().get(g);
            if (!group.frozen() && !read[g]) {
                scores[g] = byWeights.scores()[g];
                notes.add("group " + group.name() + ": no layer reads it directly, l2 used instead");
            }
        }
        return Importance.normalized("contribution", groups, scores, notes);
    }

    /** True for layers that mix the channels of a free group. */
    private static boolean reads(Graph graph, ChannelGroups groups, Node node) {
        boolean mixes = node.is("Conv") || node.is("ConvTranspose") || node.is("Gemm") || node.is("MatMul");
        if (!mixes || graph.initializer(node.input(0)) != null || graph.initializer(node.input(1)) == null) {
            return false;
        }
        Shape in = graph.shape(node.input(0));
        boolean channelsAtOne = in.rank() == 2 || node.is("Conv") || node.is("ConvTranspose");
        boolean depthwise = node.is("Conv") && node.intAttr("group", 1) == in.dim(1);
        return channelsAtOne
                && !depthwise
                && node.intAttr("transA", 0) == 0
                && groups.segments(node.input(0), 1).stream()
                        .anyMatch(s -> !groups.groups().get(s.group()).frozen());
    }

    private static int channels(Graph graph, String tensor) {
        return graph.shape(tensor).dim(1);
    }

    private static void addSquares(Lane lane, String tensor, double[] sums) {
        Shape shape = lane.graph().shape(tensor);
        int channels = sums.length;
        int spatial = Math.toIntExact(shape.elements(2, shape.rank()));
        FloatBuffer[] chunks = lane.tensor(tensor);
        IntStream.range(0, channels).parallel().forEach(c -> {
            float[] values = new float[spatial];
            for (int k = 0; k < lane.chunks(); k++) {
                for (int i = 0; i < lane.imagesIn(k); i++) {
                    chunks[k].get((i * channels + c) * spatial, values);
                    for (float v : values) {
                        sums[c] += (double) v * v;
                    }
                }
            }
        });
    }

    private static double[] shares(Graph graph, Node node, double[] squares) {
        double[] out = new double[squares.length];
        double total = 0;
        double[] weights = weightSquares(graph, node, squares.length);
        for (int c = 0; c < out.length; c++) {
            out[c] = squares[c] * weights[c];
            total += out[c];
        }
        for (int c = 0; c < out.length && total > 0; c++) {
            out[c] /= total;
        }
        return out;
    }

    /** Sum of squares of the weights that meet each input channel. */
    private static double[] weightSquares(Graph graph, Node node, int channels) {
        Tensor tensor = graph.initializer(node.input(1));
        if (tensor == null) {
            throw new IllegalStateException("weights of " + node + " are no constant");
        }
        Shape shape = tensor.shape();
        float[] w = tensor.floats();
        int filterAxis = filterAxis(node);
        float[] factors = GroupWeights.folded(graph, node, shape.dim(filterAxis));
        int behind = Math.toIntExact(shape.elements(filterAxis + 1, shape.rank()));
        boolean inputsFirst = filterAxis == 1;
        int axis = 1 - filterAxis;
        int inner = Math.toIntExact(shape.elements(axis + 1, shape.rank()));
        int convGroups = node.intAttr("group", 1);
        double[] out = new double[channels];
        for (int i = 0; i < w.length; i++) {
            int c = i / inner % shape.dim(axis);
            if (!inputsFirst && convGroups > 1) {
                int filter = i / (inner * shape.dim(1));
                c += filter / (shape.dim(0) / convGroups) * shape.dim(1);
            }
            double folded = factors == null ? w[i] : w[i] * factors[i / behind % factors.length];
            out[c] += folded * folded;
        }
        return out;
    }

    private static int filterAxis(Node node) {
        return node.is("Conv") || (node.is("Gemm") && node.intAttr("transB", 0) != 0) ? 0 : 1;
    }
}
