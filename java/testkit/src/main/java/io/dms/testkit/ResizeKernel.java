package io.dms.testkit;

import io.dms.model.ModelException;
import io.dms.model.Node;

/** Resize in its modes nearest and linear, any axis. */
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
    private static double scale(Node node, Nd x, int[] dims, int axis) {
        float[] scales = node.floatsOrNull("scales");
        return scales != null ? scales[axis] : (double) dims[axis] / x.dim(axis);
    }

    private static Nd alongAxis(Node node, Nd x, int axis, int size, double scale) {
        int[] dims = x.dims();
        dims[axis] = size;
        Nd y = Nd.zeros(dims);
        int inner = x.elements(axis + 1, x.rank());
        int last = x.dim(axis) - 1;
        for (int outer = 0; outer < x.elements(0, axis); outer++) {
            for (int to = 0; to < size; to++) {
                double at = source(node, to, size, x.dim(axis), scale);
                int low;
                double share;
                if (node.stringAttr("mode", "nearest").equals("nearest")) {
                    low = nearest(node, at);
                    share = 0;
                } else {
                    low = (int) Math.floor(at);
                    share = at - low;
                }
                int from0 = Math.max(0, Math.min(last, low));
                int from1 = Math.max(0, Math.min(last, low + 1));
                for (int j = 0; j < inner; j++) {
                    double v0 = x.data[(outer * (last + 1) + from0) * inner + j];
                    double v1 = x.data[(outer * (last + 1) + from1) * inner + j];
                    y.data[(outer * size + to) * inner + j] = (float) (share == 0 ? v0 : v0 * (1 - share) + v1 * share);
                }
            }
        }
        return y;
    }

    /** The coordinate of an output element on the input axis. */
    private static double source(Node node, int to, int out, int in, double scale) {
        String transformation = node.stringAttr("coordinate_transformation_mode", "half_pixel");
        return switch (transformation) {
            case "half_pixel" -> (to + 0.5) / scale - 0.5;
            case "half_pixel_symmetric" -> {
                double adjustment = out / (scale * in);
                yield in / 2.0 * (1 - adjustment) + (to + 0.5) / scale - 0.5;
            }
            case "pytorch_half_pixel" -> out > 1 ? (to + 0.5) / scale - 0.5 : 0;
            case "align_corners" -> out > 1 ? to * (in - 1.0) / (out - 1.0) : 0;
            case "asymmetric" -> to / scale;
            case "tf_half_pixel_for_nn" -> (to + 0.5) / scale;
            default ->
                throw new ModelException("node " + node.name() + " (Resize): coordinate_transformation_mode "
                        + transformation + " is not one that the reference backend knows");
        };
    }

    private static int nearest(Node node, double at) {
        String mode = node.stringAttr("nearest_mode", "round_prefer_floor");
        return (int)
                switch (mode) {
                    case "round_prefer_floor" -> Math.ceil(at - 0.5);
                    case "round_prefer_ceil" -> Math.floor(at + 0.5);
                    case "floor" -> Math.floor(at);
                    case "ceil" -> Math.ceil(at);
                    default ->
                        throw new ModelException("node " + node.name() + " (Resize): unknown nearest_mode " + mode);
                };
    }
}
