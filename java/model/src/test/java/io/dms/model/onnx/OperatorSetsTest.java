package io.dms.model.onnx;

import static org.assertj.core.api.Assertions.assertThat;

import ai.onnx.proto.OnnxMl.TensorProto;
import ai.onnxruntime.OrtException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.function.Consumer;
import java.util.stream.Stream;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.TestFactory;

/** Every operator, in the forms that it had over the operator sets, computes the same before and after import. */
class OperatorSetsTest {
    private static final List<String> ANY = List.of("*");

    /** A model of one operator; x is the input, y the output. */
    private record Case(String name, ModelBuilder model, List<String> operators) {}

    private final List<Case> cases = new ArrayList<>();

    @TestFactory
    Stream<DynamicTest> computeTheSame() {
        convolutions();
        pools();
        elements();
        softmax();
        joins();
        pads();
        shapes();
        resizes();
        linear();
        return cases.stream().map(c -> DynamicTest.dynamicTest(c.name(), () -> check(c)));
    }

    private static void check(Case c) throws OrtException {
        ImportedModel m = SameOutputs.check(c.model().bytes());
        assertThat(m.foreignNodes()).isEmpty();
        if (!c.operators().equals(ANY)) {
            assertThat(m.graph().nodes().stream().map(n -> n.op())).containsExactlyElementsOf(c.operators());
        }
        m.graph()
                .nodes()
                .forEach(n -> assertThat(Operators.isSupported(m.graph(), n))
                        .as("%s is canonical", n)
                        .isTrue());
    }

    private void add(String name, int opset, Object[] dims, String operators, Consumer<ModelBuilder> body) {
        ModelBuilder b = ModelBuilder.opset(opset).input("x", dims);
        body.accept(b);
        b.bareOutput("y");
        List<String> ops = operators.isEmpty() ? List.of() : List.of(operators.split(" ", -1));
        cases.add(new Case(name + ", opset " + opset, b, ops));
    }

    private static Object[] image() {
        return new Object[] {"N", 4, 9, 10};
    }

    private void convolutions() {
        for (String auto : List.of("SAME_UPPER", "SAME_LOWER", "VALID")) {
            add(
                    "Conv " + auto,
                    11,
                    image(),
                    "Conv",
                    b -> b.weights("w", 6, 4, 3, 2)
                            .node("Conv", List.of("x", "w"), List.of("y"), "auto_pad", auto, "strides", new int[] {2, 3
                            }));
            if (!auto.equals("SAME_LOWER")) {
                add(
                        "ConvTranspose " + auto,
                        11,
                        image(),
                        "ConvTranspose",
                        b -> b.weights("w", 4, 6, 3, 3)
                                .node(
                                        "ConvTranspose",
                                        List.of("x", "w"),
                                        List.of("y"),
                                        "auto_pad",
                                        auto,
                                        "strides",
                                        new int[] {2, 2}));
            }
        }
        add(
                "Conv with defaults",
                7,
                image(),
                "Conv",
                b -> b.weights("w", 6, 4, 3, 3).weights("b", 6).node("Conv", List.of("x", "w", "b"), List.of("y")));
        add(
                "Conv dilated in groups",
                7,
                image(),
                "Conv",
                b -> b.weights("w", 8, 2, 3, 3)
                        .node(
                                "Conv",
                                List.of("x", "w"),
                                List.of("y"),
                                "group",
                                2,
                                "dilations",
                                new int[] {2, 2},
                                "pads",
                                new int[] {2, 1, 2, 1}));
        add(
                "Conv of one axis",
                13,
                new Object[] {"N", 3, 17},
                "Conv",
                b -> b.weights("w", 5, 3, 4)
                        .node(
                                "Conv",
                                List.of("x", "w"),
                                List.of("y"),
                                "kernel_shape",
                                new int[] {4},
                                "pads",
                                new int[] {1, 2}));
        add(
                "ConvTranspose with output_shape",
                11,
                image(),
                "ConvTranspose",
                b -> b.weights("w", 4, 3, 3, 3)
                        .node(
                                "ConvTranspose",
                                List.of("x", "w"),
                                List.of("y"),
                                "strides",
                                new int[] {2, 2},
                                "output_shape",
                                new int[] {18, 20}));
        add(
                "ConvTranspose with output_padding",
                11,
                image(),
                "ConvTranspose",
                b -> b.weights("w", 4, 3, 3, 3)
                        .weights("b", 6)
                        .node(
                                "ConvTranspose",
                                List.of("x", "w", "b"),
                                List.of("y"),
                                "strides",
                                new int[] {2, 2},
                                "pads",
                                new int[] {1, 1, 1, 1},
                                "output_padding",
                                new int[] {1, 0},
                                "group",
                                2));
    }

