package io.dms.runtime;

import io.dms.model.Graph;
import io.dms.model.Node;
import io.dms.model.Shape;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** A plan in the making: its values, its steps so far, and which step writes which tensor. */
final class Drafts {
    private final Graph graph;
    private final int batch;
    private final List<FusedPlan.Value> values = new ArrayList<>();
    private final Map<String, Integer> index = new HashMap<>();
    private final List<Draft> steps = new ArrayList<>();
    private final Map<String, Draft> writers = new HashMap<>();

    Drafts(Graph graph, int batch) {
        this.graph = graph;
        this.batch = batch;
    }

    /** The plan, once all nodes are in. */
    FusedPlan plan(int[] inputs) {
        int[] outputs = graph.outputs().stream().mapToInt(v -> value(v.name())).toArray();
        List<Step> finished = steps.stream()
                .map(d -> d.finish(d.other ? -1 : value(d.output)))
                .toList();
        return new FusedPlan(values, finished, inputs, outputs);
    }

    /** The step that writes a tensor, or null. */
    @Nullable
    Draft writer(String tensor) {
        return writers.get(tensor);
    }

    void remove(Draft d) {
        steps.remove(d);
    }

    boolean isBefore(Draft a, Draft b) {
        return steps.indexOf(a) < steps.indexOf(b);
    }

    void moveToEnd(Draft d) {
        steps.remove(d);
        steps.add(d);
    }

    /** A step at the end that writes this tensor. */
    void append(Draft d, String output) {
        steps.add(d);
        rename(d, output);
    }

    /** Says what a step writes from now on: a later node became part of it. */
    void rename(Draft d, String output) {
        d.output = output;
        writers.put(output, d);
    }

    /** True where exactly one node reads the tensor and it is no network output. */
    boolean open(String tensor) {
        return graph.consumers(tensor).size() == 1 && !graph.isOutput(tensor);
    }

    /** At this plan's batch. */
    Shape shape(String tensor) {
        Shape s = graph.shape(tensor);
        return s.hasBatch() ? s.withBatch(batch) : s;
    }

    /** The number of a tensor, new where it has none. */
    int value(String tensor) {
        Integer known = index.get(tensor);
        if (known != null) {
            return known;
        }
        values.add(new FusedPlan.Value(tensor, shape(tensor), graph.initializer(tensor)));
        index.put(tensor, values.size() - 1);
        return values.size() - 1;
    }

    /** True where the step that writes a tensor counts channels on its last axis and that is not axis 1. */
    boolean lastAxisChannels(String tensor) {
        Draft d = writers.get(tensor);
        return d != null && d.channelsLast && shape(tensor).rank() != 2;
    }

    /** {@code scale[c] * input + shift[c]}: into the step that writes the input where that is possible. */
    void affine(Node node, String input, float[] scale, float[] shift) {
        Draft d = writers.get(input);
        if (d != null && open(input) && d.takesAffine(scale.length)) {
            d.scale(scale);
            d.shift(shift);
            rename(d, node.output());
            return;
        }
        Draft s = new Draft(node, value(input));
        s.channels = scale.length;
        s.scale = scale;
        s.bias = shift;
        append(s, node.output());
    }

    /** Appends post-ops to the step that writes {@code x}, or makes a step of them. */
    void after(Node node, String x, List<PostOp> ops) {
        Draft d = writers.get(x);
        if (d != null && open(x) && d.takesAfter()) {
            d.after.addAll(ops);
            rename(d, node.output());
            return;
        }
        Draft e = new Draft(node, value(x));
        e.after.addAll(ops);
        append(e, node.output());
    }

    /** A node that stays a step of its own. */
    void other(Node node) {
        Draft d = new Draft(node, -1);
        d.inputs = node.inputs().stream()
                .mapToInt(n -> n.isEmpty() ? -1 : value(n))
                .toArray();
        d.other = true;
        steps.add(d);
        for (String out : node.outputs()) {
            if (!out.isEmpty()) {
                writers.put(out, d);
            }
        }
        d.outputs = node.outputs().stream()
                .mapToInt(n -> n.isEmpty() || (graph.consumers(n).isEmpty() && !graph.isOutput(n)) ? -1 : value(n))
                .toArray();
    }
}
