package io.dms.testkit;

import ai.onnx.proto.OnnxMl.AttributeProto;
import ai.onnx.proto.OnnxMl.GraphProto;
import ai.onnx.proto.OnnxMl.ModelProto;
import ai.onnx.proto.OnnxMl.NodeProto;
import ai.onnx.proto.OnnxMl.OperatorSetIdProto;
import ai.onnx.proto.OnnxMl.TensorProto;
import ai.onnx.proto.OnnxMl.TensorShapeProto;
import ai.onnx.proto.OnnxMl.TypeProto;
import ai.onnx.proto.OnnxMl.ValueInfoProto;
import com.google.protobuf.ByteString;
import io.dms.model.Graph;
import io.dms.model.Node;
import io.dms.model.Shape;
import io.dms.model.Tensor;
import java.util.Arrays;
import java.util.List;
import java.util.Map;

/**
 * A canonical graph as ONNX bytes, for ONNX Runtime. On purpose not the product's writer: what judges the reference
 * kernels shares nothing with what they judge.
 */
final class OnnxBytes {
    private static final int FLOAT = 1;
    private static final int INT64 = 7;
    private static final long TO_END = Long.MAX_VALUE;

    /** Attributes of canonical nodes that are inputs in ONNX, by operator, in the order of the inputs from 1 on. */
    private static final Map<String, List<String>> INPUTS = Map.of(
            "Reshape", List.of("shape"),
            "Slice", List.of("starts", "ends", "axes", "steps"),
            "Pad", List.of("pads", "value"),
            "Clip", List.of("min", "max"),
            "Split", List.of("split"),
            "Squeeze", List.of("axes"),
            "Unsqueeze", List.of("axes"),
            "Resize", List.of("roi", "scales", "sizes"));

    private final GraphProto.Builder graph = GraphProto.newBuilder().setName("graph");
    private final int batch;

    private OnnxBytes(int batch) {
        this.batch = batch;
    }

    /** The model at a fixed batch; opset 17, or 19 where a node needs it. */
    static byte[] of(Graph g, int batch) {
        OnnxBytes out = new OnnxBytes(batch);
        int opset = g.nodes().stream().anyMatch(OnnxBytes::isNew) ? 19 : 17;
        for (Graph.Value v : g.inputs()) {
            out.graph.addInput(value(v.name(), v.shape().withBatch(batch)));
        }
        for (Graph.Value v : g.outputs()) {
            out.graph.addOutput(ValueInfoProto.newBuilder()
                    .setName(v.name())
                    .setType(TypeProto.newBuilder()
                            .setTensorType(TypeProto.Tensor.newBuilder().setElemType(FLOAT))));
        }
        g.initializers().forEach((name, t) -> out.floats(name, t.shape(), t.floats()));
        for (Node node : g.nodes()) {
            out.node(node, opset);
        }
        return ModelProto.newBuilder()
                .setIrVersion(8)
                .addOpsetImport(OperatorSetIdProto.newBuilder().setVersion(opset))
                .setGraph(out.graph)
                .build()
                .toByteArray();
    }

    private static boolean isNew(Node node) {
        return (node.is("AveragePool") && Arrays.stream(node.ints("dilations")).anyMatch(d -> d != 1))
                || node.stringAttr("coordinate_transformation_mode", "").equals("half_pixel_symmetric");
    }

    private static ValueInfoProto value(String name, Shape shape) {
        TensorShapeProto.Builder dims = TensorShapeProto.newBuilder();
        for (int d : shape.dims()) {
            dims.addDim(TensorShapeProto.Dimension.newBuilder().setDimValue(d));
        }
        return ValueInfoProto.newBuilder()
                .setName(name)
                .setType(TypeProto.newBuilder()
                        .setTensorType(
                                TypeProto.Tensor.newBuilder().setElemType(FLOAT).setShape(dims)))
                .build();
    }

    private void floats(String name, Shape shape, float... values) {
        TensorProto.Builder t = TensorProto.newBuilder().setName(name).setDataType(FLOAT);
        for (int d : shape.dims()) {
            t.addDims(d);
        }
        for (float f : values) {
            t.addFloatData(f);
        }
        graph.addInitializer(t);
    }

    private void longs(String name, long... values) {
        TensorProto.Builder t = TensorProto.newBuilder().setName(name).setDataType(INT64);
        t.addDims(values.length);
        for (long v : values) {
            t.addInt64Data(v);
        }
        graph.addInitializer(t);
    }

    private void node(Node node, int opset) {
        NodeProto.Builder n = NodeProto.newBuilder().setName(node.name()).setOpType(node.op());
        n.addAllInput(node.inputs()).addAllOutput(node.outputs());
        List<String> asInputs = INPUTS.getOrDefault(node.op(), List.of());
        if (node.is("ReduceMean") && opset >= 18) {
            asInputs = List.of("axes");
        }
        for (String attribute : asInputs) {
            Object v = node.attributes().get(attribute);
            boolean both = attribute.equals("sizes") && node.has("scales");
            if (v == null || both) {
                n.addInput("");
                continue;
            }
            String name = node.name() + "." + attribute;
            n.addInput(name);
            if (v instanceof long[] l) {
                long[] values = l.clone();
                for (int i = 0; i < l.length; i++) {
                    if (attribute.equals("sizes") && l[i] == -1) {
                        values[i] = batch;
                    } else if (attribute.equals("ends") && l[i] == Graph.TO_END) {
                        values[i] = TO_END;
                    }
                }
                longs(name, values);
            } else if (v instanceof float[] f) {
                floats(name, Shape.of(f.length), f);
            } else {
                floats(name, Shape.of(), (Float) v);
            }
        }
        for (Map.Entry<String, Object> e : node.attributes().entrySet()) {
            boolean ones = e.getKey().equals("dilations") && node.is("AveragePool") && opset < 19;
            if (!asInputs.contains(e.getKey()) && !ones) {
                n.addAttribute(attribute(e.getKey(), e.getValue()));
            }
        }
        while (n.getInput(n.getInputCount() - 1).isEmpty()) {
            List<String> shorter = List.copyOf(n.getInputList().subList(0, n.getInputCount() - 1));
            n.clearInput().addAllInput(shorter);
        }
        graph.addNode(n);
    }

    private static AttributeProto attribute(String name, Object v) {
        AttributeProto.Builder a = AttributeProto.newBuilder().setName(name);
        if (v instanceof Long l) {
            a.setType(AttributeProto.AttributeType.INT).setI(l);
        } else if (v instanceof Float f) {
            a.setType(AttributeProto.AttributeType.FLOAT).setF(f);
        } else if (v instanceof String s) {
            a.setType(AttributeProto.AttributeType.STRING).setS(ByteString.copyFromUtf8(s));
        } else if (v instanceof long[] ls) {
            a.setType(AttributeProto.AttributeType.INTS);
            Arrays.stream(ls).forEach(a::addInts);
        } else if (v instanceof float[] fs) {
            a.setType(AttributeProto.AttributeType.FLOATS);
            for (float f : fs) {
                a.addFloats(f);
            }
        } else if (v instanceof Tensor) {
            throw new IllegalArgumentException("attribute " + name + " is a tensor");
        }
        return a.build();
    }
}
