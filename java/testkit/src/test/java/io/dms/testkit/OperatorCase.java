package io.dms.testkit;

import io.dms.model.Graph;
import io.dms.model.Node;
import io.dms.model.Shape;
import io.dms.model.Tensor;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;

/** One node with random inputs, collected step by step. */
final class OperatorCase {
    final Random random;
    final Map<String, Object> attributes = new LinkedHashMap<>();
    private final String op;
    private final List<Graph.Value> inputs = new ArrayList<>();
    private final List<float[]> data = new ArrayList<>();
    private final List<String> names = new ArrayList<>();
    private final Map<String, Tensor> constants = new LinkedHashMap<>();
    private int outputs = 1;

    OperatorCase(String op, Random random) {
        this.op = op;
        this.random = random;
    }

    /** From low to high, both included. */
    int between(int low, int high) {
        return low + random.nextInt(high - low + 1);
    }

    int pick(int... choices) {
        return choices[random.nextInt(choices.length)];
    }

    String pick(String... choices) {
        return choices[random.nextInt(choices.length)];
    }

    float[] noise(int n) {
        float[] x = new float[n];
        for (int i = 0; i < n; i++) {
            x[i] = (float) random.nextGaussian();
        }
        return x;
    }

    OperatorCase image(int... dims) {
        String name = "x" + inputs.size();
        inputs.add(new Graph.Value(name, Shape.of(dims)));
        data.add(noise(Nd.elements(dims)));
        names.add(name);
        return this;
    }

    OperatorCase constant(int... dims) {
        return constantOf(noise(Nd.elements(dims)), dims);
    }

    OperatorCase constantOf(float[] values, int... dims) {
        String name = "w" + constants.size();
        constants.put(name, Tensor.ofFloats(Shape.of(dims), values));
        names.add(name);
        return this;
    }

    OperatorCase set(String attribute, Object value) {
        attributes.put(attribute, value);
        return this;
    }

    OperatorCase ints(String attribute, long... values) {
        return set(attribute, values);
    }

    OperatorCase outputs(int n) {
        outputs = n;
        return this;
    }

    List<float[]> data() {
        return data;
    }

    Graph graph() {
        List<String> out = new ArrayList<>();
        List<Graph.Value> values = new ArrayList<>();
        for (int i = 0; i < outputs; i++) {
            out.add("y" + i);
            values.add(new Graph.Value("y" + i, Shape.of()));
        }
        Node node = Node.of("node", op, names, out, attributes);
        return new Graph(op, inputs, values, List.of(node), constants, Map.of());
    }
}
