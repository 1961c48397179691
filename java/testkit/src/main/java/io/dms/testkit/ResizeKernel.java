package io.dms.testkit;

import io.dms.model.ModelException;
import io.dms.model.Node;

/**
 * Resize in its modes nearest, linear and cubic, one axis after the other. Coordinates are in single precision: which of two
 * inputs an output halfway between them reads is rounding's choice, and ONNX Runtime's is the one to agree with.
 */
final class ResizeKernel {
    private ResizeKernel() {}

    static Nd resize(Node node, Nd x) {
        int[] dims = outputDims(node, x);
        Nd y = x;
        for (int axis = 0; axis < dims.length; axis++) {
            if (dims[axis] != x.dim(axis) || scale(node, x, dims, axis) != 1) {
                y = alongAxis(node, y, axis, dims[axis], scale(node, x, dims, axis));
            }
        }
        return y;
    }

    private static int[] outputDims(Node node, Nd x) {
        int[] sizes = node.intsOrNull("sizes");
        int[] dims = x.dims();
        for (int a = 0; a < dims.length; a++) {
            if (sizes != null) {
                dims[a] = sizes[a] == -1 ? dims[a] : sizes[a];
            } else {
                dims[a] = (int) Math.floor(dims[a] * scale(node, x, dims, a));
            }
        }
        return dims;
    }

    /** The file's own scale where it gave one, else what the sizes make it. */
    private static float scale(Node node, Nd x, int[] dims, int axis) {
        float[] scales = node.floatsOrNull("scales");
        return scales != null ? scales[axis] : (float) dims[axis] / x.dim(axis);
    }

    private static Nd alongAxis(Node node, Nd x, int axis, int size, float scale) {
        int[] dims = x.dims();
        dims[axis] = size;
        Nd y = Nd.zeros(dims);
        int inner = x.elements(axis + 1, x.rank());
        int in = x.dim(axis);
        for (int to = 0; to < size; to++) {
            float at = source(node, to, size, in, scale);
            int first = first(node, at);
            double[] weights = weights(node, at, first, in);
            for (int outer = 0; outer < x.elements(0, axis); outer++) {
                for (int j = 0; j < inner; j++) {
                    double sum = 0;
                    for (int k = 0; k < weights.length; k++) {
                        int from = Math.max(0, Math.min(in - 1, first + k));
                        sum += weights[k] == 0 ? 0 : weights[k] * x.data[(outer * in + from) * inner + j];
                    }
                    y.data[(outer * size + to) * inner + j] = (float) sum;
                }
            }
        }
        return y;
    }

    /** The first input element that an output at this coordinate reads; those outside stand for the nearest inside. */
    private static int first(Node node, float at) {
        return switch (mode(node)) {
            case "nearest" -> nearest(node, at);
            case "linear" -> (int) Math.floor(at);
            default -> (int) Math.floor(at) - 1;
        };
    }

    /** How much of the first and the following input elements it takes. */
    private static double[] weights(Node node, float at, int first, int in) {
        double share = at - Math.floor(at);
        if (mode(node).equals("nearest")) {
            return new double[] {1};
        }
        if (mode(node).equals("linear")) {
            return new double[] {1 - share, share};
        }
        double[] w = new double[4];
        double sum = 0;
        boolean exclude = node.intAttr("exclude_outside", 0) != 0;
        for (int k = 0; k < w.length; k++) {
            boolean outside = first + k < 0 || first + k >= in;
            w[k] = exclude && outside ? 0 : keys(node.floatAttr("cubic_coeff_a", -0.75f), Math.abs(share + 1 - k));
            sum += w[k];
        }
        for (int k = 0; exclude && k < w.length; k++) {
            w[k] /= sum;
        }
        return w;
    }

    /** The kernel of Keys, "Cubic Convolution Interpolation for Digital Image Processing", 1981, at a distance up to 2. */
    private static double keys(double a, double d) {
        return d <= 1 ? (a + 2) * d * d * d - (a + 3) * d * d + 1 : a * d * d * d - 5 * a * d * d + 8 * a * d - 4 * a;
    }

    private static String mode(Node node) {
        String mode = node.stringAttr("mode", "nearest");
        return switch (mode) {
            case "nearest", "linear", "cubic" -> mode;
            default -> throw new ModelException("node " + node.name() + " (Resize): unknown mode " + mode);
        };
    }

    /** The coordinate of an output element on the input axis. */
    private static float source(Node node, int to, int out, int in, float scale) {
        String transformation = node.stringAttr("coordinate_transformation_mode", "half_pixel");
        return switch (transformation) {
            case "half_pixel" -> (to + 0.5f) / scale - 0.5f;
            case "half_pixel_symmetric" -> {
                float adjustment = out / (scale * in);
                yield in / 2f * (1 - adjustment) + (to + 0.5f) / scale - 0.5f;
            }
            case "pytorch_half_pixel" -> out > 1 ? (to + 0.5f) / scale - 0.5f : 0;
            case "align_corners" -> out > 1 ? (float) to * (in - 1) / (out - 1) : 0;
            case "asymmetric" -> to / scale;
            case "tf_half_pixel_for_nn" -> (to + 0.5f) / scale;
            default ->
                throw new ModelException("node " + node.name() + " (Resize): coordinate_transformation_mode "
                        + transformation + " is not one that the reference backend knows");
        };
    }

    private static int nearest(Node node, float at) {
        String mode = node.stringAttr("nearest_mode", "round_prefer_floor");
        return (int)
                switch (mode) {
                    case "round_prefer_floor" -> Math.ceil((double) at - 0.5);
                    case "round_prefer_ceil" -> Math.floor((double) at + 0.5);
                    case "floor" -> Math.floor(at);
                    case "ceil" -> Math.ceil(at);
                    default ->
                        throw new ModelException("node " + node.name() + " (Resize): unknown nearest_mode " + mode);
                };
    }
}
