package io.dms.testkit;

import io.dms.model.Graph;
import io.dms.model.Node;
import io.dms.model.ScalableModel;
import io.dms.model.Tensor;
import io.dms.model.UserException;
import io.dms.runtime.Backend;
import io.dms.runtime.Session;
import io.dms.runtime.SessionOptions;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * The backend that others are compared with: one kernel per operator that reads like the operator's formula, sums in
 * double precision, results rounded to float after every node. Shapes come from the data as it flows; the shapes that
 * the graph claims are not read, so that a wrong one is not believed. Stateless; any thread.
 */
public final class ReferenceBackend implements Backend {
    @Override
    public String name() {
        return "reference";
    }

    @Override
    public String describe() {
        return "reference (plain Java, double precision sums)";
    }

    @Override
    public List<String> refusals(Graph graph) {
        List<String> out = new ArrayList<>();
        for (Node node : graph.nodes()) {
            if (!node.domain().isEmpty() || !ReferenceKernels.OPERATORS.contains(node.op())) {
                out.add("the reference backend has no operator " + node.op() + " (node " + node.name()
                        + "): leave it out of the model");
            }
        }
        return out;
    }

    @Override
    public Session open(ScalableModel model, SessionOptions options) {
        List<String> refusals = refusals(model.graph());
        if (!refusals.isEmpty()) {
            throw new UserException(String.join("; ", refusals));
        }
        return new ReferenceSession(model, options);
    }

    /**
     * Every tensor of a graph, initializers left out, for the given network inputs.
     *
     * @param inputs one array for each network input, batch x its shape
     * @param batch value of the open batch dimension
     * @return by tensor name, inputs first, then in the order of the nodes
     * @throws UserException if inputs do not fit or an operator is not known
     */
    public static Map<String, float[]> evaluate(Graph graph, List<float[]> inputs, int batch) {
        Map<String, float[]> out = new LinkedHashMap<>();
        tensors(graph, inputs, batch).forEach((name, x) -> out.put(name, x.data));
        return out;
    }

    static Map<String, Nd> tensors(Graph graph, List<float[]> inputs, int batch) {
        if (inputs.size() != graph.inputs().size()) {
            throw new UserException(
                    "the network has " + graph.inputs().size() + " inputs, not " + inputs.size() + " as given");
        }
        Map<String, Nd> known = new LinkedHashMap<>();
        for (int i = 0; i < inputs.size(); i++) {
            Graph.Value v = graph.inputs().get(i);
            int[] dims = v.shape().withBatch(batch).dims();
            if (Nd.elements(dims) != inputs.get(i).length) {
                throw new UserException("input " + v.name() + " of shape " + v.shape() + " at batch " + batch
                        + " needs " + Nd.elements(dims) + " elements, not " + inputs.get(i).length);
            }
            known.put(v.name(), new Nd(dims, inputs.get(i)));
        }
        for (Node node : graph.nodes()) {
            @Nullable Nd[] in = new Nd[node.inputs().size()];
            for (int i = 0; i < in.length; i++) {
                Tensor constant = graph.initializer(node.input(i));
                in[i] = constant == null
                        ? known.get(node.input(i))
                        : new Nd(constant.shape().dims(), constant.floats());
            }
            List<Nd> out = ReferenceKernels.evaluate(node, in);
            for (int i = 0; i < node.outputs().size(); i++) {
                if (!node.outputs().get(i).isEmpty()) {
                    known.put(node.outputs().get(i), out.get(i));
                }
            }
        }
        return known;
    }
}
