package io.dms.model.onnx;

import ai.onnx.proto.OnnxMl.AttributeProto;
import ai.onnx.proto.OnnxMl.GraphProto;
import ai.onnx.proto.OnnxMl.ModelProto;
import ai.onnx.proto.OnnxMl.NodeProto;
import ai.onnx.proto.OnnxMl.OperatorSetIdProto;
import ai.onnx.proto.OnnxMl.StringStringEntryProto;
import ai.onnx.proto.OnnxMl.TensorProto;
import ai.onnx.proto.OnnxMl.TensorShapeProto;
import ai.onnx.proto.OnnxMl.TypeProto;
import ai.onnx.proto.OnnxMl.ValueInfoProto;
import com.google.protobuf.ByteString;
import com.google.protobuf.UnsafeByteOperations;
import io.dms.model.AtomicFile;
import io.dms.model.DataType;
import io.dms.model.Graph;
import io.dms.model.ModelException;
import io.dms.model.Node;
import io.dms.model.Shape;
import io.dms.model.Tensor;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;

/**
 * Writes a canonical graph as an ONNX file of operator set {@value #OPSET}. What is an attribute in the canonical form
 * but an input in ONNX (the target of a Reshape, the bounds of a Slice) becomes a constant of its own; views are written
 * dense.
 */
public final class OnnxWriter {
    /** Operator set that is written. */
    public static final int OPSET = 17;

    private static final int IR_VERSION = 8;

    private final Graph graph;
    private final GraphProto.Builder out = GraphProto.newBuilder();
    private final Map<String, Tensor> constants = new LinkedHashMap<>();
    private final Set<String> domains = new LinkedHashSet<>();

    private OnnxWriter(Graph graph) {
        this.graph = graph;
        constants.putAll(graph.initializers());
    }

    /**
     * Writes a file: whole, or not at all.
     *
     * @param metadata goes into {@code metadata_props}
     * @param extra constants that no node reads, for data beside the network
     * @throws io.dms.model.DmsException if the file can't be written, or would be larger than ONNX allows (2 GiB)
     */
    public static void write(Graph graph, Map<String, String> metadata, Map<String, Tensor> extra, Path file) {
        ModelProto model = new OnnxWriter(graph).model(metadata, extra);
        if (Integer.toUnsignedLong(model.getSerializedSize()) > Integer.MAX_VALUE) {
            throw new ModelException("can't write " + file + ": the model is larger than 2 GiB, the limit of a file"
                    + " without external data");
        }
        AtomicFile.write(file, model::writeTo);
    }

    /** The bytes that {@link #write} would write. */
    public static byte[] toBytes(Graph graph, Map<String, String> metadata, Map<String, Tensor> extra) {
        return new OnnxWriter(graph).model(metadata, extra).toByteArray();
    }

    /**
     * Writes the bytes of {@link #toBytes} without metadata, and does not hold them all at once.
     *
     * @throws IOException when the stream fails
     */
    public static void write(Graph graph, OutputStream stream) throws IOException {
        new OnnxWriter(graph).model(Map.of(), Map.of()).writeTo(stream);
    }

    private ModelProto model(Map<String, String> metadata, Map<String, Tensor> extra) {
        out.setName(graph.name());
        for (Node node : graph.nodes()) {
            out.addNode(node(node));
        }
        graph.inputs().forEach(v -> out.addInput(value(v.name(), v.shape())));
        Map<String, Integer> types = ForeignShapes.types(graph);
        graph.outputs()
                .forEach(v -> out.addOutput(
                        types.containsKey(v.name()) ? foreignOutput(v, types) : value(v.name(), v.shape())));
        graph.shapes().forEach((name, shape) -> {
            Node producer = graph.producer(name);
            if (producer != null && !graph.isOutput(name) && !types.containsKey(name)) {
                out.addValueInfo(value(name, shape));
            }
        });
        extra.forEach((name, tensor) -> {
            if (constants.putIfAbsent(name, tensor) != null) {
                throw new IllegalArgumentException("the graph has a constant " + name + " already");
            }
        });
        constants.forEach((name, tensor) -> out.addInitializer(tensor(name, tensor)));
        ModelProto.Builder model = ModelProto.newBuilder()
                .setIrVersion(IR_VERSION)
                .setProducerName("dms")
                .addOpsetImport(OperatorSetIdProto.newBuilder().setDomain("").setVersion(OPSET));
        domains.forEach(d -> model.addOpsetImport(
                OperatorSetIdProto.newBuilder().setDomain(d).setVersion(1)));
        metadata.forEach((key, value) -> model.addMetadataProps(
                StringStringEntryProto.newBuilder().setKey(key).setValue(value)));
        return model.setGraph(out).build();
    }

