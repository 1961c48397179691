package io.dms.model.onnx;

import ai.onnx.proto.OnnxMl.TensorProto;
import io.dms.model.Graph;
import io.dms.model.ModelException;
import io.dms.model.Node;
import io.dms.model.Shape;
import io.dms.model.Tensor;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * The canonical graph while it is made, node by node in topological order: what is known of every tensor of the file (a
 * constant, another tensor that stands for it, a shape, an element type) and the nodes so far. Not thread-safe.
 */
final class GraphBuilder {
    private final SourceModel source;
    private final TensorReader reader;
    private final DeclaredShapes declared;
    private final FiniteCheck finite;
    private final UniqueNames tensorNames = new UniqueNames();
    private final UniqueNames nodeNames = new UniqueNames();
    private final Map<String, Constant> constants = new HashMap<>();
    private final Map<String, String> aliases = new HashMap<>();
    private final Map<String, Shape> shapes = new HashMap<>();
    private final Map<String, Integer> types = new HashMap<>();
    private final Map<String, Tensor> initializers = new LinkedHashMap<>();
    private final List<Node> nodes = new ArrayList<>();
    private final Set<String> foreign = new LinkedHashSet<>();
    private final Map<String, String> expansions = new HashMap<>();
    private boolean foreignMayMixBatch;

    /** @param finite is told of every constant that is put into the graph */
    GraphBuilder(SourceModel source, TensorReader reader, DeclaredShapes declared, FiniteCheck finite) {
        this.source = source;
        this.reader = reader;
        this.declared = declared;
        this.finite = finite;
        source.tensorNames().forEach(tensorNames::reserve);
        source.nodes().forEach(n -> nodeNames.reserve(n.name()));
        declared.inputs().forEach((name, shape) -> {
            shapes.put(name, shape);
            types.put(name, ElementType.FLOAT);
        });
    }

    /** The tensor that stands for this one. */
    String resolve(String tensor) {
        String to = aliases.get(tensor);
        return to == null ? tensor : to;
    }

    /** The value of a tensor, or null where it is an activation. */
    @Nullable
    Constant constant(String tensor) {
        String name = resolve(tensor);
        Constant c = constants.get(name);
        TensorProto t = c == null ? source.initializers().get(name) : null;
        if (t != null) {
            c = reader.read(t, "initializer " + Text.clean(name));
            constants.put(name, c);
        }
        return c;
    }

    /** Shape of an activation or a constant, or null where it is not known. */
    @Nullable
    Shape shape(String tensor) {
        Constant c = constant(tensor);
        return c != null ? Shape.of(c.dims()) : shapes.get(resolve(tensor));
    }

    /** Element type of an activation. */
    int type(String tensor) {
        return types.getOrDefault(resolve(tensor), ElementType.UNKNOWN);
    }

    /** The activation that a node reads; a node that reads something else there has no canonical form. */
    String activation(SourceNode n, int i) {
        if (!n.hasInput(i)) {
            throw n.error("lacks input " + i + ": the file is damaged");
        }
        if (constant(n.input(i)) != null) {
            throw new UnsupportedForm("reads a constant");
        }
        int type = type(n.input(i));
        if (type != ElementType.UNKNOWN && type != ElementType.FLOAT) {
            throw new UnsupportedForm("reads " + ElementType.name(type));
        }
        return resolve(n.input(i));
    }

    /** The shape of the activation that a node reads; without one the node has no canonical form. */
    Shape activationShape(SourceNode n, int i) {
        Shape s = shape(activation(n, i));
        if (s == null) {
            throw new UnsupportedForm("shape not known");
        }
        return s;
    }

    /** The integers that a node reads as a constant input; null where the input is left out. */
    long @Nullable [] integers(SourceNode n, int i) {
        return n.hasInput(i) ? integerInput(n, i).longs() : null;
    }

    private Constant integerInput(SourceNode n, int i) {
        Constant c = constant(n.input(i));
        if (c == null || c.isFloat()) {
            throw new UnsupportedForm("not constant");
        }
        return c;
    }

