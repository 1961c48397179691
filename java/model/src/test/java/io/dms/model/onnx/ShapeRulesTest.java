package io.dms.model.onnx;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.dms.model.ModelException;
import io.dms.model.Node;
import io.dms.model.Shape;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

/** Each rule at its edge: what just fits has a shape, and what just does not is refused in one line that names it. */
class ShapeRulesTest {
    private static final int N = Shape.BATCH;
    private static final int[] UNKNOWN = {};

    private static Attributes with(String name, int... values) {
        return new Attributes().put(name, values);
    }

    private static Attributes windows(int k, int s, int d, int... pads) {
        return new Attributes()
                .put("kernel_shape", new int[] {k, k})
                .put("strides", new int[] {s, s})
                .put("dilations", new int[] {d, d})
                .put("pads", pads);
    }

    /** Inputs a, b, c... of these shapes. */
    private static List<@Nullable Shape> infer(String op, Attributes a, int outputs, int[]... in) {
        Map<String, Shape> shapes = new LinkedHashMap<>();
        List<String> names = new ArrayList<>();
        for (int[] dims : in) {
            String name = String.valueOf((char) ('a' + names.size()));
            names.add(name);
            if (dims != UNKNOWN) {
                shapes.put(name, Shape.of(dims));
            }
        }
        List<String> out = new ArrayList<>();
        for (int i = 0; i < outputs; i++) {
            out.add("y" + i);
        }
        return ShapeRules.infer(Node.of("n", op, names, out, a.map()), shapes::get);
    }

    private static void gives(int[] expected, String op, Attributes a, int[]... in) {
        assertThat(infer(op, a, 1, in)).as(op).containsExactly(Shape.of(expected));
    }

    private static void refuses(String words, String op, Attributes a, int[]... in) {
        assertThatThrownBy(() -> infer(op, a, 1, in))
                .as(op)
                .isInstanceOf(ModelException.class)
                .hasMessageStartingWith("node n (" + op + ") ")
                .hasMessageContaining(words)
                .hasMessageNotContaining("\n");
    }

    private static int[] d(int... dims) {
        return dims;
    }

    @Test
    void operandsOfArithmeticFitOneAnother() {
        Attributes none = new Attributes();
        gives(d(N, 4, 5), "Add", none, d(N, 4, 1), d(4, 5));
        gives(d(N, 4), "Mul", none, d(1, 4), d(N, 1));
        refuses("which do not fit", "Mul", none, d(N, 4), d(N, 3));
        refuses("which do not fit", "Add", none, d(N, 4), d(2, 4));
        gives(d(N, 2, 3, 6), "MatMul", none, d(N, 2, 3, 5), d(2, 5, 6));
        refuses("multiplies shapes", "MatMul", none, d(N, 4), d(3, 4));
        refuses("multiplies shapes", "MatMul", none, d(4), d(4, 3));
        refuses("multiplies shapes", "MatMul", none, d(N, 4), d(4));
        assertThat(infer("Add", none, 1, d(N, 4), UNKNOWN)).containsExactly((Shape) null);
    }

    @Test
    void parametersAreOneNumberForEachChannel() {
        Attributes none = new Attributes();
        int[][] in = {d(N, 4, 2, 2), d(4), d(4), d(4), d(4)};
        gives(d(N, 4, 2, 2), "BatchNormalization", none, in);
        for (int i = 1; i <= 4; i++) {
            int[][] wrong = in.clone();
            wrong[i] = d(5);
            refuses("parameter " + (char) ('a' + i), "BatchNormalization", none, wrong);
            wrong[i] = d(4, 1);
            refuses("parameter " + (char) ('a' + i), "BatchNormalization", none, wrong);
        }
        refuses("needs an input with channels", "BatchNormalization", none, d(N), d(4), d(4), d(4), d(4));
        gives(d(N, 4, 2, 2), "PRelu", none, d(N, 4, 2, 2), d(4, 1, 1));
        refuses("has slopes of shape", "PRelu", none, d(N, 4, 1, 1), d(4, 2, 1));
        gives(d(N, 4, 2), "LRN", new Attributes().put("size", 1), d(N, 4, 2));
        refuses("needs a size of at least 1", "LRN", new Attributes().put("size", 0), d(N, 4, 2));
        refuses("needs a size of at least 1", "LRN", new Attributes().put("size", 1), d(N, 4));
    }

