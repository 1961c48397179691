package io.dms.model;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Random;

/** Builds small canonical graphs by hand; every constant is drawn from a seed. */
final class TestGraph {
    private final Random random = new Random(1);
    private final List<Node> nodes = new ArrayList<>();
    private final Map<String, Tensor> constants = new LinkedHashMap<>();
    private final Map<String, Shape> shapes = new LinkedHashMap<>();
    private final List<Graph.Value> inputs = new ArrayList<>();

    String input(int... dims) {
        String name = "x" + inputs.size();
        shapes.put(name, Shape.of(dims));
        inputs.add(new Graph.Value(name, Shape.of(dims)));
        return name;
    }

    String constant(String name, int... dims) {
        float[] values = new float[(int) Shape.of(dims).elements()];
        for (int i = 0; i < values.length; i++) {
            values[i] = (float) random.nextGaussian();
        }
        constants.put(name, Tensor.ofFloats(Shape.of(dims), values));
        return name;
    }

    String node(String name, String op, List<String> in, Shape out, Map<String, ?> attributes) {
        nodes.add(Node.of(name, op, in, List.of(name + ".out"), attributes));
        shapes.put(name + ".out", out);
        return name + ".out";
    }

    List<String> split(String name, String in, int axis, int... sizes) {
        List<String> outs = new ArrayList<>();
        long[] split = new long[sizes.length];
        for (int i = 0; i < sizes.length; i++) {
            outs.add(name + ".out" + i);
            shapes.put(name + ".out" + i, shape(in).with(axis, sizes[i]));
            split[i] = sizes[i];
        }
        nodes.add(Node.of(name, "Split", List.of(in), outs, Map.of("axis", (long) axis, "split", split)));
        return outs;
    }

    Shape shape(String tensor) {
        return Objects.requireNonNull(shapes.get(tensor));
    }

    /** 3x3, stride 1, padded, with bias. */
    String conv(String name, String in, int out, int groups) {
        int channels = shape(in).dim(1);
        String w = constant(name + ".w", out, channels / groups, 3, 3);
        String b = constant(name + ".b", out);
        Map<String, Object> attributes = Map.of(
                "kernel_shape",
                new long[] {3, 3},
                "strides",
                new long[] {1, 1},
                "pads",
                new long[] {1, 1, 1, 1},
                "dilations",
                new long[] {1, 1},
                "group",
                (long) groups);
        return node(name, "Conv", List.of(in, w, b), shape(in).with(1, out), attributes);
    }

    String relu(String name, String in) {
        return node(name, "Relu", List.of(in), shape(in), Map.of());
    }

    String add(String name, String a, String b) {
        return node(name, "Add", List.of(a, b), shape(a), Map.of());
    }

    String concat(String name, String... in) {
        int channels = 0;
        for (String s : in) {
            channels += shape(s).dim(1);
        }
        return node(name, "Concat", List.of(in), shape(in[0]).with(1, channels), Map.of("axis", 1L));
    }

    String flatten(String name, String in) {
        Shape s = shape(in);
        return node(name, "Flatten", List.of(in), Shape.of(-1, (int) s.elements(1, s.rank())), Map.of("axis", 1L));
    }

    String gemm(String name, String in, int out) {
        String w = constant(name + ".w", out, shape(in).dim(1));
        String b = constant(name + ".b", out);
        return node(name, "Gemm", List.of(in, w, b), Shape.of(-1, out), Map.of("transB", 1L));
    }

    Graph done(String output) {
        return new Graph("test", inputs, List.of(new Graph.Value(output, shape(output))), nodes, constants, shapes);
    }
}