    /** A constant integer input that may depend on the batch. */
    Constant shapeInput(SourceNode n, int i) {
        if (!n.hasInput(i)) {
            throw n.error("lacks input " + i + ": the file is damaged");
        }
        return integerInput(n, i);
    }

    /** The real numbers that a node reads as a constant input; null where the input is left out. */
    @Nullable
    Constant reals(SourceNode n, int i) {
        if (!n.hasInput(i)) {
            return null;
        }
        Constant c = constant(n.input(i));
        if (c == null || !c.isFloat() || c.isSymbolic()) {
            throw new UnsupportedForm("not constant");
        }
        return c;
    }

    /** The name of a constant float input, which becomes an initializer of the graph. */
    String weight(SourceNode n, int i) {
        if (!n.hasInput(i)) {
            throw n.error("lacks input " + i + ": the file is damaged");
        }
        Constant c = reals(n, i);
        if (c == null) {
            throw new UnsupportedForm("no constant");
        }
        return initializer(resolve(n.input(i)), c);
    }

    /** The name of a float input of either kind. */
    String tensor(SourceNode n, int i) {
        return n.hasInput(i) && constant(n.input(i)) != null ? weight(n, i) : activation(n, i);
    }

    /** Puts a constant into the graph. */
    String initializer(String name, Constant c) {
        if (!initializers.containsKey(name)) {
            Tensor tensor = c.toTensor(name);
            initializers.put(name, tensor);
            finite.begin(tensor);
            constants.putIfAbsent(name, c);
        }
        return name;
    }

    /** A tensor name that is not taken. */
    String freshTensor(String wish) {
        return tensorNames.fresh(wish);
    }

    /** A node name that is not taken. */
    String freshNode(String wish) {
        return nodeNames.fresh(wish);
    }

    /** Gives a tensor its value. */
    void define(String tensor, Constant c) {
        constants.put(tensor, c);
        shapes.remove(tensor);
        types.put(tensor, c.type());
    }

    /** Leaves out a node that changes nothing: its output is its input. */
    void alias(SourceNode n, String in) {
        if (source.captured().contains(n.output())) {
            throw new UnsupportedForm("a subgraph reads the output by its name");
        }
        aliases.put(n.output(), resolve(in));
    }

    /** Adds a canonical node with the name and first output of the file's node. */
    void emit(SourceNode n, String op, List<String> inputs, Map<String, ?> attributes) {
        emit(Node.of(n.name(), op, inputs, List.of(n.output()), attributes));
    }

    /** Adds a canonical node with a name and output of its own; returns the output. */
    String emitBefore(SourceNode n, String op, List<String> inputs, Map<String, ?> attributes) {
        String wish = n.name() + "_" + op;
        String out = freshTensor(n.output() + "_" + op);
        emit(Node.of(freshNode(wish), op, inputs, List.of(out), attributes));
        return out;
    }

    /** Adds a canonical node and computes its shapes. */
    void emit(Node node) {
        List<@Nullable Shape> out = ShapeRules.infer(node, this::shape);
        for (int i = 0; i < node.outputs().size(); i++) {
            types.put(node.outputs().get(i), ElementType.FLOAT);
            Shape s = out.get(i);
            if (s != null) {
                shapes.put(node.outputs().get(i), s);
            }
        }
        nodes.add(node);
    }

    /** Adds a node as it was in the file, and what it takes to compute its inputs. */
    void emitForeign(SourceNode node) {
        Deque<SourceNode> waiting = new ArrayDeque<>();
        Set<SourceNode> needed = new HashSet<>();
        waiting.add(node);
        for (SourceNode n = waiting.poll(); n != null; n = waiting.poll()) {
            if (!needed.add(n)) {
                continue;
            }
            for (String in : reads(n)) {
                Constant c = constant(in);
                SourceNode producer = source.producer(in);
                if (c != null && c.isSymbolic() && producer != null && !foreign.contains(producer.name())) {
                    waiting.add(producer);
                }
            }
        }
        if (needed.size() == 1) {
            addForeign(node);
            return;
        }
        source.nodes().stream().filter(needed::contains).forEach(this::addForeign);
    }