    private void pools() {
        for (int size = 7; size <= 10; size++) {
            for (int stride = 1; stride <= 3; stride++) {
                for (int pad = 0; pad <= 1; pad++) {
                    Object[] dims = {"N", 2, size, size + 1};
                    roundedUp("MaxPool", 12, dims, "MaxPool", stride, pad, 0);
                    roundedUp("AveragePool", 10, dims, "AveragePool", stride, pad, 0);
                    roundedUp("AveragePool", 11, dims, "AveragePool", stride, pad, 1);
                    roundedUp("AveragePool", 19, dims, "*", stride, pad, 1);
                }
            }
        }
        pool("MaxPool", 10, "dilations", new int[] {2, 3}, "kernel_shape", new int[] {2, 2});
        pool(
                "MaxPool",
                12,
                "ceil_mode",
                1,
                "dilations",
                new int[] {2, 3},
                "kernel_shape",
                new int[] {2, 2},
                "strides",
                new int[] {2, 3},
                "pads",
                new int[] {0, 0, 1, 1});
        pool("MaxPool", 8, "auto_pad", "SAME_LOWER", "kernel_shape", new int[] {3, 3}, "strides", new int[] {2, 2});
        pool("AveragePool", 7, "count_include_pad", 1, "kernel_shape", new int[] {3, 3}, "pads", new int[] {1, 0, 1, 2
        });
        pool("GlobalAveragePool", 7);
        pool("GlobalMaxPool", 7);
    }

    private void pool(String op, int opset, Object... attributes) {
        String what = attributes.length == 0 ? op : op + " with " + attributes[0];
        add(what, opset, image(), op, b -> b.node(op, "x", "y", attributes));
    }

    private void roundedUp(String op, int opset, Object[] dims, String operators, int stride, int pad, int countPads) {
        List<Object> a =
                new ArrayList<>(List.of("kernel_shape", new int[] {3, 2}, "strides", new int[] {stride, stride}));
        a.addAll(List.of("pads", new int[] {pad, pad, pad, pad}, "ceil_mode", 1));
        if (countPads != 0) {
            a.addAll(List.of("count_include_pad", 1));
        }
        String what =
                op + " rounded up, size " + dims[2] + " stride " + stride + " pad " + pad + " counted " + countPads;
        add(what, opset, dims, operators, b -> b.node(op, "x", "y", a.toArray()));
    }

