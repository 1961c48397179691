package io.dms.model.onnx;

import ai.onnx.proto.OnnxMl.ModelProto;
import com.google.protobuf.ByteString;
import com.google.protobuf.Descriptors.FieldDescriptor;
import com.google.protobuf.Message;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Random;

/** Changes a few fields of a model to other values of their type, so that the parser takes it and the importer must judge. */
final class Mutation {
    private static final long[] NUMBERS = {
        0,
        1,
        2,
        3,
        4,
        5,
        7,
        8,
        9,
        16,
        -1,
        -2,
        -4,
        63,
        64,
        1024,
        65536,
        1 << 24,
        1 << 30,
        Integer.MAX_VALUE,
        Integer.MIN_VALUE,
        1L << 32,
        1L << 62,
        Long.MAX_VALUE,
        Long.MIN_VALUE
    };
    private static final String[] TEXTS = {
        "",
        "x",
        "y",
        "w",
        "Conv",
        "Relu",
        "Add",
        "Mul",
        "Concat",
        "Slice",
        "Reshape",
        "Transpose",
        "Resize",
        "Pad",
        "Split",
        "Squeeze",
        "Unsqueeze",
        "Gather",
        "Shape",
        "Expand",
        "Cast",
        "Identity",
        "MaxPool",
        "AveragePool",
        "Gemm",
        "MatMul",
        "Softmax",
        "ReduceMean",
        "ReduceSum",
        "Where",
        "Range",
        "ConstantOfShape",
        "Tile",
        "axis",
        "axes",
        "pads",
        "strides",
        "nearest",
        "linear",
        "reflect",
        "SAME_UPPER",
        "VALID",
        "N"
    };

    private Mutation() {}

    static ModelProto of(ModelProto model, Random random) {
        ModelProto.Builder b = model.toBuilder();
        int changes = 1 + random.nextInt(3);
        for (int i = 0; i < changes; i++) {
            change(b, random, 0);
        }
        return b.build();
    }

    private static void change(Message.Builder b, Random random, int depth) {
        List<FieldDescriptor> fields = new ArrayList<>();
        for (Map.Entry<FieldDescriptor, Object> e : b.getAllFields().entrySet()) {
            int weight =
                    e.getKey().getName().equals("graph") || e.getKey().getName().equals("node") ? 6 : 1;
            for (int i = 0; i < weight; i++) {
                fields.add(e.getKey());
            }
        }
        if (fields.isEmpty()) {
            return;
        }
        FieldDescriptor f = fields.get(random.nextInt(fields.size()));
        if (!f.isRepeated()) {
            if (f.getJavaType() == FieldDescriptor.JavaType.MESSAGE) {
                change(b.getFieldBuilder(f), random, depth + 1);
            } else if (random.nextInt(8) == 0) {
                b.clearField(f);
            } else {
                b.setField(f, value(f, b.getField(f), random));
            }
            return;
        }
        int n = b.getRepeatedFieldCount(f);
        int at = random.nextInt(n);
        boolean message = f.getJavaType() == FieldDescriptor.JavaType.MESSAGE;
        int what = random.nextInt(message ? 12 : 6);
        if (what == 0) {
            List<Object> left = new ArrayList<>();
            for (int i = 0; i < n; i++) {
                if (i != at) {
                    left.add(b.getRepeatedField(f, i));
                }
            }
            b.setField(f, left);
        } else if (what == 1) {
            b.addRepeatedField(f, b.getRepeatedField(f, at));
        } else if (what == 2) {
            int other = random.nextInt(n);
            Object moved = b.getRepeatedField(f, at);
            b.setRepeatedField(f, at, b.getRepeatedField(f, other));
            b.setRepeatedField(f, other, moved);
        } else if (message) {
            change(b.getRepeatedFieldBuilder(f, at), random, depth + 1);
        } else {
            b.setRepeatedField(f, at, value(f, b.getRepeatedField(f, at), random));
        }
    }

    private static Object value(FieldDescriptor f, Object old, Random random) {
        long number = NUMBERS[random.nextInt(NUMBERS.length)];
        return switch (f.getJavaType()) {
            case INT -> (int) number;
            case LONG -> random.nextBoolean() ? number : (Long) old + random.nextInt(5) - 2;
            case FLOAT -> random.nextInt(8) == 0 ? Float.NaN : (float) number;
            case DOUBLE -> (double) number;
            case BOOLEAN -> random.nextBoolean();
            case STRING -> TEXTS[random.nextInt(TEXTS.length)];
            case BYTE_STRING ->
                random.nextInt(3) == 0
                        ? ByteString.copyFrom(new byte[random.nextInt(64)])
                        : ByteString.copyFromUtf8(TEXTS[random.nextInt(TEXTS.length)]);
            case ENUM ->
                f.getEnumType()
                        .getValues()
                        .get(random.nextInt(f.getEnumType().getValues().size()));
            case MESSAGE -> old;
        };
    }
}