    @Test
    void nothingIsDoneAlongTheBatch() {
        refuses("normalises over the batch", "Softmax", new Attributes().put("axis", 0), d(N, 4));
        gives(d(N, 4), "Softmax", new Attributes().put("axis", 1), d(N, 4));
        refuses("slices the batch", "Slice", slice(0, 0, 1, 1), d(N, 4));
        refuses("pads the batch", "Pad", with("pads", 1, 0, 0, 0), d(N, 4));
        refuses("pads the batch", "Pad", with("pads", 0, 0, 1, 0), d(N, 4));
        refuses("changes the batch", "Resize", with("sizes", 2, 4), d(N, 4));
        refuses("changes the batch", "Resize", with("sizes", N, N), d(N, 4));
        refuses("averages over the batch", "ReduceMean", with("axes", 0), d(N, 4));
        refuses("joins along the batch", "Concat", new Attributes().put("axis", 0), d(N, 4), d(N, 4));
        refuses("merges the batch", "Flatten", new Attributes().put("axis", 0), d(N, 4));
        gives(d(N, 1), "Flatten", new Attributes().put("axis", 2), d(N, 1));
        refuses("another number of elements", "Reshape", with("shape", 4), d(N, 4));
        refuses("another number of elements", "Reshape", with("shape", N, 4), d(4));
        refuses("mixes the batch", "Add", new Attributes(), d(N, 1), d(1, N));
        refuses("slides over the batch", "MaxPool", windows(1, 1, 1, 0, 0, 0, 0), d(1, 4, N, 2));
        refuses("in the place of the channels", "MaxPool", windows(1, 1, 1, 0, 0, 0, 0), d(4, N, 2, 2));
    }

    private static Attributes slice(int axis, int start, int end, int step) {
        return with("axes", axis)
                .put("starts", new int[] {start})
                .put("ends", new int[] {end})
                .put("steps", new int[] {step});
    }

    @Test
    void aSliceLiesWithinItsAxisAndHasElements() {
        gives(d(N, 4), "Slice", slice(1, 0, 4, 1), d(N, 4));
        gives(d(N, 2), "Slice", slice(1, 0, 4, 3), d(N, 4));
        gives(d(N, 1), "Slice", slice(1, 3, 4, 9), d(N, 4));
        refuses("takes -1 to 4", "Slice", slice(1, -1, 4, 1), d(N, 4));
        refuses("takes 0 to 5", "Slice", slice(1, 0, 5, 1), d(N, 4));
        refuses("takes 2 to 2", "Slice", slice(1, 2, 2, 1), d(N, 4));
        refuses("by 0", "Slice", slice(1, 0, 4, 0), d(N, 4));
        refuses("has axis 2", "Slice", slice(2, 0, 1, 1), d(N, 4));
        refuses("of different lengths", "Slice", slice(1, 0, 1, 1).put("steps", new int[] {1, 1}), d(N, 4));
        refuses(
                "names an axis twice",
                "Slice",
                with("axes", 1, 1)
                        .put("starts", new int[] {0, 0})
                        .put("ends", new int[] {1, 1})
                        .put("steps", new int[] {1, 1}),
                d(N, 4));
    }

    @Test
    void padsAreTwoForEachAxisAndReflectWhatIsThere() {
        gives(d(N, 7), "Pad", with("pads", 0, 1, 0, 2), d(N, 4));
        refuses("has 3 pads", "Pad", with("pads", 0, 1, 0), d(N, 4));
        refuses("a negative pad", "Pad", with("pads", 0, -1, 0, 0), d(N, 4));
        refuses("a negative pad", "Pad", with("pads", 0, 0, 0, -1), d(N, 4));
        gives(d(N, 10), "Pad", with("pads", 0, 3, 0, 3).put("mode", "reflect"), d(N, 4));
        refuses("reflects 4", "Pad", with("pads", 0, 3, 0, 4).put("mode", "reflect"), d(N, 4));
        refuses("too large", "Pad", with("pads", 0, Integer.MAX_VALUE, 0, 0), d(N, 4));
    }

    @Test
    void axesAreRemovedAddedAndPermuted() {
        gives(d(N, 1, 3), "ReduceMean", with("axes", 1), d(N, 4, 3));
        gives(d(N, 3), "ReduceMean", with("axes", 1).put("keepdims", 0), d(N, 4, 3));
        gives(d(N, 3), "Squeeze", with("axes", 1), d(N, 1, 3));
        refuses("whose size is not 1", "Squeeze", with("axes", 1), d(N, 2, 3));
        refuses("whose size is not 1", "Squeeze", with("axes", 0), d(N, 1, 3));
        gives(d(1, N, 1, 3), "Unsqueeze", with("axes", 2, 0), d(N, 3));
        refuses("has axis 4", "Unsqueeze", with("axes", 4, 0), d(N, 3));
        gives(d(3, N, 4), "Transpose", with("perm", 2, 0, 1), d(N, 4, 3));
        refuses("permutes 2 axes", "Transpose", with("perm", 0, 1), d(N, 4, 3));
        refuses("names an axis twice", "Transpose", with("perm", 0, 1, 1), d(N, 4, 3));
        refuses("has axis 3", "Flatten", new Attributes().put("axis", 3), d(N, 4));
        refuses("has 1 sizes", "Resize", with("sizes", N), d(N, 4));
    }