    private NodeProto node(Node node) {
        if (!node.domain().isEmpty()) {
            domains.add(node.domain());
        }
        if (!Operators.isSupported(graph, node)) {
            return ForeignNodes.write(node);
        }
        List<String> inputs = new ArrayList<>(node.inputs());
        Map<String, Object> attributes = new LinkedHashMap<>(node.attributes());
        if (node.domain().isEmpty()) {
            switch (node.op()) {
                case "Reshape" -> moveLongs(node, inputs, attributes, "shape", 1);
                case "Slice" -> {
                    moveLongs(node, inputs, attributes, "starts", 1);
                    moveLongs(node, inputs, attributes, "ends", 2);
                    moveLongs(node, inputs, attributes, "axes", 3);
                    moveLongs(node, inputs, attributes, "steps", 4);
                }
                case "Pad" -> {
                    moveLongs(node, inputs, attributes, "pads", 1);
                    moveFloat(node, inputs, attributes, "value", 2);
                }
                case "Clip" -> {
                    moveFloat(node, inputs, attributes, "min", 1);
                    moveFloat(node, inputs, attributes, "max", 2);
                }
                case "Split" -> moveLongs(node, inputs, attributes, "split", 1);
                case "Squeeze", "Unsqueeze" -> moveLongs(node, inputs, attributes, "axes", 1);
                case "Resize" -> resize(node, inputs, attributes);
                case "Conv", "ConvTranspose" -> attributes.remove("auto_pad");
                case "AveragePool" -> averagePool(node, attributes);
                default -> {}
            }
        }
        NodeProto.Builder b = NodeProto.newBuilder()
                .setName(node.name())
                .setOpType(node.op())
                .setDomain(node.domain())
                .addAllInput(inputs)
                .addAllOutput(node.outputs());
        attributes.forEach((name, value) -> b.addAttribute(attribute(node, name, value)));
        return b.build();
    }

    /** Operator set 17 has no dilated windows here; canonical graphs always say how far they are dilated. */
    private static void averagePool(Node node, Map<String, Object> attributes) {
        int[] dilations = node.intsOrNull("dilations");
        if (dilations != null && Arrays.stream(dilations).anyMatch(d -> d != 1)) {
            throw new ModelException("node " + node.name() + " (AveragePool) has dilated windows, which operator set "
                    + OPSET + " can't express: such a model can't be written");
        }
        attributes.remove("dilations");
    }

    /** Scales decide where the file had them: they fix the sampling positions; sizes are the fallback. */
    private void resize(Node node, List<String> inputs, Map<String, Object> attributes) {
        if (!attributes.containsKey("sizes") && !attributes.containsKey("scales")) {
            return;
        }
        long[] sizes = (long[]) attributes.remove("sizes");
        float[] scales = (float[]) attributes.remove("scales");
        if (scales != null && scales.length > 0) {
            place(inputs, 2, constant(node, "scales", Tensor.ofFloats(Shape.of(scales.length), scales)));
            return;
        }
        Shape in = graph.shape(node.input(0));
        boolean open = sizes != null && sizes.length > 0 && sizes[0] == Shape.BATCH;
        if (sizes != null && open) {
            float[] ratio = new float[sizes.length];
            for (int i = 0; i < ratio.length; i++) {
                ratio[i] = sizes[i] == Shape.BATCH ? 1f : ratio(in.dim(i), sizes[i]);
            }
            place(inputs, 2, constant(node, "scales", Tensor.ofFloats(Shape.of(ratio.length), ratio)));
        } else if (sizes != null) {
            place(inputs, 3, constant(node, "sizes", Tensor.ofLongs(Shape.of(sizes.length), sizes)));
        }
    }

    /** The scale that makes {@code in} elements {@code out}, as readers compute it: the product's whole part. */
    private static float ratio(int in, long out) {
        float ratio = (float) out / in;
        return (long) (ratio * in) < out ? Math.nextUp(ratio) : ratio;
    }

    private void moveLongs(Node node, List<String> inputs, Map<String, Object> attributes, String attribute, int at) {
        Object value = attributes.get(attribute);
        if (value instanceof long[] v) {
            attributes.remove(attribute);
            long[] bounds = v.clone();
            for (int i = 0; attribute.equals("ends") && i < bounds.length; i++) {
                bounds[i] = bounds[i] == Graph.TO_END ? Long.MAX_VALUE : bounds[i];
            }
            place(inputs, at, constant(node, attribute, Tensor.ofLongs(Shape.of(bounds.length), bounds)));
        }
    }

