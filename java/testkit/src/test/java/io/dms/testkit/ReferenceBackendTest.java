package io.dms.testkit;

import static org.assertj.core.api.Assertions.assertThat;

import io.dms.model.Graph;
import java.util.Arrays;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Objects;
import java.util.Random;
import java.util.function.Consumer;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestFactory;

/** Every operator of the reference backend computes what ONNX Runtime computes, over random shapes and attributes. */
class ReferenceBackendTest {
    private static final int SEEDS = 40;

    private static final Map<String, Consumer<OperatorCase>> CASES = new LinkedHashMap<>();

    static {
        CASES.put("Conv", ReferenceBackendTest::conv);
        CASES.put("ConvTranspose", ReferenceBackendTest::convTranspose);
        CASES.put("BatchNormalization", ReferenceBackendTest::batchNormalization);
        CASES.put("Relu", ReferenceBackendTest::image);
        CASES.put("LeakyRelu", c -> image(c.set("alpha", c.random.nextFloat())));
        CASES.put("Clip", ReferenceBackendTest::clip);
        CASES.put("Sigmoid", ReferenceBackendTest::image);
        CASES.put("HardSigmoid", c -> image(c.set("alpha", c.random.nextFloat()).set("beta", c.random.nextFloat())));
        CASES.put("HardSwish", ReferenceBackendTest::image);
        CASES.put("PRelu", ReferenceBackendTest::prelu);
        CASES.put("Tanh", ReferenceBackendTest::image);
        CASES.put("Add", ReferenceBackendTest::pair);
        CASES.put("Sub", ReferenceBackendTest::pair);
        CASES.put("Mul", ReferenceBackendTest::pair);
        CASES.put("Div", ReferenceBackendTest::pair);
        CASES.put("Concat", ReferenceBackendTest::concat);
        CASES.put("Split", ReferenceBackendTest::split);
        CASES.put("Slice", ReferenceBackendTest::slice);
        CASES.put("MaxPool", ReferenceBackendTest::pool);
        CASES.put("AveragePool", ReferenceBackendTest::averagePool);
        CASES.put("GlobalAveragePool", ReferenceBackendTest::image);
        CASES.put("GlobalMaxPool", ReferenceBackendTest::image);
        CASES.put("ReduceMean", ReferenceBackendTest::reduceMean);
        CASES.put("Gemm", ReferenceBackendTest::gemm);
        CASES.put("MatMul", ReferenceBackendTest::matMul);
        CASES.put("Flatten", c -> image(c.set("axis", (long) c.between(0, 4))));
        CASES.put("Reshape", ReferenceBackendTest::reshape);
        CASES.put("Squeeze", ReferenceBackendTest::squeeze);
        CASES.put("Unsqueeze", ReferenceBackendTest::unsqueeze);
        CASES.put("Transpose", ReferenceBackendTest::transpose);
        CASES.put("Pad", ReferenceBackendTest::pad);
        CASES.put("Resize", ReferenceBackendTest::resize);
        CASES.put("Softmax", c -> image(c.set("axis", (long) c.between(-4, 3))));
        CASES.put("LRN", ReferenceBackendTest::lrn);
    }

    @Test
    void everyOperatorIsTested() {
        assertThat(CASES.keySet()).isEqualTo(ReferenceKernels.OPERATORS);
    }

    @TestFactory
    Stream<DynamicTest> computesWhatOnnxRuntimeComputes() {
        return CASES.keySet().stream()
                .map(op -> DynamicTest.dynamicTest(
                        op, () -> IntStream.range(0, SEEDS).forEach(seed -> compare(op, seed))));
    }

