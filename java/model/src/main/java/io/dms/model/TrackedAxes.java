package io.dms.model;

import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * What is known of a graph's channels while its nodes are walked: which axis of each activation carries them, which
 * indices belong together, and what stays whole. Each rule of an operator reads and extends it.
 */
final class TrackedAxes {
    final Graph graph;
    final AxisClasses classes = new AxisClasses();
    private final Map<String, Integer> axes = new HashMap<>();
    private final Map<String, String> pinned = new LinkedHashMap<>();

    TrackedAxes(Graph graph) {
        this.graph = graph;
    }

    /** True for what is computed, false for constants and for what is left out. */
    boolean activation(String tensor) {
        return !tensor.isEmpty() && graph.initializer(tensor) == null;
    }

    /** Says on which axis an activation carries channels, where that is an axis of known size. */
    void track(String tensor, int axis) {
        Shape shape = graph.shapeOrNull(tensor);
        if (shape == null || axis >= shape.rank() || shape.dim(axis) < 0) {
            return;
        }
        axes.put(tensor, axis);
        classes.add(tensor, axis, shape.dim(axis), true);
    }

    /** The axis on which an activation carries channels, or null. */
    @Nullable
    Integer axis(String tensor) {
        return axes.get(tensor);
    }

    /** Keeps the channels of an activation whole. */
    void freeze(String tensor, String reason) {
        Integer axis = axes.get(tensor);
        if (axis != null) {
            classes.freeze(tensor, axis, reason);
        }
    }

    /** Freezes every axis of a tensor that any node, also a later one, makes known. */
    void pin(String tensor, String reason) {
        pinned.putIfAbsent(tensor, reason);
    }

    /** Keeps the constants of a node whole: what they meet is not tracked here, but they may be shared. */
    boolean pinConstants(Node node) {
        for (String in : node.inputs()) {
            if (graph.initializer(in) != null) {
                pin(in, "not tracked before " + at(node));
            }
        }
        return true;
    }

    /** Makes an axis of a constant known. */
    void weightAxis(String tensor, int axis) {
        classes.add(tensor, axis, graph.shape(tensor).dim(axis), false);
    }

    /** Ties a whole axis of an activation or constant to a whole axis of another, of the same size. */
    void tieAll(String a, int axisA, String b, int axisB) {
        classes.tieRange(a, axisA, 0, b, axisB, 0, graph.shape(a).dim(axisA));
    }

    /** A node as reasons name it. */
    static String at(Node node) {
        return node.op() + " (node " + node.name() + ")";
    }

    /** The output carries the channels that the first input carries, on the same axis. */
    boolean same(Node node) {
        Integer axis = axis(node.input(0));
        if (axis != null) {
            track(node.output(), axis);
            tieAll(node.input(0), axis, node.output(), axis);
        }
        return true;
    }

    /** What a node that no rule covers leaves: nothing is known of its outputs, and all that it touches stays whole. */
    void forget(Node node) {
        String reason = "no rule for " + at(node);
        node.inputs().forEach(in -> pin(in, reason));
        node.outputs().forEach(out -> pin(out, reason));
        node.outputs().forEach(axes::remove);
    }

    /** The groups, once all nodes are known. */
    ChannelGroups groups() {
        pinned.forEach((tensor, reason) -> {
            Shape shape = graph.shapeOrNull(tensor);
            for (int i = 0; shape != null && i < shape.rank(); i++) {
                classes.freeze(tensor, i, reason);
            }
        });
        for (Graph.Value v : graph.outputs()) {
            freeze(v.name(), "network output");
        }
        return classes.groups(tensor -> {
            Node producer = graph.producer(tensor);
            return producer == null ? tensor : producer.name();
        });
    }
}
