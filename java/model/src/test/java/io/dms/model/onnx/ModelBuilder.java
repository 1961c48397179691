package io.dms.model.onnx;

import ai.onnx.proto.OnnxMl.AttributeProto;
import ai.onnx.proto.OnnxMl.AttributeProto.AttributeType;
import ai.onnx.proto.OnnxMl.GraphProto;
import ai.onnx.proto.OnnxMl.ModelProto;
import ai.onnx.proto.OnnxMl.NodeProto;
import ai.onnx.proto.OnnxMl.OperatorSetIdProto;
import ai.onnx.proto.OnnxMl.TensorProto;
import ai.onnx.proto.OnnxMl.TensorShapeProto;
import ai.onnx.proto.OnnxMl.TypeProto;
import ai.onnx.proto.OnnxMl.ValueInfoProto;
import com.google.protobuf.ByteString;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.List;
import java.util.Random;

/** Writes small ONNX models as exporters would. Sizes: a number is fixed, a text is open. */
final class ModelBuilder {
    final ModelProto.Builder model = ModelProto.newBuilder().setIrVersion(8);
    final GraphProto.Builder graph = GraphProto.newBuilder().setName("test");
    private final Random random = new Random(7);
    private int constants;

    ModelBuilder(int opset) {
        model.addOpsetImport(OperatorSetIdProto.newBuilder().setDomain("").setVersion(opset));
    }

    static ModelBuilder opset(int opset) {
        return new ModelBuilder(opset);
    }

    ModelBuilder input(String name, Object... dims) {
        graph.addInput(value(name, ElementType.FLOAT, dims));
        return this;
    }

    ModelBuilder output(String name, Object... dims) {
        graph.addOutput(value(name, ElementType.FLOAT, dims));
        return this;
    }

    /** An output of which the file says only the type. */
    ModelBuilder bareOutput(String name) {
        graph.addOutput(ValueInfoProto.newBuilder()
                .setName(name)
                .setType(TypeProto.newBuilder()
                        .setTensorType(TypeProto.Tensor.newBuilder().setElemType(ElementType.FLOAT))));
        return this;
    }

    static ValueInfoProto value(String name, int type, Object... dims) {
        TensorShapeProto.Builder s = TensorShapeProto.newBuilder();
        for (Object d : dims) {
            s.addDim(
                    d instanceof Integer i
                            ? TensorShapeProto.Dimension.newBuilder().setDimValue(i)
                            : TensorShapeProto.Dimension.newBuilder().setDimParam(d.toString()));
        }
        return ValueInfoProto.newBuilder()
                .setName(name)
                .setType(TypeProto.newBuilder()
                        .setTensorType(
                                TypeProto.Tensor.newBuilder().setElemType(type).setShape(s)))
                .build();
    }

    /** An initializer of small random numbers. */
    ModelBuilder weights(String name, int... dims) {
        graph.addInitializer(random(name, dims));
        return this;
    }

    TensorProto random(String name, int... dims) {
        float[] v = new float[Constant.size(dims)];
        for (int i = 0; i < v.length; i++) {
            v[i] = (float) random.nextGaussian() * 0.5f;
        }
        return floats(name, dims, v);
    }

    ModelBuilder initializer(TensorProto t) {
        graph.addInitializer(t);
        return this;
    }

    static TensorProto floats(String name, int[] dims, float... v) {
        ByteBuffer b = ByteBuffer.allocate(4 * v.length).order(ByteOrder.LITTLE_ENDIAN);
        b.asFloatBuffer().put(v);
        TensorProto.Builder t = TensorProto.newBuilder()
                .setName(name)
                .setDataType(ElementType.FLOAT)
                .setRawData(ByteString.copyFrom(b));
        for (int d : dims) {
            t.addDims(d);
        }
        return t.build();
    }

    /** A vector of 64-bit integers. */
    static TensorProto longs(String name, long... v) {
        TensorProto.Builder t = TensorProto.newBuilder()
                .setName(name)
                .setDataType(ElementType.INT64)
                .addDims(v.length);
        for (long l : v) {
            t.addInt64Data(l);
        }
        return t.build();
    }

    static TensorProto longScalar(String name, long v) {
        return TensorProto.newBuilder()
                .setName(name)
                .setDataType(ElementType.INT64)
                .addInt64Data(v)
                .build();
    }

    /** A constant float, as a node of its own. */
    String real(float v) {
        return constant(floats("", new int[0], v));
    }

    /** A constant vector of integers, as a node of its own. */
    String vector(long... v) {
        return constant(longs("", v));
    }

    /** A constant integer, as a node of its own. */
    String scalar(long v) {
        return constant(longScalar("", v));
    }

    String constant(TensorProto t) {
        String name = "c" + constants++;
        graph.addNode(
                NodeProto.newBuilder().setOpType("Constant").addOutput(name).addAttribute(attribute("value", t)));
        return name;
    }

    /** A node; attributes as name, value, name, value. */
    ModelBuilder node(String op, List<String> inputs, List<String> outputs, Object... attributes) {
        NodeProto.Builder n = NodeProto.newBuilder()
                .setName(op + graph.getNodeCount())
                .setOpType(op)
                .addAllInput(inputs)
                .addAllOutput(outputs);
        for (int i = 0; i < attributes.length; i += 2) {
            n.addAttribute(attribute((String) attributes[i], attributes[i + 1]));
        }
        graph.addNode(n);
        return this;
    }

    ModelBuilder node(String op, String in, String out, Object... attributes) {
        return node(op, List.of(in), List.of(out), attributes);
    }

    static AttributeProto attribute(String name, Object v) {
        AttributeProto.Builder a = AttributeProto.newBuilder().setName(name);
        if (v instanceof Integer i) {
            a.setType(AttributeType.INT).setI(i);
        } else if (v instanceof Long l) {
            a.setType(AttributeType.INT).setI(l);
        } else if (v instanceof Float f) {
            a.setType(AttributeType.FLOAT).setF(f);
        } else if (v instanceof String s) {
            a.setType(AttributeType.STRING).setS(ByteString.copyFromUtf8(s));
        } else if (v instanceof int[] ints) {
            a.setType(AttributeType.INTS);
            for (int i : ints) {
                a.addInts(i);
            }
        } else if (v instanceof float[] floats) {
            a.setType(AttributeType.FLOATS);
            for (float f : floats) {
                a.addFloats(f);
            }
        } else if (v instanceof TensorProto t) {
            a.setType(AttributeType.TENSOR).setT(t);
        } else if (v instanceof GraphProto g) {
            a.setType(AttributeType.GRAPH).setG(g);
        } else {
            throw new IllegalArgumentException(String.valueOf(v));
        }
        return a.build();
    }

    ModelProto proto() {
        return model.setGraph(graph).build();
    }

    byte[] bytes() {
        return proto().toByteArray();
    }

    ImportedModel read() {
        return read(ImportOptions.DEFAULT);
    }

    ImportedModel read(ImportOptions options) {
        return OnnxImporter.read(ByteBuffer.wrap(bytes()), "test.onnx", options);
    }
}