    private void moveFloat(Node node, List<String> inputs, Map<String, Object> attributes, String attribute, int at) {
        if (attributes.remove(attribute) instanceof Float v) {
            place(inputs, at, constant(node, attribute, Tensor.ofFloats(Shape.of(), v)));
        }
    }

    private static void place(List<String> inputs, int at, String name) {
        while (inputs.size() <= at) {
            inputs.add("");
        }
        inputs.set(at, name);
    }

    private String constant(Node node, String what, Tensor value) {
        String name = node.name() + "/" + what;
        for (int i = 2; constants.containsKey(name) || graph.shapeOrNull(name) != null; i++) {
            name = node.name() + "/" + what + "_" + i;
        }
        constants.put(name, value);
        return name;
    }

    private static AttributeProto attribute(Node node, String name, Object value) {
        AttributeProto.Builder b = AttributeProto.newBuilder().setName(name);
        if (value instanceof Long v) {
            b.setType(AttributeProto.AttributeType.INT).setI(v);
        } else if (value instanceof Float v) {
            b.setType(AttributeProto.AttributeType.FLOAT).setF(v);
        } else if (value instanceof String v) {
            b.setType(AttributeProto.AttributeType.STRING).setS(ByteString.copyFromUtf8(v));
        } else if (value instanceof long[] v) {
            b.setType(AttributeProto.AttributeType.INTS);
            for (long i : v) {
                b.addInts(i);
            }
        } else if (value instanceof float[] v) {
            b.setType(AttributeProto.AttributeType.FLOATS);
            for (float f : v) {
                b.addFloats(f);
            }
        } else if (value instanceof Tensor v) {
            b.setType(AttributeProto.AttributeType.TENSOR).setT(tensor("", v));
        } else {
            throw new ModelException("attribute " + name + " of node " + node.name() + " (" + node.op()
                    + ") holds what can't be written: " + value.getClass().getSimpleName());
        }
        return b.build();
    }

    private static TensorProto tensor(String name, Tensor tensor) {
        TensorProto.Builder b = TensorProto.newBuilder().setName(name).setDataType(typeCode(tensor.type()));
        for (int d : tensor.shape().dims()) {
            b.addDims(d);
        }
        ByteBuffer bytes;
        if (tensor.isView()) {
            bytes = ByteBuffer.allocate(Math.toIntExact(tensor.elements() * 4)).order(ByteOrder.LITTLE_ENDIAN);
            tensor.copyTo(bytes.asFloatBuffer());
        } else {
            bytes = tensor.bytes();
        }
        return b.setRawData(UnsafeByteOperations.unsafeWrap(bytes)).build();
    }

    private static int typeCode(DataType type) {
        return switch (type) {
            case FLOAT32 -> TensorProto.DataType.FLOAT_VALUE;
            case INT64 -> TensorProto.DataType.INT64_VALUE;
            case INT32 -> TensorProto.DataType.INT32_VALUE;
            case INT8 -> TensorProto.DataType.INT8_VALUE;
            case UINT8 -> TensorProto.DataType.UINT8_VALUE;
            case BOOL -> TensorProto.DataType.BOOL_VALUE;
        };
    }

    /** An output behind a foreign node: its type as far as it is known, and no shape, which readers infer. */
    private static ValueInfoProto foreignOutput(Graph.Value v, Map<String, Integer> types) {
        int type = types.getOrDefault(v.name(), ElementType.UNKNOWN);
        ValueInfoProto.Builder b = ValueInfoProto.newBuilder().setName(v.name());
        if (type != ElementType.UNKNOWN) {
            b.setType(TypeProto.newBuilder()
                    .setTensorType(TypeProto.Tensor.newBuilder().setElemType(type)));
        }
        return b.build();
    }

    private static ValueInfoProto value(String name, Shape shape) {
        TensorShapeProto.Builder dims = TensorShapeProto.newBuilder();
        for (int d : shape.dims()) {
            TensorShapeProto.Dimension.Builder dim = TensorShapeProto.Dimension.newBuilder();
            dims.addDim(d == Shape.BATCH ? dim.setDimParam("N") : dim.setDimValue(d));
        }
        return ValueInfoProto.newBuilder()
                .setName(name)
                .setType(TypeProto.newBuilder()
                        .setTensorType(TypeProto.Tensor.newBuilder()
                                .setElemType(TensorProto.DataType.FLOAT_VALUE)
                                .setShape(dims)))
                .build();
    }
}