    private static void compare(String op, int seed) {
        OperatorCase c = new OperatorCase(op, new Random(op.hashCode() * 1000L + seed));
        Objects.requireNonNull(CASES.get(op)).accept(c);
        Graph graph = c.graph();
        String repro = op + " seed=" + seed + " inputs=" + graph.inputs() + " " + text(c.attributes);
        Map<String, Nd> want;
        try {
            want = Ort.run(graph, c.data(), 1);
        } catch (IllegalStateException e) {
            throw new AssertionError(repro + ": ONNX Runtime refuses the case: " + e.getMessage(), e);
        }
        Map<String, Nd> got = ReferenceBackend.tensors(graph, c.data(), 1);
        want.forEach((name, w) -> {
            Nd g = Objects.requireNonNull(got.get(name), repro);
            assertThat(g.dims()).as(repro).isEqualTo(w.dims());
            float largest = 1e-3f;
            for (float v : w.data) {
                largest = Math.max(largest, Math.abs(v));
            }
            for (int i = 0; i < w.data.length; i++) {
                float off = Math.abs(g.data[i] - w.data[i]);
                assertThat(off <= 1e-5f * largest || g.data[i] == w.data[i])
                        .as("%s: %s[%d] is %s but must be %s", repro, name, i, g.data[i], w.data[i])
                        .isTrue();
            }
        });
    }

    private static String text(Map<String, Object> attributes) {
        StringBuilder s = new StringBuilder();
        attributes.forEach((k, v) -> s.append(k)
                .append('=')
                .append(
                        v instanceof long[] l
                                ? Arrays.toString(l)
                                : v instanceof float[] f ? Arrays.toString(f) : v.toString())
                .append(' '));
        return s.toString();
    }

    private static void image(OperatorCase c) {
        c.image(c.between(1, 3), c.between(1, 9), c.between(1, 9), c.between(1, 9));
    }

    /** Sets a window that fits planes of 7 x 7 and more; returns its height and width. */
    private static int[] window(OperatorCase c) {
        int kh = c.between(1, 4);
        int kw = c.between(1, 4);
        c.ints("kernel_shape", kh, kw)
                .ints("strides", c.between(1, 3), c.between(1, 3))
                .ints("dilations", c.between(1, 2), c.between(1, 2))
                .ints("pads", c.between(0, kh - 1), c.between(0, kw - 1), c.between(0, kh - 1), c.between(0, kw - 1));
        return new int[] {kh, kw};
    }

    private static void conv(OperatorCase c) {
        int h = c.between(7, 12);
        int w = c.between(7, 12);
        int group = c.pick(1, 1, 2, 3, 5);
        int in = group * c.pick(1, 1, 2, 3);
        int out = group * c.pick(1, 2, 3);
        int[] k = window(c);
        c.set("group", (long) group).image(c.between(1, 3), in, h, w).constant(out, in / group, k[0], k[1]);
        if (c.random.nextBoolean()) {
            c.constant(out);
        }
    }

    private static void convTranspose(OperatorCase c) {
        int h = c.between(7, 9);
        int w = c.between(7, 9);
        int group = c.pick(1, 1, 2, 3);
        int in = group * c.pick(1, 2, 3);
        int out = c.pick(1, 2, 3);
        int[] k = window(c);
        int sy = c.between(1, 3);
        int sx = c.between(1, 3);
        c.ints("strides", sy, sx).ints("output_padding", c.between(0, sy - 1), c.between(0, sx - 1));
        c.set("group", (long) group).image(c.between(1, 3), in, h, w).constant(in, out, k[0], k[1]);
        if (c.random.nextBoolean()) {
            c.constant(group * out);
        }
    }

    private static void batchNormalization(OperatorCase c) {
        int channels = c.between(1, 9);
        c.image(c.between(1, 3), channels, c.between(1, 9), c.between(1, 9));
        c.constant(channels).constant(channels).constant(channels);
        float[] variance = c.noise(channels);
        for (int i = 0; i < channels; i++) {
            variance[i] = 0.1f + Math.abs(variance[i]);
        }
        c.constantOf(variance, channels).set("epsilon", c.random.nextBoolean() ? 1e-5f : 1e-2f);
    }

    private static void clip(OperatorCase c) {
        image(c);
        int which = c.between(0, 3);
        if ((which & 1) == 0) {
            c.set("min", -0.5f);
        }
        if ((which & 2) == 0) {
            c.set("max", 0.7f);
        }
    }

    private static void prelu(OperatorCase c) {
        int channels = c.between(1, 9);
        c.image(c.between(1, 3), channels, c.between(1, 9), c.between(1, 9)).constant(channels, 1, 1);
    }

