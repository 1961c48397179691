package io.dms.model.onnx;

import io.dms.model.Node;
import io.dms.model.Shape;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** Normalisation, activation functions, arithmetic, and nodes that change nothing. */
final class ElementOperators {
    private ElementOperators() {}

    static void batchNormalization(SourceNode n, GraphBuilder g) {
        String x = g.activation(n, 0);
        if (n.integer("training_mode", 0) != 0 || n.integer("spatial", 1) != 1) {
            throw new UnsupportedForm("training or not per channel");
        }
        if (n.outputs().stream().skip(1).anyMatch(o -> !o.isEmpty())) {
            throw new UnsupportedForm("gives statistics");
        }
        float epsilon = n.real("epsilon", 1e-5f);
        Constant variance = g.reals(n, 4);
        if (variance != null) {
            for (float v : variance.floats()) {
                if (v + epsilon <= 0) {
                    throw n.error("has variance " + v + ", which must not be negative: the file is damaged");
                }
            }
        }
        List<String> inputs = new ArrayList<>(List.of(x));
        for (int i = 1; i <= 4; i++) {
            inputs.add(g.weight(n, i));
        }
        g.emit(n, n.op(), inputs, new Attributes().put("epsilon", epsilon).map());
    }

    static void lrn(SourceNode n, GraphBuilder g) {
        Attributes a = new Attributes()
                .put("size", n.integer("size", 0))
                .put("alpha", n.real("alpha", 1e-4f))
                .put("beta", n.real("beta", 0.75f))
                .put("bias", n.real("bias", 1f));
        g.emit(n, n.op(), List.of(g.activation(n, 0)), a.map());
    }

    static void unary(SourceNode n, GraphBuilder g) {
        g.emit(n, n.op(), List.of(g.activation(n, 0)), new Attributes().map());
    }

    static void leakyRelu(SourceNode n, GraphBuilder g) {
        Attributes a = new Attributes().put("alpha", n.real("alpha", 0.01f));
        g.emit(n, n.op(), List.of(g.activation(n, 0)), a.map());
    }

    static void hardSigmoid(SourceNode n, GraphBuilder g) {
        Attributes a = new Attributes().put("alpha", n.real("alpha", 0.2f)).put("beta", n.real("beta", 0.5f));
        g.emit(n, n.op(), List.of(g.activation(n, 0)), a.map());
    }

    /**
     * Slopes that are neither one number nor one for each channel on axis 1 become what PRelu means,
     * {@code max(x, 0) + slopes * min(x, 0)}: no library has such a PRelu.
     */
    static void prelu(SourceNode n, GraphBuilder g) {
        String x = g.activation(n, 0);
        String slopes = g.weight(n, 1);
        Node whole = Node.of(n.name(), n.op(), List.of(x, slopes), List.of(n.output()), new Attributes().map());
        ShapeRules.infer(whole, g::shape);
        Shape shape = g.shape(x);
        if (shape == null || isPerChannel(g.shape(slopes), shape.rank())) {
            g.emit(whole);
            return;
        }
        String above = g.emitBefore(
                n, "Clip", List.of(x), new Attributes().put("min", 0f).map());
        String below = g.emitBefore(
                n, "Clip", List.of(x), new Attributes().put("max", 0f).map());
        String sloped = g.emitBefore(n, "Mul", List.of(below, slopes), new Attributes().map());
        g.emit(n, "Add", List.of(above, sloped), new Attributes().map());
    }

    private static boolean isPerChannel(@Nullable Shape slopes, int rank) {
        if (slopes == null) {
            return true;
        }
        for (int fromEnd = 1; fromEnd <= slopes.rank(); fromEnd++) {
            if (slopes.dim(-fromEnd) != 1 && fromEnd != rank - 1) {
                return false;
            }
        }
        return true;
    }

    static void clip(SourceNode n, GraphBuilder g) {
        String x = g.activation(n, 0);
        boolean attributes = n.opset() < 11;
        Float min = attributes ? attribute(n, "min") : scalar(n, g, 1);
        Float max = attributes ? attribute(n, "max") : scalar(n, g, 2);
        emitClip(n, g, x, min, max);
    }

    /** The default bounds of older operator sets are the largest finite numbers: no bounds. */
    private static @Nullable Float attribute(SourceNode n, String name) {
        if (!n.has(name)) {
            return null;
        }
        float v = n.real(name, 0);
        return Math.abs(v) == Float.MAX_VALUE ? null : v;
    }

    private static @Nullable Float scalar(SourceNode n, GraphBuilder g, int i) {
        Constant c = g.reals(n, i);
        if (c != null && c.size() != 1) {
            throw n.error("has a bound of " + c.size() + " elements");
        }
        return c == null ? null : c.floats()[0];
    }

    private static void emitClip(SourceNode n, GraphBuilder g, String x, @Nullable Float min, @Nullable Float max) {
        Float low = min == null || min == Float.NEGATIVE_INFINITY ? null : min;
        Float high = max == null || max == Float.POSITIVE_INFINITY ? null : max;
        if (low == null && high == null) {
            g.alias(n, x);
            return;
        }
        Attributes a = new Attributes();
        for (Float bound : Arrays.asList(low, high)) {
            if (bound != null && bound.isNaN()) {
                throw n.error("has a bound that is not a number: the file is damaged");
            }
        }
        if (low != null) {
            a.put("min", low.floatValue());
        }
        if (high != null) {
            a.put("max", high.floatValue());
        }
        g.emit(n, "Clip", List.of(x), a.map());
    }

