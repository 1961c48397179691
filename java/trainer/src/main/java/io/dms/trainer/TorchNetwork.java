package io.dms.trainer;

import io.dms.model.AxisCut;
import io.dms.model.DataType;
import io.dms.model.Graph;
import io.dms.model.Node;
import io.dms.model.ScalableModel;
import io.dms.model.UserException;
import io.dms.model.WidthLevel;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.IdentityHashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.function.BiConsumer;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.TensorOptional;
import org.bytedeco.pytorch.TensorVector;
import org.bytedeco.pytorch.global.torch;
import org.jspecify.annotations.Nullable;

/**
 * A network that can be differentiated at every width level: one set of master weights, of which a level reads its
 * prefix, and a normalisation of its own for each level (Yu et al. 2019, "Slimmable Neural Networks", section 3.3). Owns
 * its parameters; what a forward pass makes belongs to the caller's scope. Not thread-safe.
 */
final class TorchNetwork implements AutoCloseable {
    /** How normalisation behaves in a pass. */
    enum Mode {
        /** By the running statistics. */
        INFER,
        /** By the batch's statistics, which move the running ones. */
        TRAIN
    }

    private final ScalableModel model;
    private final Map<String, Tensor> weights = new LinkedHashMap<>();
    private final Map<String, Tensor> constants = new HashMap<>();
    private final List<Map<String, LevelNorm>> norms = new ArrayList<>();
    private final List<Graph> graphs = new ArrayList<>();
    private final Map<io.dms.model.Tensor, String> bases = new IdentityHashMap<>();
    private final Map<Integer, Graph> drawn = new HashMap<>();
    private double momentum = 0.1;

    /**
     * @param model normalisation at every site; what its levels have as normalisation is where theirs starts
     * @throws UserException if the network has an operator that can't be trained
     */
    TorchNetwork(ScalableModel model) {
        this.model = model;
        Set<String> normalization = normalizationTensors(model.graph());
        Set<String> frozen = selections(model.graph());
        model.graph().initializers().forEach((name, tensor) -> {
            bases.put(tensor, name);
            if (tensor.type() == DataType.FLOAT32 && !normalization.contains(name)) {
                Tensor t = Torch.tensor(tensor.floats(), dims(tensor));
                if (frozen.contains(name)) {
                    constants.put(name, t);
                } else {
                    t.set_requires_grad(true);
                    weights.put(name, t);
                }
            }
        });
        for (WidthLevel level : model.levels()) {
            Graph graph = model.graphAt(level.withNormalization(Map.of()));
            graphs.add(graph);
            Map<String, LevelNorm> own = new LinkedHashMap<>();
            for (Node node : graph.nodes()) {
                Operators.check(graph, node);
                if (node.is("BatchNormalization")) {
                    own.put(node.name(), norm(graph, node));
                }
            }
            norms.add(own);
        }
    }

    private static Set<String> normalizationTensors(Graph graph) {
        Set<String> out = new HashSet<>();
        for (Node n : graph.nodes()) {
            if (n.is("BatchNormalization")) {
                out.addAll(n.inputs().subList(1, 5));
            }
        }
        return out;
    }

    private static Set<String> selections(Graph graph) {
        Set<String> out = new HashSet<>();
        for (Node n : graph.nodes()) {
            if (n.is("Conv") && Normalized.isSelection(graph.initializer(n.input(1)))) {
                out.addAll(n.inputs().subList(1, n.inputs().size()));
            }
        }
        return out;
    }

    private static LevelNorm norm(Graph graph, Node node) {
        Tensor[] t = new Tensor[4];
        for (int i = 0; i < 4; i++) {
            io.dms.model.Tensor from = graph.initializer(node.input(i + 1));
            if (from == null) {
                throw new UserException("node " + node.name() + " (BatchNormalization) has parameters that are not"
                        + " constant: export the network for inference");
            }
            t[i] = Torch.tensor(from.floats(), dims(from));
        }
        t[0].set_requires_grad(true);
        t[1].set_requires_grad(true);
        return new LevelNorm(t[0], t[1], t[2], t[3], node.floatAttr("epsilon", 1e-5f));
    }

    private static long[] dims(io.dms.model.Tensor t) {
        int[] d = t.shape().dims();
        long[] out = new long[d.length];
        for (int i = 0; i < d.length; i++) {
            out[i] = d[i];
        }
        return out;
    }

    ScalableModel model() {
        return model;
    }

    int levels() {
        return graphs.size();
    }

    /** Trainable weights of the whole network, by the name of the constant. */
    Map<String, Tensor> weights() {
        return weights;
    }

    /** A level's normalisation, by the name of the node. */
    Map<String, LevelNorm> norms(int level) {
        return norms.get(level);
    }

    /** Share of a batch's statistics that goes into the running ones. */
    void momentum(double momentum) {
        this.momentum = momentum;
    }

    /**
     * Puts other counts in the place of a level's until {@link #settle}: passes then read those prefixes of the weights
     * and of the full width's normalisation, whose scale and shift they train, and normalise by the batch.
     *
     * @param counts those of a level within the full width
     */
    void draw(int level, WidthLevel counts) {
        drawn.put(level, model.graphAt(counts.withNormalization(Map.of())));
    }

    /** Takes back what was drawn: every level is the model's again. */
    void settle() {
        drawn.clear();
    }

