package io.dms.model.onnx;

import io.dms.model.ModelException;
import io.dms.model.Node;
import io.dms.model.Shape;
import java.util.Arrays;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/** Shapes of convolutions and pools. */
final class WindowShapes {
    private final Node node;
    private final Function<String, @Nullable Shape> shapes;

    WindowShapes(Node node, Function<String, @Nullable Shape> shapes) {
        this.node = node;
        this.shapes = shapes;
    }

    private ModelException error(String what) {
        return ShapeRules.error(node, what);
    }

    @Nullable
    Shape output(Shape x) {
        if (x.rank() < 3) {
            throw error("needs an input with batch, channels and space but has shape " + x);
        }
        if (x.dim(1) == Shape.BATCH) {
            throw error("has the batch in the place of the channels: " + x);
        }
        for (int i = 2; i < x.rank(); i++) {
            if (x.dim(i) == Shape.BATCH) {
                throw error("slides over the batch: " + x);
            }
        }
        return switch (node.op()) {
            case "Conv" -> conv(x);
            case "ConvTranspose" -> convTranspose(x);
            case "GlobalAveragePool", "GlobalMaxPool" -> global(x);
            default -> pool(x);
        };
    }

    private static Shape global(Shape x) {
        int[] out = x.dims();
        Arrays.fill(out, 2, out.length, 1);
        return Shape.of(out);
    }

    /** Lists of the right length, all numbers in range. */
    private void checkWindow(int space) {
        int[] pads = node.ints("pads");
        if (pads.length != 2 * space) {
            throw error("has " + pads.length + " pads for " + space + " axes of space");
        }
        if (anyBelow(pads, 0)) {
            throw error("has a negative pad: " + Arrays.toString(pads));
        }
        for (String attribute : new String[] {"kernel_shape", "strides", "dilations"}) {
            int[] v = node.ints(attribute);
            if (v.length != space || anyBelow(v, 1)) {
                throw error("has " + attribute + " " + Arrays.toString(v) + " for " + space + " axes of space");
            }
        }
    }

    private @Nullable Shape conv(Shape x) {
        Shape w = shapes.apply(node.input(1));
        if (w == null) {
            return null;
        }
        int group = checkWeights(x, w, 0);
        if (x.dim(1) != (long) w.dim(1) * group || w.dim(0) % group != 0) {
            throw error("has weights of shape " + w + " in " + group + " groups for " + x.dim(1) + " channels");
        }
        checkBias(w.dim(0));
        int[] out = x.dims();
        out[1] = w.dim(0);
        for (int i = 0; i < out.length - 2; i++) {
            out[i + 2] = windows(x, i);
        }
        return Shape.of(out);
    }

    private @Nullable Shape convTranspose(Shape x) {
        Shape w = shapes.apply(node.input(1));
        if (w == null) {
            return null;
        }
        int group = checkWeights(x, w, 1);
        if (x.dim(1) != w.dim(0) || w.dim(0) % group != 0) {
            throw error("has weights of shape " + w + " in " + group + " groups for " + x.dim(1) + " channels");
        }
        int channels = Math.multiplyExact(w.dim(1), group);
        checkBias(channels);
        int[] out = x.dims();
        out[1] = channels;
        int space = out.length - 2;
        int[] more = node.intsOrNull("output_padding");
        if (more != null && more.length != space) {
            throw error("has " + more.length + " output paddings for " + space + " axes of space");
        }
        for (int i = 0; i < space; i++) {
            int extra = more == null ? 0 : more[i];
            int stride = node.ints("strides")[i];
            int dilation = node.ints("dilations")[i];
            if (extra < 0 || extra >= Math.max(stride, dilation)) {
                throw error("has output padding " + extra + ", which must be below its stride " + stride);
            }
            long size = Math.addExact(
                    Math.multiplyExact((long) stride, x.dim(i + 2) - 1L),
                    Math.multiplyExact(node.ints("kernel_shape")[i] - 1L, (long) dilation) + 1 + extra);
            size -= (long) node.ints("pads")[i] + node.ints("pads")[i + space];
            if (size < 1) {
                throw error("gives nothing along axis " + (i + 2) + " of shape " + x);
            }
            out[i + 2] = Math.toIntExact(size);
        }
        return Shape.of(out);
    }

    private int checkWeights(Shape x, Shape w, int outAxis) {
        int space = x.rank() - 2;
        if (w.rank() != x.rank()) {
            throw error("has weights of shape " + w + " for an input of shape " + x);
        }
        checkWindow(space);
        int[] kernel = node.ints("kernel_shape");
        if (!Arrays.equals(kernel, Arrays.copyOfRange(w.dims(), 2, w.rank()))) {
            throw error("has kernel_shape " + Arrays.toString(kernel) + " but weights of shape " + w);
        }
        int group = node.intAttr("group", 1);
        if (group < 1 || w.dim(outAxis) < 1 || w.dim(1 - outAxis) < 1) {
            throw error("has weights of shape " + w + " in " + group + " groups");
        }
        return group;
    }

    private void checkBias(int channels) {
        Shape b = node.input(2).isEmpty() ? null : shapes.apply(node.input(2));
        if (b != null && (b.rank() != 1 || b.dim(0) != channels)) {
            throw error("has a bias of shape " + b + " for " + channels + " channels");
        }
    }

    private Shape pool(Shape x) {
        int space = x.rank() - 2;
        checkWindow(space);
        int[] out = x.dims();
        for (int i = 0; i < space; i++) {
            int reach = reach(i);
            int pad = Math.max(node.ints("pads")[i], node.ints("pads")[i + space]);
            if (pad >= reach) {
                throw error("has pad " + pad + ", which must be smaller than its window " + reach);
            }
            out[i + 2] = windows(x, i);
        }
        return Shape.of(out);
    }

    /** From the first to the last element of a window, both included. */
    private int reach(int i) {
        return Math.toIntExact((node.ints("kernel_shape")[i] - 1L) * node.ints("dilations")[i] + 1);
    }

    private int windows(Shape x, int i) {
        int space = x.rank() - 2;
        long padded = (long) x.dim(i + 2) + node.ints("pads")[i] + node.ints("pads")[i + space];
        long free = padded - reach(i);
        if (free < 0) {
            throw error("has a window of " + reach(i) + " along axis " + (i + 2) + ", larger than its padded input "
                    + padded);
        }
        int stride = node.ints("strides")[i];
        if (node.intAttr("ceil_mode", 0) == 0) {
            return Math.toIntExact(free / stride + 1);
        }
        long last = (free + stride - 1) / stride;
        boolean startsInside = last * stride < (long) x.dim(i + 2) + node.ints("pads")[i];
        return Math.toIntExact(startsInside ? last + 1 : last);
    }

    private static boolean anyBelow(int[] values, int least) {
        for (int v : values) {
            if (v < least) {
                return true;
            }
        }
        return false;
    }
}