    private static void pair(OperatorCase c) {
        int[] dims = {c.between(1, 3), c.between(1, 5), c.between(1, 5), c.between(1, 5)};
        int[] other = dims.clone();
        for (int i = 0; i < 4; i++) {
            if (c.random.nextInt(3) == 0) {
                (c.random.nextBoolean() ? dims : other)[i] = 1;
            }
        }
        boolean shorter = c.random.nextBoolean();
        int[] second = Arrays.copyOfRange(other, shorter ? c.between(1, 4) : 0, 4);
        if (c.random.nextBoolean()) {
            c.image(dims).image(second);
        } else if (c.random.nextBoolean()) {
            c.image(dims).constant(second);
        } else {
            c.constant(second).image(dims);
        }
    }

    private static void concat(OperatorCase c) {
        int axis = c.between(-4, 3);
        int[] dims = {c.between(1, 3), c.between(1, 5), c.between(1, 5), c.between(1, 5)};
        c.set("axis", (long) axis);
        for (int i = 0, n = c.between(1, 4); i < n; i++) {
            dims[Nd.axis(axis, 4)] = c.between(1, 5);
            c.image(dims);
        }
    }

    private static void split(OperatorCase c) {
        int axis = c.between(0, 3);
        int[] dims = {c.between(1, 3), c.between(1, 5), c.between(1, 5), c.between(1, 5)};
        int n = c.between(1, 4);
        long[] sizes = new long[n];
        for (int i = 0; i < n; i++) {
            sizes[i] = c.between(1, 4);
        }
        dims[axis] = (int) Arrays.stream(sizes).sum();
        c.set("axis", (long) axis).ints("split", sizes).image(dims).outputs(n);
    }

    private static void slice(OperatorCase c) {
        int[] dims = {c.between(1, 3), c.between(2, 9), c.between(2, 9), c.between(2, 9)};
        int axis = c.between(0, 2);
        int start = c.between(0, dims[axis] - 1);
        int second = c.between(0, dims[3] - 1);
        c.ints("axes", axis, 3)
                .ints("starts", start, second)
                .ints(
                        "ends",
                        axis == 0 ? Graph.TO_END : c.between(start + 1, dims[axis]),
                        c.between(second + 1, dims[3]))
                .ints("steps", c.between(1, 3), c.between(1, 3))
                .image(dims);
    }

    private static void pool(OperatorCase c) {
        int h = c.between(7, 12);
        int w = c.between(7, 12);
        window(c);
        c.set("ceil_mode", (long) c.pick(0, 1)).image(c.between(1, 2), c.between(1, 5), h, w);
    }

    /** Windows that are dilated are new in operator set 19, where ceil_mode counts padding in another way. */
    private static void averagePool(OperatorCase c) {
        pool(c);
        boolean ceil = c.random.nextBoolean();
        c.set("count_include_pad", (long) c.pick(0, 1)).set("ceil_mode", ceil ? 1L : 0L);
        if (ceil) {
            c.ints("dilations", 1, 1);
        }
    }

    private static void reduceMean(OperatorCase c) {
        image(c);
        int[] masks = {0b1100, 0b0100, 0b1000, 0b0010, 0b1111, 0b0011};
        int mask = c.pick(masks);
        c.ints(
                "axes",
                IntStream.range(0, 4)
                        .filter(i -> (mask >> i & 1) != 0)
                        .asLongStream()
                        .toArray());
        c.set("keepdims", (long) c.pick(0, 1));
    }

    private static void gemm(OperatorCase c) {
        int rows = c.between(1, 5);
        int depth = c.between(1, 17);
        int columns = c.between(1, 7);
        boolean transA = c.random.nextBoolean();
        boolean transB = c.random.nextBoolean();
        c.set("transA", transA ? 1L : 0L).set("transB", transB ? 1L : 0L);
        c.set("alpha", c.random.nextFloat()).set("beta", c.random.nextFloat());
        c.image(transA ? depth : rows, transA ? rows : depth);
        c.constant(transB ? columns : depth, transB ? depth : columns);
        switch (c.between(0, 4)) {
            case 0 -> c.constant(columns);
            case 1 -> c.constant(rows, columns);
            case 2 -> c.constant(rows, 1);
            case 3 -> c.constant(1);
            default -> {}
        }
    }

