package io.dms.trainer;

import io.dms.compiler.CompileListener;
import io.dms.compiler.Criteria;
import io.dms.compiler.Importance;
import io.dms.compiler.ImportanceCriterion;
import io.dms.compiler.data.ImageSample;
import io.dms.compiler.data.LabelledImages;
import io.dms.model.AxisSegment;
import io.dms.model.ChannelGroup;
import io.dms.model.ChannelGroups;
import io.dms.model.DataType;
import io.dms.model.Graph;
import io.dms.model.GroupAnalysis;
import io.dms.model.Node;
import io.dms.model.ScalableModel;
import io.dms.model.Shape;
import io.dms.model.UserException;
import io.dms.model.WidthLevels;
import java.nio.FloatBuffer;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.bytedeco.javacpp.PointerScope;
import org.bytedeco.pytorch.Scalar;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.global.torch;
import org.jspecify.annotations.Nullable;

/**
 * How much the loss would change without a unit, to first order (Molchanov et al. 2019, "Importance Estimation for
 * Neural Network Pruning", section 3).
 *
 * <p>On gates: each layer that writes a unit has its result, behind its normalisation, multiplied by a gate of 1; the
 * derivative by that gate is the change. Removing a unit of a group closes the gates of all its layers at once, so their
 * derivatives are added up, image by image, and then squared: a trained network's derivatives have mean 0 over the
 * images, their squares have not. A score is the mean over the images.
 *
 * <p>On weights: for each layer that writes or reads the unit the sum of weight times derivative over the unit's weights,
 * squared; added up over the layers, mean over the batches.
 */
final class TaylorCriterion implements ImportanceCriterion {
    static final int BATCH = 64;

    /** What is differentiated by. */
    enum Of {
        /** Gates behind the layers that write a unit. */
        GATES,
        /** Weights of the layers that write or read it. */
        WEIGHTS
    }

    private final String name;
    private final Of of;
    private final int batches;
    private final CompileListener listener;

    TaylorCriterion(String name, Of of, int batches, CompileListener listener) {
        this.name = name;
        this.of = of;
        this.batches = batches;
        this.listener = listener;
    }

    @Override
    public String name() {
        return name;
    }

    @Override
    public Importance rank(Graph graph, ChannelGroups groups, @Nullable ImageSample data) {
        if (data == null || !data.images().labelled()) {
            throw new UserException("importance criterion " + name + " needs labelled images"
                    + (data == null ? "" : ", which " + data.images().describe() + " are not")
                    + ": give a folder of classes with --data, or take another criterion");
        }
        check(graph, data.images());
        Torch.load(Runtime.getRuntime().availableProcessors(), 0);
        ChannelGroups own = GroupAnalysis.analyze(graph);
        ScalableModel model = new ScalableModel(
                graph.name(), graph, own, List.of(WidthLevels.uniform(own, 1)), data.preprocessing(), Map.of());
        double[][] scores = new double[groups.groups().size()][];
        for (int g = 0; g < scores.length; g++) {
            ChannelGroup group = groups.groups().get(g);
            scores[g] = new double[group.frozen() ? 0 : group.size()];
        }
        try (TorchNetwork network = new TorchNetwork(model)) {
            boolean gates = of == Of.GATES;
            network.weights().values().forEach(w -> w.set_requires_grad(!gates));
            network.norms(0).values().forEach(n -> {
                n.scale().set_requires_grad(false);
                n.shift().set_requires_grad(false);
            });
            int total = Math.min(batches, (data.size() + BATCH - 1) / BATCH);
            for (int b = 0; b < total; b++) {
                int n = Math.min(BATCH, data.size() - b * BATCH);
                try (PointerScope scope = new PointerScope()) {
                    if (gates) {
                        gates(network, graph, groups, data, b * BATCH, n, scores);
                    } else {
                        weights(network, graph, groups, data, b * BATCH, n, scores);
                    }
                }
                listener.progress("importance", b + 1, total);
            }
        }
        return scored(graph, groups, scores);
    }

    private static void check(Graph graph, LabelledImages images) {
        Shape out = graph.outputs().get(0).shape();
        if (out.rank() != 2 || out.dim(1) != images.classes()) {
            throw new UserException(
                    images.describe() + " has " + images.classes() + " classes but the network's output is " + out
                            + ": gradients need the classes it was trained for");
        }
    }

    /** Groups that no layer with a gate writes are ranked by their weights' norm. */
    private Importance scored(Graph graph, ChannelGroups groups, double[][] scores) {
        List<String> notes = new ArrayList<>();
        Importance byWeights = Criteria.l2().rank(graph, groups, null);
        for (int g = 0; g < scores.length; g++) {
            int group = g;
            boolean written = graph.nodes().stream()
                    .anyMatch(n -> isGate(graph, n)
                            && groups.segments(n.output(), 1).stream().anyMatch(s -> s.group() == group));
            if (of == Of.GATES && !groups.groups().get(g).frozen() && !written) {
                scores[g] = byWeights.scores()[g];
                notes.add("group " + groups.groups().get(g).name() + ": no layer writes it directly, l2 used instead");
            }
        }
        return Importance.normalized(name, groups, scores, notes);
    }

