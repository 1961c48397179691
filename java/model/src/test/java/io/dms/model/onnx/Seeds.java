package io.dms.model.onnx;

import ai.onnx.proto.OnnxMl.ModelProto;
import java.util.List;

/** Small models that between them use every operator and the computations that exporters write. */
final class Seeds {
    private Seeds() {}

    static List<ModelProto> all() {
        return List.of(residual(), shuffle(), detector(), segmenter(), classifier(), foreign(), old());
    }

    /** BatchNormalization, a shortcut without parameters, squeeze and excite. */
    private static ModelProto residual() {
        ModelBuilder b = ModelBuilder.opset(13)
                .input("x", "N", 4, 6, 6)
                .weights("w", 8, 4, 3, 3)
                .weights("s", 8)
                .weights("b", 8)
                .weights("m", 8)
                .initializer(ModelBuilder.floats("v", new int[] {8}, 1, 1, 2, 1, 1, 1, 1, 1))
                .weights("e", 8, 8, 1, 1);
        b.node("Conv", List.of("x", "w"), List.of("c"), "strides", new int[] {2, 2}, "pads", new int[] {1, 1, 1, 1});
        b.node("BatchNormalization", List.of("c", "s", "b", "m", "v"), List.of("n"), "epsilon", 1e-5f);
        String end = b.vector(Long.MAX_VALUE, Long.MAX_VALUE);
        b.node("Slice", List.of("x", b.vector(0, 0), end, b.vector(2, 3), b.vector(2, 2)), List.of("sub"));
        b.node("Pad", List.of("sub", b.vector(0, 2, 0, 0, 0, 2, 0, 0)), List.of("short"), "mode", "constant");
        b.node("Add", List.of("n", "short"), List.of("sum")).node("Relu", "sum", "r");
        b.node("GlobalAveragePool", "r", "g").node("Conv", List.of("g", "e"), List.of("h"));
        b.node("HardSigmoid", "h", "gate", "alpha", 0.17f, "beta", 0.5f);
        b.node("Mul", List.of("r", "gate"), List.of("y")).output("y", "N", 8, 3, 3);
        return b.proto();
    }

    /** Channel shuffle and split with computed shapes. */
    private static ModelProto shuffle() {
        ModelBuilder b = ModelBuilder.opset(13).input("x", "N", 4, 3, 3).weights("w", 2, 1, 3, 3);
        b.node("Shape", "x", "s").node("Gather", List.of("s", b.scalar(0)), List.of("n"), "axis", 0);
        b.node("Gather", List.of("s", b.scalar(1)), List.of("c"), "axis", 0);
        b.node("Div", List.of("c", b.scalar(2)), List.of("half"));
        b.node("Cast", "half", "real", "to", 1).node("Floor", "real", "floor").node("Cast", "floor", "int", "to", 7);
        b.node("Unsqueeze", List.of("n", b.vector(0)), List.of("nv"));
        b.node("Unsqueeze", List.of("int", b.vector(0)), List.of("cv"));
        b.node("Concat", List.of("nv", b.vector(2), "cv", b.vector(3, 3)), List.of("to"), "axis", 0);
        b.node("Reshape", List.of("x", "to"), List.of("v"));
        b.node("Transpose", "v", "t", "perm", new int[] {0, 2, 1, 3, 4});
        b.node("Reshape", List.of("t", "s"), List.of("z"));
        b.node("Split", List.of("z", b.vector(2, 2)), List.of("p", "q"), "axis", 1);
        b.node("Conv", List.of("p", "w"), List.of("d"), "group", 2, "auto_pad", "SAME_UPPER");
        b.node("Concat", List.of("d", "q"), List.of("y"), "axis", 1).output("y", "N", 4, 3, 3);
        return b.proto();
    }

    /** One image only, heads joined and decoded. */
    private static ModelProto detector() {
        ModelBuilder b = ModelBuilder.opset(11)
                .input("x", 1, 3, 8, 8)
                .weights("w", 6, 3, 3, 3)
                .weights("p", 1, 16, 2);
        b.node("Conv", List.of("x", "w"), List.of("c"), "strides", new int[] {2, 2}, "pads", new int[] {1, 1, 1, 1});
        b.node("LeakyRelu", "c", "a", "alpha", 0.1f).node("Transpose", "a", "t", "perm", new int[] {0, 2, 3, 1});
        b.node("Reshape", List.of("t", b.vector(1, -1, 6)), List.of("f"));
        b.node("Softmax", "f", "soft", "axis", 2);
        b.node("Slice", List.of("soft", b.vector(0), b.vector(2), b.vector(2)), List.of("first"));
        b.node("Mul", List.of("first", "p"), List.of("m")).node("Exp", "m", "e");
        b.node("Slice", List.of("soft", b.vector(-4), b.vector(99), b.vector(-1)), List.of("rest"));
        b.node("Concat", List.of("e", "rest"), List.of("y"), "axis", -1).output("y", 1, 16, 6);
        return b.proto();
    }