    private static void matMul(OperatorCase c) {
        int rows = c.between(1, 5);
        int depth = c.between(1, 17);
        int columns = c.between(1, 7);
        int b1 = c.between(1, 3);
        int b2 = c.between(1, 3);
        switch (c.between(0, 3)) {
            case 0 -> c.image(rows, depth).constant(depth, columns);
            case 1 -> c.image(b1, b2, rows, depth).image(b2, depth, columns);
            case 2 -> c.image(b1, 1, rows, depth).image(1, b2, depth, columns);
            default -> c.image(b1, rows, depth).constant(depth, columns);
        }
    }

    private static void reshape(OperatorCase c) {
        int channels = c.between(1, 4) * 2;
        c.image(c.between(1, 3), channels, c.between(1, 5), c.between(1, 5));
        switch (c.between(0, 3)) {
            case 0 -> c.ints("shape", -1, channels / 2, 2);
            case 1 -> c.ints("shape", 0, 0, -1);
            case 2 -> c.ints("shape", 0, -1);
            default -> c.ints("shape", 0, 2, channels / 2, -1);
        }
    }

    private static void squeeze(OperatorCase c) {
        int axis = c.between(1, 3);
        int[] dims = {1, c.between(1, 5), c.between(1, 5), c.between(1, 5)};
        dims[axis] = 1;
        if (c.random.nextBoolean()) {
            c.ints("axes", axis);
        }
        c.image(dims);
    }

    private static void unsqueeze(OperatorCase c) {
        int first = c.between(0, 2);
        c.ints("axes", first, c.between(first + 1, 4)).image(c.between(1, 3), c.between(1, 4), c.between(1, 4));
    }

    private static void transpose(OperatorCase c) {
        image(c);
        Integer[] perm = {0, 1, 2, 3};
        Collections.shuffle(Arrays.asList(perm), c.random);
        if (c.random.nextInt(4) != 0) {
            c.ints("perm", Arrays.stream(perm).mapToLong(i -> i).toArray());
        }
    }

    private static void pad(OperatorCase c) {
        c.image(c.between(1, 3), c.between(3, 9), c.between(3, 9), c.between(3, 9));
        long[] pads = new long[8];
        for (int i = 0; i < 8; i++) {
            pads[i] = i % 4 == 0 ? 0 : c.between(0, 2);
        }
        String mode = c.pick("constant", "reflect", "edge");
        c.ints("pads", pads).set("mode", mode);
        if (mode.equals("constant")) {
            c.set("value", c.random.nextFloat());
        }
    }

    private static void resize(OperatorCase c) {
        int h = c.between(2, 9);
        int w = c.between(2, 9);
        int n = c.between(1, 3);
        int channels = c.between(1, 4);
        String mode = c.pick("nearest", "linear", "cubic");
        c.image(n, channels, h, w).set("mode", mode);
        if (mode.equals("nearest")) {
            c.set("nearest_mode", c.pick("round_prefer_floor", "round_prefer_ceil", "floor", "ceil"));
        } else if (mode.equals("cubic")) {
            c.set("exclude_outside", (long) c.pick(0, 1)).set("cubic_coeff_a", c.pick(2, 3) * -0.25f);
        }
        c.set(
                "coordinate_transformation_mode",
                c.pick("half_pixel", "pytorch_half_pixel", "align_corners", "asymmetric", "half_pixel_symmetric"));
        if (c.random.nextBoolean()) {
            c.ints("sizes", n, channels, c.between(1, 20), c.between(1, 20));
        } else {
            c.set("scales", new float[] {1, 1, c.pick(1, 2, 3) * 0.75f, c.pick(5, 10, 15, 17, 20) * 0.1f});
        }
    }

    private static void lrn(OperatorCase c) {
        image(c);
        c.set("size", (long) c.pick(1, 3, 5, 7))
                .set("alpha", c.random.nextFloat())
                .set("beta", 0.75f)
                .set("bias", 1.5f);
    }
}