    /**
     * One pass.
     *
     * @param level index of the level
     * @param input [N, C, H, W]
     * @return the network's first output
     */
    Tensor forward(int level, Tensor input, Mode mode) {
        return forward(level, input, mode, Map.of(), (site, x) -> {});
    }

    /**
     * One pass with gates: what comes out of a node is multiplied by that node's gate.
     *
     * @param gates by the name of the node; of a shape that fits its output when repeated along axes of size 1
     * @param observer is given what goes into each normalisation site, by the name of the node
     */
    Tensor forward(int level, Tensor input, Mode mode, Map<String, Tensor> gates, BiConsumer<String, Tensor> observer) {
        Graph other = drawn.get(level);
        Graph graph = other == null ? graphs.get(level) : other;
        Map<String, Tensor> values = new HashMap<>();
        values.put(graph.inputs().get(0).name(), input);
        graph.initializers().forEach((name, tensor) -> {
            Tensor master = master(tensor.base());
            if (master != null) {
                values.put(name, cut(master, tensor));
            }
        });
        for (Node node : graph.nodes()) {
            Tensor out;
            if (node.is("BatchNormalization")) {
                Tensor in = values.get(node.input(0));
                if (in != null) {
                    observer.accept(node.name(), in);
                }
                out = other == null ? normalize(norms.get(level), node, values, mode) : normalize(other, node, values);
            } else {
                out = Operators.run(graph, node, values);
            }
            Tensor gate = gates.get(node.name());
            if (gate != null) {
                out = torch.mul(out, gate);
            }
            values.put(node.output(), out);
        }
        Tensor result = values.get(graph.outputs().get(0).name());
        if (result == null) {
            throw new IllegalStateException("no node gives the output");
        }
        return result;
    }

    /** Trainable weights, and bias where there is one, of the convolution whose output a normalisation site reads. */
    Tensor[] filtersBefore(String site) {
        for (Node node : model.graph().nodes()) {
            if (node.name().equals(site)) {
                Node conv = model.graph().producer(node.input(0));
                if (conv != null && conv.is("Conv")) {
                    return conv.inputs().stream()
                            .skip(1)
                            .map(weights::get)
                            .filter(Objects::nonNull)
                            .toArray(Tensor[]::new);
                }
            }
        }
        return new Tensor[0];
    }

    /** Indices of the full width's channels that a level keeps at a normalisation site. */
    int[] kept(int level, String site) {
        for (Node node : model.graph().nodes()) {
            if (node.name().equals(site)) {
                int channels = model.graph().shape(node.output()).dim(1);
                return model.groups()
                        .cut(
                                node.output(),
                                1,
                                channels,
                                model.levels().get(level).counts())
                        .indices();
            }
        }
        throw new IllegalStateException("no node " + site);
    }

    private @Nullable Tensor master(io.dms.model.Tensor base) {
        String name = bases.get(base);
        Tensor w = name == null ? null : weights.get(name);
        return w != null || name == null ? w : constants.get(name);
    }

    /** What a level keeps of a master tensor; the gradient flows back into the kept part. */
    private static Tensor cut(Tensor master, io.dms.model.Tensor view) {
        if (!view.isView()) {
            return master;
        }
        Tensor out = master;
        for (int axis = 0; axis < view.shape().rank(); axis++) {
            AxisCut cut = view.cut(axis);
            if (cut.isWhole()) {
                continue;
            }
            if (cut.ranges() == 1) {
                out = torch.narrow(out, axis, cut.start(0), cut.length(0));
            } else {
                TensorVector parts = new TensorVector();
                for (int r = 0; r < cut.ranges(); r++) {
                    parts.push_back(torch.narrow(out, axis, cut.start(r), cut.length(r)));
                }
                out = torch.cat(parts, axis);
            }
        }
        return out;
    }

    private Tensor normalize(Map<String, LevelNorm> own, Node node, Map<String, Tensor> values, Mode mode) {
        LevelNorm n = own.get(node.name());
        Tensor in = values.get(node.input(0));
        if (n == null || in == null) {
            throw new IllegalStateException("no normalisation for node " + node.name());
        }
        return torch.batch_norm(
                in,
                new TensorOptional(n.scale()),
                new TensorOptional(n.shift()),
                new TensorOptional(n.mean()),
                new TensorOptional(n.variance()),
                mode == Mode.TRAIN,
                momentum,
                n.epsilon(),
                false);
    }

    /** By the batch, with the kept part of the full width's scale and shift. */
    private Tensor normalize(Graph graph, Node node, Map<String, Tensor> values) {
        LevelNorm n = norms.get(0).get(node.name());
        Tensor in = values.get(node.input(0));
        io.dms.model.Tensor view = graph.initializer(node.input(1));
        if (n == null || in == null || view == null) {
            throw new IllegalStateException("no normalisation for node " + node.name());
        }
        return torch.batch_norm(
                in,
                new TensorOptional(cut(n.scale(), view)),
                new TensorOptional(cut(n.shift(), view)),
                new TensorOptional(),
                new TensorOptional(),
                true,
                momentum,
                n.epsilon(),
                false);
    }

    @Override
    public void close() {
        weights.values().forEach(Tensor::close);
        constants.values().forEach(Tensor::close);
        for (Map<String, LevelNorm> own : norms) {
            own.values().forEach(n -> {
                n.scale().close();
                n.shift().close();
                n.mean().close();
                n.variance().close();
            });
        }
    }
}