    private void elements() {
        for (String op : List.of("Relu", "Sigmoid", "Tanh", "LeakyRelu", "HardSigmoid")) {
            add(op, 7, image(), op, b -> b.node(op, "x", "y"));
        }
        add("HardSwish", 14, image(), "HardSwish", b -> b.node("HardSwish", "x", "y"));
        add("HardSwish in parts", 11, image(), "Add Clip Mul Div", b -> {
            b.node("Add", List.of("x", b.real(3f)), List.of("a"));
            b.node("Clip", List.of("a", b.real(0f), b.real(6f)), List.of("b"));
            b.node("Mul", List.of("x", "b"), List.of("c"));
            b.node("Div", List.of("c", b.real(6f)), List.of("y"));
        });
        add("LeakyRelu with its slope", 13, image(), "LeakyRelu", b -> b.node("LeakyRelu", "x", "y", "alpha", 0.3f));
        add("PRelu", 9, image(), "PRelu", b -> b.weights("s", 4, 1, 1).node("PRelu", List.of("x", "s"), List.of("y")));
        for (int[] slopes : new int[][] {{10}, {9, 1}, {4, 9, 10}, {1, 1, 9, 10}}) {
            add(
                    "PRelu with slopes of shape " + Arrays.toString(slopes),
                    9,
                    image(),
                    "Clip Clip Mul Add",
                    b -> b.weights("s", slopes).node("PRelu", List.of("x", "s"), List.of("y")));
        }
        add("Clip", 7, image(), "Clip", b -> b.node("Clip", "x", "y", "min", -0.5f, "max", 0.25f));
        add("Clip below", 12, image(), "Clip", b -> b.node("Clip", List.of("x", b.real(0.1f)), List.of("y")));
        add("Clip above", 13, image(), "Clip", b -> b.node("Clip", List.of("x", "", b.real(0.1f)), List.of("y")));
        add("Max and Min of a number", 13, image(), "Clip Clip", b -> {
            b.node("Max", List.of("x", b.real(0f)), List.of("a"));
            b.node("Min", List.of(b.real(0.6f), "a"), List.of("y"));
        });
        for (int opset : new int[] {7, 9, 14, 15}) {
            add(
                    "BatchNormalization",
                    opset,
                    image(),
                    "BatchNormalization",
                    b -> b.weights("s", 4)
                            .weights("b", 4)
                            .weights("m", 4)
                            .initializer(ModelBuilder.floats("v", new int[] {4}, 0.5f, 1f, 2f, 0.1f))
                            .node(
                                    "BatchNormalization",
                                    List.of("x", "s", "b", "m", "v"),
                                    List.of("y"),
                                    "epsilon",
                                    1e-3f));
        }
        add("LRN", 7, image(), "LRN", b -> b.node("LRN", "x", "y", "size", 3, "alpha", 0.1f));
        for (String op : List.of("Add", "Sub", "Mul", "Div")) {
            add(
                    op + " of a constant",
                    7,
                    image(),
                    op,
                    b -> b.weights("c", 4, 1, 1).node(op, List.of("x", "c"), List.of("y")));
        }
        add("Sub from a constant", 13, image(), "Sub", b -> b.node("Sub", List.of(b.real(1f), "x"), List.of("y")));
        add("Pow of 2", 13, image(), "Mul", b -> b.node("Pow", List.of("x", b.real(2)), List.of("y")));
        add(
                "Sum of three",
                8,
                image(),
                "Relu Add Add",
                b -> b.weights("c", 4, 1, 1).node("Relu", "x", "r").node("Sum", List.of("x", "r", "c"), List.of("y")));
        add(
                "squeeze and excite",
                13,
                image(),
                "GlobalAveragePool Conv Sigmoid Mul",
                b -> b.weights("w", 4, 4, 1, 1)
                        .node("GlobalAveragePool", "x", "g")
                        .node("Conv", List.of("g", "w"), List.of("c"))
                        .node("Sigmoid", "c", "s")
                        .node("Mul", List.of("s", "x"), List.of("y")));
        add("nodes that change nothing", 13, image(), "Relu", b -> {
            b.node("Identity", "x", "a");
            b.node("Dropout", List.of("a", b.real(0.5f)), List.of("d"));
            b.node("Cast", "d", "e", "to", ElementType.FLOAT);
            b.node("Relu", "e", "f");
            b.node("Identity", "f", "g");
            b.node("Identity", "g", "y");
        });
    }