    @Test
    void aProductHasAsManyColumnsAsRowsAndABiasOfItsWidth() {
        gives(d(N, 5), "Gemm", new Attributes(), d(N, 4), d(4, 5), d(5));
        gives(d(N, 5), "Gemm", new Attributes().put("transB", 1), d(N, 4), d(5, 4));
        refuses("transposes its first input", "Gemm", new Attributes().put("transA", 1), d(4, 4), d(4, 5));
        refuses("which do not fit", "Gemm", new Attributes(), d(N, 4), d(5, 4));
        refuses("adds a bias", "Gemm", new Attributes(), d(N, 4), d(4, 5), d(4));
        refuses("adds a bias", "Gemm", new Attributes(), d(N, 4), d(4, 5), d(5, 1));
        refuses("which do not fit", "Gemm", new Attributes(), d(N, 2, 4), d(4, 5));
    }

    @Test
    void whatIsJoinedFitsAndWhatIsNotKnownStaysSo() {
        Attributes one = new Attributes().put("axis", 1);
        gives(d(N, 9, 2), "Concat", one, d(N, 4, 2), d(N, 5, 2));
        refuses("which do not fit", "Concat", one, d(N, 4, 2), d(N, 5, 3));
        refuses("which do not fit", "Concat", one, d(N, 4, 2), d(N, 5));
        refuses("has axis 1", "Concat", one, d(4), d(5));
        assertThat(infer("Concat", one, 1, d(N, 4), UNKNOWN)).containsExactly((Shape) null);
        assertThat(infer("Concat", one, 1, UNKNOWN, d(N, 4))).containsExactly((Shape) null);
    }

    @Test
    void partsOfASplitAreAllOfItsAxis() {
        Attributes parts = with("split", 1, 3).put("axis", 1);
        assertThat(infer("Split", parts, 2, d(N, 4))).containsExactly(Shape.of(N, 1), Shape.of(N, 3));
        assertThat(infer("Split", parts, 2, UNKNOWN)).containsExactly((Shape) null, null);
        assertThatThrownBy(() -> infer("Split", parts, 1, d(N, 4))).hasMessageContaining("2 parts but 1 outputs");
        assertThatThrownBy(() -> infer("Split", parts, 3, d(N, 4))).hasMessageContaining("2 parts but 3 outputs");
        assertThatThrownBy(() -> infer("Split", parts, 2, d(N, 5))).hasMessageContaining("splits axis 1");
        assertThatThrownBy(() -> infer("Split", with("split", 0, 4).put("axis", 1), 2, d(N, 4)))
                .hasMessageContaining("a part of 0");
        assertThatThrownBy(() -> infer("Split", with("split", 1, 3).put("axis", 0), 2, d(N, 4)))
                .isInstanceOf(ModelException.class);
    }

    @Test
    void everyTensorHasElementsAndRoomInABuffer() {
        refuses("without elements", "Resize", with("sizes", N, 0), d(N, 4));
        gives(d(N, 1 << 29), "Resize", with("sizes", N, 1 << 29), d(N, 4));
        refuses("more than 536870912 elements", "Resize", with("sizes", N, (1 << 29) + 1), d(N, 4));
    }

    @Test
    void weightsOfAConvolutionFitItsGroupsWindowAndBias() {
        Attributes two = windows(3, 1, 1, 1, 1, 1, 1).put("group", 2);
        gives(d(N, 6, 5, 5), "Conv", two, d(N, 4, 5, 5), d(6, 2, 3, 3), d(6));
        refuses("in 2 groups for 4 channels", "Conv", two, d(N, 4, 5, 5), d(5, 2, 3, 3));
        refuses("in 2 groups for 4 channels", "Conv", two, d(N, 4, 5, 5), d(6, 4, 3, 3));
        refuses("for an input of shape", "Conv", two, d(N, 4, 5, 5), d(6, 2, 3));
        refuses("but weights of shape", "Conv", two, d(N, 4, 5, 5), d(6, 2, 3, 1));
        refuses("has a bias", "Conv", two, d(N, 4, 5, 5), d(6, 2, 3, 3), d(3));
        refuses("in 0 groups", "Conv", windows(3, 1, 1, 1, 1, 1, 1).put("group", 0), d(N, 4, 5, 5), d(6, 2, 3, 3));
        refuses("has strides", "Conv", windows(3, 0, 1, 1, 1, 1, 1).put("group", 2), d(N, 4, 5, 5), d(6, 2, 3, 3));
        refuses("has dilations", "Conv", windows(3, 1, 0, 1, 1, 1, 1).put("group", 2), d(N, 4, 5, 5), d(6, 2, 3, 3));
        refuses("a negative pad", "Conv", windows(3, 1, 1, 1, 1, 1, -1).put("group", 2), d(N, 4, 5, 5), d(6, 2, 3, 3));
        refuses("has 3 pads", "Conv", windows(3, 1, 1, 1, 1, 1).put("group", 2), d(N, 4, 5, 5), d(6, 2, 3, 3));
        refuses("batch, channels and space", "Conv", two, d(N, 4), d(6, 2));
    }

