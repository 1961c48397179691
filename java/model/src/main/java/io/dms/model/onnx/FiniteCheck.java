package io.dms.model.onnx;

import io.dms.model.Ahead;
import io.dms.model.DataType;
import io.dms.model.Graph;
import io.dms.model.ModelException;
import io.dms.model.Tensor;
import java.util.Collections;
import java.util.IdentityHashMap;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;

/**
 * Weights that are not numbers give outputs that are not: says so before the model is used. Weights are looked through on
 * other threads from the moment that they are found, while the nodes are still read. Used once, by one thread.
 */
final class FiniteCheck {
    private final Map<Tensor, Integer> bad = new ConcurrentHashMap<>();
    private final Set<Tensor> begun = Collections.newSetFromMap(new IdentityHashMap<>());
    private final Ahead<Tensor> looking = new Ahead<>(this::look);

    /** A constant of the file that is likely to be one of the graph. */
    void begin(Tensor t) {
        if (begun.add(t)) {
            looking.add(t);
        }
    }

    private void look(Tensor t) {
        int i = t.type() == DataType.FLOAT32 ? NotFinite.first(t.bytes()) : -1;
        if (i >= 0) {
            bad.put(t, i);
        }
    }

    /** @throws ModelException naming the first of the graph's constants that holds what is no number */
    void finish(Graph graph) {
        graph.initializers().values().forEach(this::begin);
        looking.finish();
        if (bad.isEmpty()) {
            return;
        }
        graph.initializers().forEach((name, t) -> {
            Integer i = bad.get(t);
            if (i != null) {
                throw new ModelException("initializer " + Text.clean(name) + " holds "
                        + t.bytes().getFloat(4 * i) + " at element " + i
                        + ": the network was trained or exported wrongly");
            }
        });
    }
}