    private void softmax() {
        for (int axis = -3; axis <= 2; axis++) {
            if (axis == 0 || axis == -3) {
                continue;
            }
            int a = axis;
            add(
                    "Softmax axis " + a,
                    13,
                    new Object[] {"N", 5, 7},
                    "Softmax",
                    b -> b.node("Softmax", "x", "y", "axis", a));
        }
        add("Softmax over merged axes", 11, image(), "Reshape Softmax Reshape", b -> b.node("Softmax", "x", "y"));
        add(
                "Softmax over merged axes from the second",
                9,
                image(),
                "Reshape Softmax Reshape",
                b -> b.node("Softmax", "x", "y", "axis", 2));
        add("Softmax over the last axis", 9, image(), "Softmax", b -> b.node("Softmax", "x", "y", "axis", 3));
        add(
                "Softmax over channels without space",
                11,
                new Object[] {"N", 6, 1, 1},
                "Softmax",
                b -> b.node("Softmax", "x", "y"));
    }

    private void joins() {
        add(
                "Concat",
                7,
                image(),
                "Relu Concat",
                b -> b.node("Relu", "x", "r").node("Concat", List.of("x", "r", "x"), List.of("y"), "axis", -3));
        add(
                "Split in equal parts",
                7,
                image(),
                "Split Add",
                b -> b.node("Split", List.of("x"), List.of("a", "b"), "axis", 1)
                        .node("Add", List.of("a", "b"), List.of("y")));
        add(
                "Split",
                11,
                image(),
                "Split Concat",
                b -> b.node("Split", List.of("x"), List.of("a", "b"), "axis", 1, "split", new int[] {1, 3})
                        .node("Concat", List.of("b", "a"), List.of("y"), "axis", 1));
        add(
                "Split",
                13,
                image(),
                "Split Concat",
                b -> b.node("Split", List.of("x", b.vector(1, 3)), List.of("a", "b"), "axis", 1)
                        .node("Concat", List.of("b", "a"), List.of("y"), "axis", 1));
        add(
                "Split into three",
                18,
                image(),
                "Split Concat",
                b -> b.node("Split", List.of("x"), List.of("a", "b", "c"), "axis", 3, "num_outputs", 3)
                        .node("Concat", List.of("c", "a", "b"), List.of("y"), "axis", 3));
        add(
                "Slice",
                9,
                image(),
                "Slice",
                b -> b.node(
                        "Slice",
                        "x",
                        "y",
                        "starts",
                        new int[] {1, -4},
                        "ends",
                        new int[] {3, Integer.MAX_VALUE},
                        "axes",
                        new int[] {1, 3}));
        add(
                "Slice with steps",
                10,
                image(),
                "Slice",
                b -> b.node(
                        "Slice",
                        List.of("x", b.vector(1, 1), b.vector(Long.MAX_VALUE, -1), b.vector(2, -1), b.vector(2, 3)),
                        List.of("y")));
        add("Slice of everything", 13, image(), "Relu", b -> {
            b.node("Slice", List.of("x", b.vector(0, 0), b.vector(Long.MAX_VALUE, 9)), List.of("a"));
            b.node("Relu", "a", "y");
        });
        add(
                "Gather of one channel",
                13,
                image(),
                "Slice Squeeze",
                b -> b.node("Gather", List.of("x", b.scalar(-2)), List.of("y"), "axis", 1));
    }