    /** Max or Min of a tensor and one number is a Clip. */
    static void bound(SourceNode n, GraphBuilder g) {
        if (n.inputs().size() == 1) {
            g.alias(n, g.activation(n, 0));
            return;
        }
        if (n.inputs().size() != 2) {
            throw new UnsupportedForm("more than two inputs");
        }
        int constant = g.constant(n.input(0)) != null ? 0 : 1;
        Constant c = g.reals(n, constant);
        String x = g.activation(n, 1 - constant);
        Shape shape = g.activationShape(n, 1 - constant);
        if (c == null || c.size() != 1 || c.rank() > shape.rank()) {
            throw new UnsupportedForm("not a number");
        }
        Float v = c.floats()[0];
        boolean max = n.op().equals("Max");
        emitClip(n, g, x, max ? v : null, max ? null : v);
    }

    static void binary(SourceNode n, GraphBuilder g) {
        List<String> inputs = List.of(g.tensor(n, 0), g.tensor(n, 1));
        g.emit(n, n.op(), inputs, new Attributes().map());
    }

    /** Squares, as detectors decode boxes. */
    static void pow(SourceNode n, GraphBuilder g) {
        String x = g.activation(n, 0);
        Constant c = n.hasInput(1) ? g.constant(n.input(1)) : null;
        Shape s = g.activationShape(n, 0);
        if (c == null || c.size() != 1 || c.rank() > s.rank() || c.value(0) != 2) {
            throw new UnsupportedForm("not a square");
        }
        g.emit(n, "Mul", List.of(x, x), new Attributes().map());
    }

    static void sum(SourceNode n, GraphBuilder g) {
        List<String> inputs = new ArrayList<>();
        for (int i = 0; i < n.inputs().size(); i++) {
            inputs.add(g.tensor(n, i));
        }
        if (inputs.size() == 1) {
            g.alias(n, inputs.get(0));
            return;
        }
        if (inputs.isEmpty()) {
            throw n.error("has no inputs: the file is damaged");
        }
        String all = inputs.get(0);
        for (int i = 1; i < inputs.size() - 1; i++) {
            all = g.emitBefore(n, "Add", List.of(all, inputs.get(i)), new Attributes().map());
        }
        g.emit(n, "Add", List.of(all, inputs.get(inputs.size() - 1)), new Attributes().map());
    }

    /**
     * Before operator set 13, Softmax normalises over all axes from {@code axis} on, which were merged into one. Where
     * only one of them has more than one element, that is the same as today's; else they are merged by Reshape.
     */
    static void softmax(SourceNode n, GraphBuilder g) {
        String x = g.activation(n, 0);
        if (n.opset() >= 13) {
            int rank = rank(n, g, n.integer("axis", -1));
            int axis = ConstantFolder.axis(n, n.integer("axis", -1), rank);
            g.emit(n, n.op(), List.of(x), new Attributes().put("axis", axis).map());
            return;
        }
        Shape s = g.activationShape(n, 0);
        int from = ConstantFolder.axis(n, n.integer("axis", 1), s.rank());
        int wide = -1;
        boolean several = false;
        for (int i = from; i < s.rank(); i++) {
            several |= wide >= 0 && s.dim(i) != 1;
            wide = s.dim(i) != 1 ? i : wide;
        }
        if (!several) {
            int axis = wide < 0 ? s.rank() - 1 : wide;
            g.emit(n, n.op(), List.of(x), new Attributes().put("axis", axis).map());
            return;
        }
        int[] merged = Arrays.copyOf(s.dims(), from + 1);
        if (Arrays.stream(s.dims(), from, s.rank()).anyMatch(d -> d == Shape.BATCH)) {
            throw n.error("normalises over the batch");
        }
        merged[from] = Math.toIntExact(s.elements(from, s.rank()));
        String flat = g.emitBefore(
                n, "Reshape", List.of(x), new Attributes().put("shape", merged).map());
        String soft = g.emitBefore(
                n, "Softmax", List.of(flat), new Attributes().put("axis", from).map());
        g.emit(
                n,
                "Reshape",
                List.of(soft),
                new Attributes().put("shape", s.dims()).map());
    }

    /** The rank of the first input; where it is not known, an axis that counts from the start needs none. */
    static int rank(SourceNode n, GraphBuilder g, long axis) {
        Shape s = g.shape(g.activation(n, 0));
        if (s == null && axis < 0) {
            throw new UnsupportedForm("rank not known");
        }
        return s == null ? Integer.MAX_VALUE : s.rank();
    }

    static void identity(SourceNode n, GraphBuilder g) {
        g.alias(n, g.activation(n, 0));
    }

    static void dropout(SourceNode n, GraphBuilder g) {
        if (n.outputs().size() > 1 && !n.outputs().get(1).isEmpty()) {
            throw new UnsupportedForm("gives its mask");
        }
        if (n.hasInput(2)) {
            Constant training = g.constant(n.input(2));
            if (training == null || training.size() != 1 || training.value(0) != 0) {
                throw new UnsupportedForm("training");
            }
        }
        g.alias(n, g.activation(n, 0));
    }

    static void cast(SourceNode n, GraphBuilder g) {
        String x = g.activation(n, 0);
        if (!ElementType.isFloat((int) n.integer("to", 0)) || g.type(x) != ElementType.FLOAT) {
            throw new UnsupportedForm("not between reals");
        }
        g.alias(n, x);
    }
}
