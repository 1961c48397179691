package io.dms.model;

import java.util.ArrayList;
import java.util.Collections;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * A network: nodes in topological order, constants, and the shape of every tensor.
 *
 * <p>The importer delivers <em>canonical</em> graphs, and everything behind it relies on this form:
 *
 * <ul>
 *   <li>Operators have the meaning of ONNX operator set 17. What is constant in them is resolved: no {@code Constant},
 *       {@code Identity}, {@code Dropout}, {@code Cast} between floats, or shape arithmetic is left.
 *   <li>Inputs of nodes are float tensors only: activations or float initializers. What ONNX passes as constant integer
 *       or scalar inputs is an attribute of that name: {@code Reshape.shape} (the batch dimension as -1),
 *       {@code Slice.starts/ends/axes/steps} (non-negative axes, starts and ends inside the axis, ends exclusive; end
 *       {@link #TO_END} where the axis is the batch), {@code Pad.pads/value}, {@code Clip.min/max},
 *       {@code Split.axis/split}, {@code Squeeze.axes}, {@code Unsqueeze.axes}, {@code ReduceMean.axes/keepdims},
 *       {@code Resize.sizes} (full output shape, batch as -1) beside {@code Resize.scales} (as far as the file had
 *       them).
 *   <li>Conv, ConvTranspose and pools always carry {@code kernel_shape, strides, pads, dilations} ({@code group} for
 *       convolutions); {@code auto_pad} is resolved. Axes are never negative.
 *   <li>Zero-padding of channels behind a strided slice (the parameter-free shortcut) is a strided 1x1 Conv.
 *   <li>Nodes outside the supported list stay as they were in the file; their outputs may have no known shape.
 * </ul>
 *
 * <p>Immutable.
 */
public final class Graph {
    /** In {@code Slice.ends}: to the end of an axis whose size is not known. */
    public static final int TO_END = Integer.MAX_VALUE;

    private final String name;
    private final List<Value> inputs;
    private final List<Value> outputs;
    private final List<Node> nodes;
    private final Map<String, Tensor> initializers;
    private final Map<String, Shape> shapes;
    private final Map<String, Node> producers = new HashMap<>();
    private final Map<String, List<Node>> consumers = new HashMap<>();
    private final DigestOnce digest = new DigestOnce(this);

    /**
     * A network input or output.
     *
     * @param name tensor name
     * @param shape its shape, the batch possibly open
     */
    public record Value(String name, Shape shape) {}

    /**
     * @param name for people
     * @param inputs activations fed at each call
     * @param outputs activations given back
     * @param nodes in topological order
     * @param initializers constants by tensor name
     * @param shapes shapes of activations by tensor name; initializers need not be in it
     * @throws ModelException if a tensor is written twice, or read before it is written
     */
    public Graph(
            String name,
            List<Value> inputs,
            List<Value> outputs,
            List<Node> nodes,
            Map<String, Tensor> initializers,
            Map<String, Shape> shapes) {
        this.name = name;
        this.inputs = List.copyOf(inputs);
        this.outputs = List.copyOf(outputs);
        this.nodes = List.copyOf(nodes);
        this.initializers = Collections.unmodifiableMap(new LinkedHashMap<>(initializers));
        this.shapes = Collections.unmodifiableMap(new LinkedHashMap<>(shapes));
        Map<String, Boolean> known = new HashMap<>();
        this.initializers.keySet().forEach(n -> known.put(n, true));
        this.inputs.forEach(v -> known.put(v.name(), true));
        for (Node node : this.nodes) {
            for (String in : node.inputs()) {
                if (in.isEmpty()) {
                    continue;
                }
                if (!known.containsKey(in)) {
                    throw new ModelException("node " + node.name() + " (" + node.op() + ") reads tensor " + in
                            + ", which nothing before it writes: the file lacks an initializer or its nodes form a"
                            + " cycle");
                }
                consumers.computeIfAbsent(in, k -> new ArrayList<>()).add(node);
            }
            for (String out : node.outputs()) {
                if (out.isEmpty()) {
                    continue;
                }
                if (known.put(out, true) != null) {
                    throw new ModelException("tensor " + out + " is written twice, the second time by node "
                            + node.name() + " (" + node.op() + ")");
                }
                producers.put(out, node);
            }
        }
        for (Value v : this.outputs) {
            if (!known.containsKey(v.name())) {
                throw new ModelException("network output " + v.name() + " is written by no node");
            }
        }
    }

    /** Name, for people. */
    public String name() {
        return name;
    }

    /** Network inputs. */
    public List<Value> inputs() {
        return inputs;
    }

    /** Network outputs. */
    public List<Value> outputs() {
        return outputs;
    }

    /** Nodes in topological order. */
    public List<Node> nodes() {
        return nodes;
    }

    /** Constants by tensor name, in a fixed order. */
    public Map<String, Tensor> initializers() {
        return initializers;
    }

    /** A constant, or null where the name is an activation's. */
    public @Nullable Tensor initializer(String tensor) {
        return initializers.get(tensor);
    }

    /** Known shapes of activations by tensor name. */
    public Map<String, Shape> shapes() {
        return shapes;
    }

    /** Shape of an activation or a constant, or null where it is not known. */
    public @Nullable Shape shapeOrNull(String tensor) {
        Tensor t = initializers.get(tensor);
        return t != null ? t.shape() : shapes.get(tensor);
    }

    /**
     * Shape of an activation or a constant.
     *
     * @throws ModelException if it is not known
     */
    public Shape shape(String tensor) {
        Shape s = shapeOrNull(tensor);
        if (s == null) {
            throw new ModelException("the shape of tensor " + tensor + " is not known");
        }
        return s;
    }

    /** The node that writes a tensor, or null for inputs and constants. */
    public @Nullable Node producer(String tensor) {
        return producers.get(tensor);
    }

    /** The nodes that read a tensor, once for each time that it is read, in order. */
    public List<Node> consumers(String tensor) {
        return consumers.getOrDefault(tensor, List.of());
    }

    /** True where the tensor is a network output. */
    public boolean isOutput(String tensor) {
        return outputs.stream().anyMatch(v -> v.name().equals(tensor));
    }

    /** {@link NetworkDigest} of this graph. Reads every weight the first time that it is asked for. */
    public String digest() {
        return digest.get();
    }

    /** Has Java's common pool begin to read the weights for {@link #digest}, which is sure to be asked for soon. */
    public void digestAhead() {
        digest.begin();
    }

    /** This graph with other constants. */
    public Graph withInitializers(Map<String, Tensor> initializers) {
        return new Graph(name, inputs, outputs, nodes, initializers, shapes);
    }
}