    private void pads() {
        add(
                "Pad",
                9,
                image(),
                "Pad",
                b -> b.node("Pad", "x", "y", "pads", new int[] {0, 1, 2, 0, 0, 1, 0, 3}, "value", 0.5f));
        add(
                "Pad",
                11,
                image(),
                "Pad",
                b -> b.node("Pad", List.of("x", b.vector(0, 0, 1, 2, 0, 0, 3, 4)), List.of("y"), "mode", "reflect"));
        add(
                "Pad some axes",
                18,
                image(),
                "Pad",
                b -> b.node("Pad", List.of("x", b.vector(1, 2, 3, 0), b.real(2f), b.vector(-1, 2)), List.of("y")));
        add(
                "Pad with negative pads",
                13,
                image(),
                "Slice Pad",
                b -> b.node("Pad", List.of("x", b.vector(0, 0, -1, 2, 0, 0, -2, -3)), List.of("y")));
        for (int opset : new int[] {9, 13}) {
            for (String mode : List.of("reflect", "edge")) {
                int[] pads = {0, 0, -1, 2, 0, 0, 3, -2};
                add("Pad " + mode + " with negative pads", opset, image(), "Slice Pad", b -> {
                    if (opset < 11) {
                        b.node("Pad", "x", "y", "mode", mode, "pads", pads);
                    } else {
                        String at = b.vector(Arrays.stream(pads).asLongStream().toArray());
                        b.node("Pad", List.of("x", at), List.of("y"), "mode", mode);
                    }
                });
            }
        }
        add("Pad of nothing", 13, image(), "Relu", b -> {
            b.node("Pad", List.of("x", b.vector(0, 0, 0, 0, 0, 0, 0, 0)), List.of("a"));
            b.node("Relu", "a", "y");
        });
    }

    private void shapes() {
        add("Flatten", 7, image(), "Flatten", b -> b.node("Flatten", "x", "y"));
        add(
                "Reshape with 0 and -1",
                7,
                image(),
                "Reshape",
                b -> b.node("Reshape", List.of("x", b.vector(0, 0, -1)), List.of("y")));
        add(
                "Squeeze",
                11,
                new Object[] {"N", 4, 1, 1},
                "Squeeze",
                b -> b.node("Squeeze", "x", "y", "axes", new int[] {-1, 2}));
        add(
                "Squeeze",
                13,
                new Object[] {"N", 4, 1, 3},
                "Squeeze",
                b -> b.node("Squeeze", List.of("x", b.vector(2)), List.of("y")));
        add("Unsqueeze", 11, image(), "Unsqueeze", b -> b.node("Unsqueeze", "x", "y", "axes", new int[] {-1, 1}));
        add("Unsqueeze", 13, image(), "Unsqueeze", b -> b.node("Unsqueeze", List.of("x", b.vector(2)), List.of("y")));
        add("Transpose", 7, image(), "Transpose", b -> b.node("Transpose", "x", "y", "perm", new int[] {0, 2, 3, 1}));
        add("Expand that changes nothing", 13, image(), "Relu", b -> {
            b.node("Expand", List.of("x", b.vector(1, 1, 9, 1)), List.of("a"));
            b.node("Relu", "a", "y");
        });
        for (String mode : List.of("DCR", "CRD")) {
            add(
                    "DepthToSpace " + mode,
                    13,
                    new Object[] {"N", 8, 3, 5},
                    "Reshape Transpose Reshape",
                    b -> b.node("DepthToSpace", "x", "y", "blocksize", 2, "mode", mode));
        }
        add(
                "SpaceToDepth",
                13,
                new Object[] {"N", 3, 4, 6},
                "Reshape Transpose Reshape",
                b -> b.node("SpaceToDepth", "x", "y", "blocksize", 2));
    }

