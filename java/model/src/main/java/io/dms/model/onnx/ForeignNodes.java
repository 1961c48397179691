package io.dms.model.onnx;

import ai.onnx.proto.OnnxMl.AttributeProto;
import ai.onnx.proto.OnnxMl.NodeProto;
import ai.onnx.proto.OnnxMl.TensorProto;
import com.google.protobuf.ByteString;
import com.google.protobuf.UnsafeByteOperations;
import io.dms.model.Node;
import io.dms.model.Tensor;
import java.nio.charset.StandardCharsets;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/**
 * Nodes outside the supported list, from the file and back to it. Outer tensors that a node's subgraphs read by name are
 * appended to the inputs of its {@link Node}, so that whoever walks the graph sees them.
 */
final class ForeignNodes {
    private ForeignNodes() {}

    /** @param inputs the node's inputs and, behind them, what its subgraphs read */
    static Node read(SourceNode n, List<String> inputs, TensorReader reader) {
        Map<String, Object> attributes = new LinkedHashMap<>();
        n.attributes().forEach((name, a) -> attributes.put(name, value(a, n, reader)));
        return new Node(n.name(), n.op(), n.domain(), inputs, n.outputs(), attributes);
    }

    /**
     * Reductions changed how they take their axes: as an attribute until operator set 12 (ReduceSum) or 17 (all
     * others), as an input since. Graphs have the meaning of operator set 17.
     *
     * @param axes the axes where they are constant, or null
     * @param name gives a constant a name in the graph
     */
    static Node upgradeReduction(SourceNode n, Node node, long @Nullable [] axes, Function<Constant, String> name) {
        if (!n.domain().isEmpty()
                || !n.op().startsWith("Reduce")
                || axes == null
                || n.inputs().isEmpty()) {
            return node;
        }
        boolean sum = n.op().equals("ReduceSum");
        if (sum && n.opset() < 13) {
            String in = name.apply(Constant.longs(ElementType.INT64, new int[] {axes.length}, axes));
            Map<String, Object> attributes = new LinkedHashMap<>(node.attributes());
            attributes.remove("axes");
            return new Node(n.name(), n.op(), "", List.of(node.input(0), in), n.outputs(), attributes);
        }
        return sum || n.opset() < 18
                ? node
                : node.withInputs(List.of(node.input(0))).with("axes", axes);
    }

    private static Object value(AttributeProto a, SourceNode n, TensorReader reader) {
        switch (a.getType()) {
            case INT:
                return a.getI();
            case FLOAT:
                return a.getF();
            case STRING:
                String text = SourceNode.text(a.getS());
                return ByteString.copyFromUtf8(text).equals(a.getS()) ? text : new OpaqueAttribute(a);
            case INTS:
                long[] ints = n.integers(a.getName());
                return ints == null ? new OpaqueAttribute(a) : ints;
            case FLOATS:
                float[] floats = n.reals(a.getName());
                return floats == null ? new OpaqueAttribute(a) : floats;
            case TENSOR:
                return switch (a.getT().getDataType()) {
                    case ElementType.FLOAT,
                            ElementType.INT64,
                            ElementType.INT32,
                            ElementType.UINT8,
                            ElementType.BOOL -> {
                        String what = "attribute " + Text.clean(a.getName()) + " of " + n;
                        yield reader.read(a.getT(), what).toTensor(what);
                    }
                    default -> new OpaqueAttribute(a);
                };
            default:
                return new OpaqueAttribute(a);
        }
    }

    /** A foreign node as the file had it, apart from renamed tensors. */
    static NodeProto write(Node node) {
        NodeProto.Builder p = NodeProto.newBuilder()
                .setName(node.name())
                .setOpType(node.op())
                .setDomain(node.domain())
                .addAllOutput(node.outputs());
        for (Map.Entry<String, Object> e : node.attributes().entrySet()) {
            p.addAttribute(attribute(e.getKey(), e.getValue()));
        }
        int captured = SubgraphReads.of(p.build()).size();
        node.inputs().stream().limit((long) node.inputs().size() - captured).forEach(p::addInput);
        return p.build();
    }

    private static AttributeProto attribute(String name, Object value) {
        if (value instanceof OpaqueAttribute o) {
            return o.proto();
        }
        AttributeProto.Builder a = AttributeProto.newBuilder().setName(name);
        if (value instanceof Long l) {
            a.setType(AttributeProto.AttributeType.INT).setI(l);
        } else if (value instanceof Float f) {
            a.setType(AttributeProto.AttributeType.FLOAT).setF(f);
        } else if (value instanceof String s) {
            a.setType(AttributeProto.AttributeType.STRING).setS(ByteString.copyFrom(s, StandardCharsets.UTF_8));
        } else if (value instanceof long[] ints) {
            a.setType(AttributeProto.AttributeType.INTS);
            for (long i : ints) {
                a.addInts(i);
            }
        } else if (value instanceof float[] floats) {
            a.setType(AttributeProto.AttributeType.FLOATS);
            for (float f : floats) {
                a.addFloats(f);
            }
        } else if (value instanceof Tensor t) {
            a.setType(AttributeProto.AttributeType.TENSOR).setT(tensor(t));
        } else {
            throw new IllegalArgumentException("attribute " + name + " has a value of "
                    + value.getClass().getSimpleName() + ", which ONNX has no form for");
        }
        return a.build();
    }

    /** A constant as ONNX holds it; the bytes of a dense one are not copied. */
    static TensorProto tensor(Tensor tensor) {
        Tensor t = tensor.dense();
        TensorProto.Builder p = TensorProto.newBuilder()
                .setDataType(
                        switch (t.type()) {
                            case FLOAT32 -> ElementType.FLOAT;
                            case INT64 -> ElementType.INT64;
                            case INT32 -> ElementType.INT32;
                            case INT8 -> ElementType.INT8;
                            case UINT8 -> ElementType.UINT8;
                            case BOOL -> ElementType.BOOL;
                        })
                .setRawData(UnsafeByteOperations.unsafeWrap(t.bytes()));
        for (int d : t.shape().dims()) {
            p.addDims(d);
        }
        return p.build();
    }
}
