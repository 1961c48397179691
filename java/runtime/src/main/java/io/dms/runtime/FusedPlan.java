package io.dms.runtime;

import io.dms.model.Graph;
import io.dms.model.Shape;
import io.dms.model.Tensor;
import java.util.Arrays;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * The graph of one level at one batch as a backend wants it: normalisation folded into scales and biases, activations
 * and residual adds attached to the step whose result they change, shapes without open dimensions. It says nothing of
 * memory layouts. Immutable.
 */
public final class FusedPlan {
    private final List<Value> values;
    private final List<Step> steps;
    private final int[] inputs;
    private final int[] outputs;
    private final int[] lastUse;

    /**
     * A tensor of the plan.
     *
     * @param name its name in the graph
     * @param shape its shape, the batch set
     * @param constant its elements where it is a constant, else null
     */
    public record Value(String name, Shape shape, @Nullable Tensor constant) {}

    FusedPlan(List<Value> values, List<Step> steps, int[] inputs, int[] outputs) {
        this.values = List.copyOf(values);
        this.steps = List.copyOf(steps);
        this.inputs = inputs.clone();
        this.outputs = outputs.clone();
        this.lastUse = new int[values.size()];
        Arrays.fill(lastUse, -1);
        for (int i = 0; i < steps.size(); i++) {
            for (int v : steps.get(i).reads()) {
                lastUse[v] = i;
            }
        }
        for (int v : outputs) {
            lastUse[v] = steps.size();
        }
    }

    /**
     * Fuses a canonical graph.
     *
     * @throws io.dms.model.ModelException if a shape is not known
     */
    public static FusedPlan of(Graph graph, int batch) {
        return new Fusion(graph, batch).plan();
    }

    /** All tensors; a value's index is its place here. */
    public List<Value> values() {
        return values;
    }

    /** The steps in the order of execution. */
    public List<Step> steps() {
        return steps;
    }

    /** Values of the network inputs, in the order of the graph. */
    public int[] inputs() {
        return inputs.clone();
    }

    /** Values of the network outputs, in the order of the graph. */
    public int[] outputs() {
        return outputs.clone();
    }

    /**
     * Index of the last step that reads a value: {@code steps().size()} for a network output, -1 where nothing reads
     * it.
     */
    public int lastUse(int value) {
        return lastUse[value];
    }
}