    /** A window that slides one position at a time, for as long as it fits. */
    @Test
    void windowsAreCountedAsAHandWouldCountThem() {
        for (int size = 1; size <= 9; size++) {
            for (int k = 1; k <= 3; k++) {
                for (int dilation = 1; dilation <= 3; dilation++) {
                    for (int stride = 1; stride <= 4; stride++) {
                        for (int pad = 0; pad <= 2; pad++) {
                            counted(size, k, dilation, stride, pad, (pad + size) % 3);
                        }
                    }
                }
            }
        }
    }

    private static void counted(int size, int k, int dilation, int stride, int before, int after) {
        int reach = (k - 1) * dilation + 1;
        int fits = 0;
        int begun = 0;
        for (int at = 0; at < before + size + after; at += stride) {
            fits += at + reach <= before + size + after ? 1 : 0;
            // With ceil_mode a window may hang over the end, but begins before what is padded there.
            boolean last = at + reach > before + size + after;
            boolean first = at == 0 || at - stride + reach < before + size + after;
            begun += !last || (first && at < before + size) ? 1 : 0;
        }
        int[] in = d(N, 2, size, size);
        Attributes floor = windows(k, stride, dilation, before, before, after, after);
        Attributes ceil =
                windows(k, stride, dilation, before, before, after, after).put("ceil_mode", 1);
        String what = size + " " + k + " " + dilation + " " + stride + " " + before + " " + after;
        if (Math.max(before, after) >= reach) {
            refuses("smaller than its window", "MaxPool", floor, in);
        } else if (fits == 0) {
            refuses("larger than its padded input", "MaxPool", floor, in);
            refuses("larger than its padded input", "AveragePool", ceil, in);
        } else {
            assertThat(infer("MaxPool", floor, 1, in)).as(what).containsExactly(Shape.of(N, 2, fits, fits));
            assertThat(infer("AveragePool", ceil, 1, in)).as(what).containsExactly(Shape.of(N, 2, begun, begun));
        }
    }

    /** A transposed convolution gives the smallest size of which the convolution gives its input, and its padding more. */
    @Test
    void aTransposedConvolutionGivesWhatItsConvolutionTakes() {
        int checked = 0;
        for (int size = 1; size <= 4; size++) {
            for (int k = 1; k <= 3; k++) {
                for (int dilation = 1; dilation <= 2; dilation++) {
                    for (int stride = 1; stride <= 3; stride++) {
                        for (int extra = 0; extra < stride; extra++) {
                            int out = (size - 1) * stride + (k - 1) * dilation + 1 + extra;
                            Attributes a = windows(k, stride, dilation, 0, 0, 0, 0)
                                    .put("output_padding", new int[] {extra, extra});
                            gives(d(N, 3, out, out), "ConvTranspose", a, d(N, 2, size, size), d(2, 3, k, k));
                            gives(
                                    d(N, 2, size, size),
                                    "Conv",
                                    windows(k, stride, dilation, 0, 0, 0, 0),
                                    d(N, 3, out, out),
                                    d(2, 3, k, k));
                            checked++;
                        }
                    }
                }
            }
        }
        assertThat(checked).isEqualTo(4 * 3 * 2 * 6);
        Attributes a = windows(2, 2, 1, 0, 0, 0, 0);
        refuses("output padding 2", "ConvTranspose", a.put("output_padding", d(2, 0)), d(N, 2, 2, 2), d(2, 3, 2, 2));
        refuses("1 output paddings", "ConvTranspose", a.put("output_padding", d(1)), d(N, 2, 2, 2), d(2, 3, 2, 2));
        refuses("gives nothing", "ConvTranspose", windows(2, 2, 1, 2, 2, 2, 2), d(N, 2, 2, 2), d(2, 3, 2, 2));
        refuses("has a bias", "ConvTranspose", windows(2, 2, 1, 0, 0, 0, 0), d(N, 2, 2, 2), d(2, 3, 2, 2), d(2));
        assertThat(Arrays.asList(infer("ConvTranspose", windows(2, 2, 1, 0, 0, 0, 0), 1, d(N, 2, 2, 2), UNKNOWN)))
                .hasSize(1);
    }
}