    private void resizes() {
        TensorProto scales = ModelBuilder.floats("s", new int[] {4}, 1, 1, 2, 3);
        for (String mode : List.of("nearest", "linear")) {
            add(
                    "Upsample " + mode,
                    7,
                    image(),
                    "Resize",
                    b -> b.node("Upsample", "x", "y", "mode", mode, "scales", new float[] {1, 1, 2, 3}));
            add(
                    "Upsample " + mode,
                    9,
                    image(),
                    "Resize",
                    b -> b.initializer(scales).node("Upsample", List.of("x", "s"), List.of("y"), "mode", mode));
            add(
                    "Resize " + mode,
                    10,
                    image(),
                    "Resize",
                    b -> b.initializer(scales).node("Resize", List.of("x", "s"), List.of("y"), "mode", mode));
            for (String at : List.of("half_pixel", "asymmetric", "align_corners", "pytorch_half_pixel")) {
                add(
                        "Resize " + mode + " " + at,
                        11,
                        image(),
                        "Resize",
                        b -> b.initializer(scales)
                                .initializer(ModelBuilder.floats("roi", new int[] {0}))
                                .node(
                                        "Resize",
                                        List.of("x", "roi", "s"),
                                        List.of("y"),
                                        "mode",
                                        mode,
                                        "coordinate_transformation_mode",
                                        at,
                                        "nearest_mode",
                                        "floor"));
            }
            add(
                    "Resize " + mode + " to a size",
                    13,
                    new Object[] {1, 4, 6, 5},
                    "Resize",
                    b -> b.node("Resize", List.of("x", "", "", b.vector(1, 4, 9, 10)), List.of("y"), "mode", mode));
            add(
                    "Resize " + mode + " of some axes",
                    18,
                    image(),
                    "Resize",
                    b -> b.initializer(ModelBuilder.floats("s", new int[] {2}, 2, 1.5f))
                            .node("Resize", List.of("x", "", "s"), List.of("y"), "mode", mode, "axes", new int[] {3, 2
                            }));
        }
        add(
                "Resize cubic",
                19,
                image(),
                "Resize",
                b -> b.initializer(scales).node("Resize", List.of("x", "", "s"), List.of("y"), "mode", "cubic"));
        add("Resize to a size computed from a shape", 13, image(), "Resize", b -> {
            b.node("Shape", "x", "shape");
            b.node("Slice", List.of("shape", b.vector(0), b.vector(2)), List.of("head"));
            b.node("Concat", List.of("head", b.vector(18, 20)), List.of("size"), "axis", 0);
            b.node("Resize", List.of("x", "", "", "size"), List.of("y"), "mode", "nearest");
        });
    }

    private void linear() {
        Object[] row = {"N", 6};
        add(
                "Gemm",
                7,
                row,
                "Gemm",
                b -> b.weights("w", 5, 6)
                        .weights("b", 5)
                        .node("Gemm", List.of("x", "w", "b"), List.of("y"), "transB", 1, "alpha", 0.5f, "beta", 2f));
        add(
                "Gemm with one bias",
                11,
                row,
                "Gemm",
                b -> b.weights("w", 6, 5).weights("b", 1).node("Gemm", List.of("x", "w", "b"), List.of("y")));
        add(
                "Gemm with a row of biases",
                13,
                row,
                "Gemm",
                b -> b.weights("w", 6, 5).weights("b", 1, 5).node("Gemm", List.of("x", "w", "b"), List.of("y")));
        add("MatMul", 9, row, "Gemm", b -> b.weights("w", 6, 5).node("MatMul", List.of("x", "w"), List.of("y")));
        add(
                "MatMul of three axes",
                13,
                new Object[] {"N", 3, 6},
                "MatMul",
                b -> b.weights("w", 6, 5).node("MatMul", List.of("x", "w"), List.of("y")));
        add(
                "ReduceMean",
                11,
                image(),
                "ReduceMean",
                b -> b.node("ReduceMean", "x", "y", "axes", new int[] {-1, 2}, "keepdims", 0));
        add(
                "ReduceMean",
                18,
                image(),
                "ReduceMean",
                b -> b.node("ReduceMean", List.of("x", b.vector(2, 3)), List.of("y")));
        add("ReduceMean of nothing", 18, image(), "Relu", b -> {
            b.node("ReduceMean", "x", "m", "noop_with_empty_axes", 1);
            b.node("Relu", "m", "y");
        });
        add(
                "weights transposed by a node",
                13,
                row,
                "Gemm",
                b -> b.weights("w", 5, 6)
                        .node("Transpose", "w", "t", "perm", new int[] {1, 0})
                        .node("MatMul", List.of("x", "t"), List.of("y")));
    }
}