    /** Transposed convolution, resizes, pools, dilation. */
    private static ModelProto segmenter() {
        ModelBuilder b = ModelBuilder.opset(17)
                .input("x", "N", 2, 8, 8)
                .weights("w", 2, 2, 3, 3)
                .weights("u", 2, 3, 2, 2)
                .weights("slope", 2, 1, 1);
        b.node("Conv", List.of("x", "w"), List.of("c"), "dilations", new int[] {2, 2}, "pads", new int[] {2, 2, 2, 2});
        b.node("PRelu", List.of("c", "slope"), List.of("p"));
        b.node("MaxPool", "p", "a", "kernel_shape", new int[] {3, 3}, "strides", new int[] {2, 2}, "ceil_mode", 1);
        b.node("AveragePool", "p", "b", "kernel_shape", new int[] {2, 2}, "strides", new int[] {2, 2});
        b.node("Sub", List.of("a", "b"), List.of("d")).node("Tanh", "d", "e").node("HardSwish", "e", "f");
        b.node("ConvTranspose", List.of("f", "u"), List.of("g"), "strides", new int[] {2, 2});
        b.node("Clip", List.of("g", b.real(0), b.real(6)), List.of("h"));
        b.initializer(ModelBuilder.floats("scales", new int[] {4}, 1, 1, 2, 2));
        b.node("Resize", List.of("h", "", "scales"), List.of("i"), "mode", "linear");
        b.node("LRN", "i", "j", "size", 3).node("Sigmoid", "j", "y").output("y", "N", 3, 16, 16);
        return b.proto();
    }

    /** Fully connected layers, means, weights computed by nodes. */
    private static ModelProto classifier() {
        ModelBuilder b = ModelBuilder.opset(18)
                .input("x", "N", 6, 2, 2)
                .weights("w", 5, 6)
                .weights("b", 5)
                .weights("k", 4, 5);
        b.node("ReduceMean", List.of("x", b.vector(2, 3)), List.of("m"), "keepdims", 0);
        b.node("Transpose", "w", "t", "perm", new int[] {1, 0}).node("MatMul", List.of("m", "t"), List.of("p"));
        b.node("Add", List.of("p", "b"), List.of("q")).node("Dropout", List.of("q"), List.of("d"));
        b.node("ReduceMean", List.of("k", b.vector(1)), List.of("mean"))
                .node("Sub", List.of("k", "mean"), List.of("z"));
        b.node("Gemm", List.of("d", "z"), List.of("g"), "transB", 1);
        b.node("Unsqueeze", List.of("g", b.vector(2)), List.of("u"))
                .node("Squeeze", List.of("u", b.vector(2)), List.of("v"));
        b.node("Max", List.of("v", b.real(0)), List.of("o"))
                .node("Flatten", "o", "y")
                .output("y", "N", 4);
        return b.proto();
    }

    /** Operators outside the list, with shapes that depend on the batch. */
    private static ModelProto foreign() {
        ModelBuilder b = ModelBuilder.opset(13).input("x", "N", 3, 4, 4);
        b.node("Shape", "x", "s")
                .node("ConstantOfShape", "s", "ones", "value", ModelBuilder.floats("", new int[] {1}, 1));
        b.node("Expand", List.of("x", "s"), List.of("e"))
                .node("Einsum", List.of("e"), List.of("t"), "equation", "nchw->nhwc");
        b.node("ArgMax", "t", "a", "axis", 3).node("Cast", "a", "f", "to", 1);
        b.node("Equal", List.of("a", b.scalar(1)), List.of("q")).node("Where", List.of("q", "f", "x"), List.of("y"));
        b.node("Range", List.of(b.scalar(0), b.scalar(3), b.scalar(1)), List.of("r"));
        b.node("Gather", List.of("x", "r"), List.of("z"), "axis", 1);
        b.bareOutput("y").output("z", "N", 3, 4, 4);
        return b.proto();
    }

    /** Forms of older operator sets. */
    private static ModelProto old() {
        ModelBuilder b = ModelBuilder.opset(7).input("x", 1, 4, 4, 4).weights("w", 4, 1, 1);
        b.node("Pad", "x", "p", "pads", new int[] {0, 0, 1, 1, 0, 0, -1, 1}, "value", 0f);
        b.node("Slice", "p", "s", "starts", new int[] {0, 1}, "ends", new int[] {4, 100}, "axes", new int[] {2, 3});
        b.node("Clip", "s", "c", "min", 0f, "max", 6f).node("Upsample", "c", "u", "scales", new float[] {1, 1, 2, 2});
        b.node("Sum", List.of("u", "u", "w"), List.of("t")).node("Softmax", "t", "y", "axis", 1);
        return b.output("y", 1, 4, 8, 10).proto();
    }
}
