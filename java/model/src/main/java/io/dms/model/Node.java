package io.dms.model;

import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/**
 * One operation of a {@link Graph}. Attribute values are {@link Long}, {@link Float}, {@link String}, {@code long[]},
 * {@code float[]} or {@link Tensor} (a {@link ForeignValue} in nodes outside the supported list); names and meanings are those of ONNX, except that in a canonical graph (see
 * {@link Graph}) what ONNX passes as constant inputs is an attribute, too. Immutable; arrays handed out are copies.
 */
public final class Node {
    private final String name;
    private final String op;
    private final String domain;
    private final List<String> inputs;
    private final List<String> outputs;
    private final Map<String, Object> attributes;

    /**
     * @param name unique in its graph
     * @param op ONNX operator type
     * @param domain operator set, empty for ONNX's own
     * @param inputs tensor names; an empty name is an optional input left out
     * @param outputs tensor names; an empty name is an optional output left out
     * @param attributes see the class
     */
    public Node(
            String name,
            String op,
            String domain,
            List<String> inputs,
            List<String> outputs,
            Map<String, ?> attributes) {
        this.name = name;
        this.op = op;
        this.domain = domain;
        this.inputs = List.copyOf(inputs);
        this.outputs = List.copyOf(outputs);
        this.attributes = Collections.unmodifiableMap(new LinkedHashMap<>(attributes));
    }

    /** A node of ONNX's own operator set. */
    public static Node of(
            String name, String op, List<String> inputs, List<String> outputs, Map<String, ?> attributes) {
        return new Node(name, op, "", inputs, outputs, attributes);
    }

    /** Unique name. */
    public String name() {
        return name;
    }

    /** ONNX operator type, as in {@code Conv}. */
    public String op() {
        return op;
    }

    /** Operator set, empty for ONNX's own. */
    public String domain() {
        return domain;
    }

    /** Names of the tensors read. */
    public List<String> inputs() {
        return inputs;
    }

    /** Name of one tensor read, empty where it is left out. */
    public String input(int i) {
        return i < inputs.size() ? inputs.get(i) : "";
    }

    /** Names of the tensors written. */
    public List<String> outputs() {
        return outputs;
    }

    /** Name of the first tensor written. */
    public String output() {
        return outputs.get(0);
    }

    /** All attributes, in a fixed order. */
    public Map<String, Object> attributes() {
        return attributes;
    }

    /** True for the given operator of ONNX's own set. */
    public boolean is(String op) {
        return domain.isEmpty() && this.op.equals(op);
    }

    /** True where the attribute is there. */
    public boolean has(String attribute) {
        return attributes.containsKey(attribute);
    }

    /** An integer attribute, or {@code otherwise} where it is absent. */
    public int intAttr(String attribute, int otherwise) {
        Object v = attributes.get(attribute);
        return v == null ? otherwise : Math.toIntExact(cast(attribute, v, Long.class));
    }

    /** A float attribute, or {@code otherwise} where it is absent. */
    public float floatAttr(String attribute, float otherwise) {
        Object v = attributes.get(attribute);
        return v == null ? otherwise : cast(attribute, v, Float.class);
    }

    /** A string attribute, or {@code otherwise} where it is absent. */
    public String stringAttr(String attribute, String otherwise) {
        Object v = attributes.get(attribute);
        return v == null ? otherwise : cast(attribute, v, String.class);
    }

    /**
     * A list of integers.
     *
     * @throws ModelException if it is absent
     */
    public int[] ints(String attribute) {
        int[] v = intsOrNull(attribute);
        if (v == null) {
            throw new ModelException("node " + name + " (" + op + ") lacks attribute " + attribute);
        }
        return v;
    }

    /** A list of integers, or null where it is absent. */
    public int @Nullable [] intsOrNull(String attribute) {
        Object v = attributes.get(attribute);
        if (v == null) {
            return null;
        }
        long[] all = cast(attribute, v, long[].class);
        int[] out = new int[all.length];
        for (int i = 0; i < out.length; i++) {
            out[i] = Math.toIntExact(all[i]);
        }
        return out;
    }

    /** A list of floats, or null where it is absent. */
    public float @Nullable [] floatsOrNull(String attribute) {
        Object v = attributes.get(attribute);
        return v == null ? null : cast(attribute, v, float[].class).clone();
    }

    private <T> T cast(String attribute, Object v, Class<T> type) {
        if (!type.isInstance(v)) {
            throw new ModelException("attribute " + attribute + " of node " + name + " (" + op + ") must be "
                    + type.getSimpleName() + " but is " + v.getClass().getSimpleName());
        }
        return type.cast(v);
    }

    /** This node with one attribute set. */
    public Node with(String attribute, Object value) {
        Map<String, Object> a = new LinkedHashMap<>(attributes);
        a.put(attribute, value);
        return new Node(name, op, domain, inputs, outputs, a);
    }

    /** This node with other inputs. */
    public Node withInputs(List<String> inputs) {
        return new Node(name, op, domain, inputs, outputs, attributes);
    }

    /** This node with other outputs. */
    public Node withOutputs(List<String> outputs) {
        return new Node(name, op, domain, inputs, outputs, attributes);
    }

    /** As in {@code conv1: Conv(input, w) -> x}. */
    @Override
    public String toString() {
        return name + ": " + op + inputs.stream().collect(Collectors.joining(", ", "(", ")")) + " -> "
                + String.join(", ", outputs);
    }
}