    private static List<String> reads(SourceNode n) {
        List<String> all = new ArrayList<>(n.inputs());
        all.addAll(n.captures());
        return all;
    }

    private void addForeign(SourceNode n) {
        List<String> inputs = new ArrayList<>();
        for (String in : reads(n)) {
            Constant c = in.isEmpty() ? null : constant(in);
            if (c != null && !c.isSymbolic()) {
                String name = n.captures().contains(in) ? in : resolve(in);
                inputs.add(initializer(name, c));
            } else {
                inputs.add(c == null ? resolve(in) : in);
            }
        }
        Node node = ForeignNodes.upgradeReduction(
                n, ForeignNodes.read(n, inputs, reader), reductionAxes(n), c -> initializer(freshTensor("axes"), c));
        int firstType = inputs.isEmpty() ? ElementType.UNKNOWN : type(inputs.get(0));
        for (int i = 0; i < n.outputs().size(); i++) {
            String out = n.outputs().get(i);
            Shape s = i == 0 ? ForeignShapes.infer(node, this::shape) : null;
            s = s == null ? declared.shape(out) : s;
            if (s != null && constant(out) == null) {
                shapes.put(out, s);
            }
            int type = declared.type(out);
            if (type == ElementType.UNKNOWN && i == 0 && n.domain().isEmpty()) {
                type = ForeignShapes.type(n.op(), node.attributes().get("to") instanceof Long to ? to : 0, firstType);
            }
            types.put(out, type);
        }
        foreignMayMixBatch |= !ForeignShapes.keepsShape(n.domain(), n.op());
        foreign.add(node.name());
        nodes.add(node);
    }

    private long @Nullable [] reductionAxes(SourceNode n) {
        if (!n.op().startsWith("Reduce") || !n.hasInput(1)) {
            return n.op().startsWith("Reduce") ? n.integers("axes") : null;
        }
        Constant c = constant(n.input(1));
        return c == null || c.isFloat() || c.isSymbolic() || c.size() == 0 ? null : c.longs();
    }

    /** Makes sure that a tensor of the file is there under its own name: an activation, or an initializer. */
    void materialize(String tensor) {
        Constant c = constant(tensor);
        if (c == null) {
            return;
        }
        if (!c.isSymbolic()) {
            initializer(tensor, c);
            return;
        }
        SourceNode producer = source.producer(resolve(tensor));
        if (producer == null) {
            throw new ModelException("tensor " + Text.clean(tensor) + " cannot be computed");
        }
        if (!foreign.contains(producer.name())) {
            emitForeign(producer);
        }
    }

    /** Tensors that are another one repeated along axes of size 1, which broadcasting does as well. */
    Map<String, String> expansions() {
        return expansions;
    }

    String name() {
        return source.name();
    }

    /** The network's inputs. */
    List<Graph.Value> inputs() {
        List<Graph.Value> values = new ArrayList<>();
        declared.inputs().forEach((name, shape) -> values.add(new Graph.Value(name, shape)));
        return values;
    }

    /** The network's outputs with the shapes known so far; a size that neither the nodes nor the file tell is 0. */
    List<Graph.Value> outputs(List<String> names) {
        List<Graph.Value> values = new ArrayList<>();
        for (String name : names) {
            Shape s = shape(name);
            values.add(new Graph.Value(name, s == null ? declared.outputShape(name) : s));
        }
        return values;
    }

    List<Node> nodes() {
        return nodes;
    }

    Map<String, Tensor> initializers() {
        return initializers;
    }

    Map<String, Shape> shapes() {
        return shapes;
    }

    /** Names of the foreign nodes so far. */
    Set<String> foreign() {
        return foreign;
    }

    /** True where a foreign node may do more than treat each image on its own. */
    boolean foreignMayMixBatch() {
        return foreignMayMixBatch;
    }
}