    // ---- gates ----

    /** A layer's last node before something else sees its result: normalisation, or the layer itself without one. */
    private static boolean isGate(Graph graph, Node node) {
        if (node.is("BatchNormalization")) {
            return true;
        }
        boolean writes = (node.is("Conv") || node.is("Gemm") || node.is("MatMul")) && !graph.isOutput(node.output());
        List<Node> readers = graph.consumers(node.output());
        return writes && !(readers.size() == 1 && readers.get(0).is("BatchNormalization"));
    }

    private static void gates(
            TorchNetwork network,
            Graph graph,
            ChannelGroups groups,
            ImageSample data,
            int from,
            int n,
            double[][] scores) {
        Map<String, Tensor> gates = new LinkedHashMap<>();
        for (Node node : graph.nodes()) {
            if (isGate(graph, node) && !groups.segments(node.output(), 1).isEmpty()) {
                Shape shape = graph.shape(node.output());
                long[] dims = new long[shape.rank()];
                Arrays.fill(dims, 1);
                dims[0] = n;
                dims[1] = shape.dim(1);
                Tensor gate = torch.ones(dims);
                gate.set_requires_grad(true);
                gates.put(node.name(), gate);
            }
        }
        backward(network, data, from, n, gates);
        double[][] change = new double[scores.length][];
        for (int g = 0; g < scores.length; g++) {
            change[g] = new double[scores[g].length * n];
        }
        for (Node node : graph.nodes()) {
            Tensor gate = gates.get(node.name());
            if (gate == null || !gate.grad().defined()) {
                continue;
            }
            float[] gradient = Torch.floats(gate.grad());
            int channels = gradient.length / n;
            for (AxisSegment s : groups.segments(node.output(), 1)) {
                int units = scores[s.group()].length;
                for (int i = 0; i < n; i++) {
                    for (int k = 0; k < units * s.unit(); k++) {
                        change[s.group()][i * units + k / s.unit()] += gradient[i * channels + s.start() + k];
                    }
                }
            }
        }
        for (int g = 0; g < scores.length; g++) {
            for (int i = 0; i < change[g].length; i++) {
                scores[g][i % scores[g].length] += change[g][i] * change[g][i] / data.size();
            }
        }
    }

    /** Derivatives of the sum of the images' losses. */
    private static void backward(TorchNetwork network, ImageSample data, int from, int n, Map<String, Tensor> gates) {
        LabelledImages images = data.images();
        float[] values = new float[n * 3 * images.height() * images.width()];
        data.fill(FloatBuffer.wrap(values), from, n);
        long[] labels = new long[n];
        for (int i = 0; i < n; i++) {
            labels[i] = images.label(data.indices()[from + i]);
        }
        Tensor input =
                Torch.tensor(values, n, 3, images.height(), images.width()).contiguous(torch.MemoryFormat.ChannelsLast);
        Tensor scores = network.forward(0, input, TorchNetwork.Mode.INFER, gates, (site, x) -> {});
        torch.cross_entropy_loss(scores, Torch.longs(labels))
                .mul(new Scalar((double) n))
                .backward();
    }

    // ---- weights ----

    private static void weights(
            TorchNetwork network,
            Graph graph,
            ChannelGroups groups,
            ImageSample data,
            int from,
            int n,
            double[][] scores) {
        backward(network, data, from, n, Map.of());
        network.weights().forEach((name, tensor) -> {
            io.dms.model.Tensor constant = graph.initializer(name);
            if (constant == null
                    || constant.type() != DataType.FLOAT32
                    || !tensor.grad().defined()) {
                return;
            }
            float[] product = Torch.floats(torch.mul(tensor.detach(), tensor.grad()));
            tensor.mutable_grad().zero_();
            if (constant.shape().rank() < 2) {
                return;
            }
            groups.axes().getOrDefault(name, Map.of()).forEach((axis, segments) -> {
                double[] sums = along(product, constant.shape(), axis);
                for (AxisSegment s : segments) {
                    double[] mine = scores[s.group()];
                    for (int u = 0; u < mine.length; u++) {
                        double sum = 0;
                        for (int k = 0; k < s.unit(); k++) {
                            sum += sums[s.start() + u * s.unit() + k];
                        }
                        mine[u] += sum * sum;
                    }
                }
            });
        });
    }

    private static double[] along(float[] values, Shape shape, int axis) {
        double[] out = new double[shape.dim(axis)];
        int inner = Math.toIntExact(shape.elements(axis + 1, shape.rank()));
        for (int i = 0; i < values.length; i++) {
            out[i / inner % out.length] += values[i];
        }
        return out;
    }
}
