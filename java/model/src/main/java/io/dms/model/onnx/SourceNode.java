package io.dms.model.onnx;

import ai.onnx.proto.OnnxMl.AttributeProto;
import ai.onnx.proto.OnnxMl.AttributeProto.AttributeType;
import ai.onnx.proto.OnnxMl.NodeProto;
import ai.onnx.proto.OnnxMl.TensorProto;
import com.google.protobuf.ByteString;
import io.dms.model.ModelException;
import java.nio.charset.StandardCharsets;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** A node as it stands in the file, with its attributes by name and type. */
final class SourceNode {
    private final String name;
    private final NodeProto proto;
    private final String domain;
    private final int opset;
    private final List<String> inputs;
    private final List<String> outputs;
    private final List<String> captures;
    private final Map<String, AttributeProto> attributes = new LinkedHashMap<>();

    /**
     * @param name unique in the graph
     * @param opset version of the node's operator set in this file
     * @param captures outer tensors that the node's subgraphs read
     */
    SourceNode(String name, NodeProto proto, int opset, List<String> captures) {
        this.name = name;
        this.proto = proto;
        this.domain = domain(proto.getDomain());
        this.opset = opset;
        this.inputs = List.copyOf(proto.getInputList());
        this.outputs = List.copyOf(proto.getOutputList());
        this.captures = captures;
        for (AttributeProto a : proto.getAttributeList()) {
            if (attributes.put(a.getName(), a) != null) {
                throw error("has attribute " + Text.clean(a.getName()) + " twice: the file is damaged");
            }
        }
    }

    /** ONNX's own operator set has two names. */
    static String domain(String domain) {
        return domain.equals("ai.onnx") ? "" : domain;
    }

    String name() {
        return name;
    }

    String op() {
        return proto.getOpType();
    }

    String domain() {
        return domain;
    }

    int opset() {
        return opset;
    }

    List<String> inputs() {
        return inputs;
    }

    /** Name of one input, empty where it is left out. */
    String input(int i) {
        return i < inputs.size() ? inputs.get(i) : "";
    }

    boolean hasInput(int i) {
        return !input(i).isEmpty();
    }

    List<String> outputs() {
        return outputs;
    }

    /** The first output; every node that has a rule has one. */
    String output() {
        return outputs.get(0);
    }

    List<String> captures() {
        return captures;
    }

    Map<String, AttributeProto> attributes() {
        return attributes;
    }

    boolean has(String attribute) {
        return attributes.containsKey(attribute);
    }

    long integer(String attribute, long otherwise) {
        AttributeProto a = get(attribute, AttributeType.INT);
        return a == null ? otherwise : a.getI();
    }

    float real(String attribute, float otherwise) {
        AttributeProto a = get(attribute, AttributeType.FLOAT);
        return a == null ? otherwise : a.getF();
    }

    String string(String attribute, String otherwise) {
        AttributeProto a = get(attribute, AttributeType.STRING);
        return a == null ? otherwise : text(a.getS());
    }

    long @Nullable [] integers(String attribute) {
        AttributeProto a = get(attribute, AttributeType.INTS);
        if (a == null) {
            return null;
        }
        long[] v = new long[a.getIntsCount()];
        for (int i = 0; i < v.length; i++) {
            v[i] = a.getInts(i);
        }
        return v;
    }

    float @Nullable [] reals(String attribute) {
        AttributeProto a = get(attribute, AttributeType.FLOATS);
        if (a == null) {
            return null;
        }
        float[] v = new float[a.getFloatsCount()];
        for (int i = 0; i < v.length; i++) {
            v[i] = a.getFloats(i);
        }
        return v;
    }

    @Nullable
    TensorProto tensor(String attribute) {
        AttributeProto a = get(attribute, AttributeType.TENSOR);
        return a == null ? null : a.getT();
    }

    private @Nullable AttributeProto get(String attribute, AttributeType type) {
        AttributeProto a = attributes.get(attribute);
        if (a != null && a.getType() != type && a.getType() != AttributeType.UNDEFINED) {
            throw error("has attribute " + attribute + " of type " + a.getType() + " instead of " + type);
        }
        return a;
    }

    static String text(ByteString bytes) {
        return bytes.toString(StandardCharsets.UTF_8);
    }

    /** A model error at this node. */
    ModelException error(String what) {
        return new ModelException(this + " " + what);
    }

    /** As in {@code node conv1 (Conv)}. */
    @Override
    public String toString() {
        return "node " + Text.clean(name) + " (" + Text.clean(proto.getOpType()) + ")";
    }
}
