package io.dms.model.onnx;

import io.dms.model.Shape;
import java.util.Arrays;
import java.util.List;
import java.util.Set;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;

/** Resize and its forerunner Upsample. */
final class ResizeOperators {
    private static final Set<String> COORDINATES =
            Set.of("half_pixel", "pytorch_half_pixel", "align_corners", "asymmetric");
    private static final Set<String> ROUNDINGS = Set.of("round_prefer_floor", "round_prefer_ceil", "floor", "ceil");

    private ResizeOperators() {}

    static void upsample(SourceNode n, GraphBuilder g) {
        if (n.opset() > 9) {
            throw n.error("uses an operator that ONNX removed in opset 10: the file is damaged");
        }
        legacy(n, g, n.opset() < 9 ? n.reals("scales") : scales(n, g, 1));
    }

    /** Before operator set 11 there are scales only, and coordinates are multiplied by them. */
    private static void legacy(SourceNode n, GraphBuilder g, float @Nullable [] scales) {
        String mode = n.string("mode", "nearest");
        if (scales == null) {
            throw n.error("has no scales: the file is damaged");
        }
        if (mode.equals("nearest")) {
            for (float s : scales) {
                if (s < 1) {
                    throw new UnsupportedForm("shrinks, with a rounding of its own");
                }
            }
        }
        emit(n, g, mode.equals("bilinear") ? "linear" : mode, "asymmetric", "floor", scales, null);
    }

    static void resize(SourceNode n, GraphBuilder g) {
        if (n.opset() < 11) {
            legacy(n, g, scales(n, g, 1));
            return;
        }
        String policy = n.string("keep_aspect_ratio_policy", "stretch");
        if (n.integer("antialias", 0) != 0 || !policy.equals("stretch")) {
            throw new UnsupportedForm("antialias or aspect ratio");
        }
        float[] scales = scales(n, g, 2);
        Constant sizes = n.hasInput(3) ? g.shapeInput(n, 3) : null;
        if (sizes != null && sizes.size() == 0) {
            sizes = null;
        }
        Shape s = g.activationShape(n, 0);
        long[] some = n.opset() >= 18 ? n.integers("axes") : null;
        int[] axes = some == null ? IntStream.range(0, s.rank()).toArray() : ConstantFolder.axes(n, some, s.rank());
        if (scales != null) {
            check(n, scales.length, axes.length);
            float[] all = new float[s.rank()];
            Arrays.fill(all, 1);
            for (int i = 0; i < axes.length; i++) {
                all[axes[i]] = scales[i];
            }
            scales = all;
        }
        int[] target = null;
        if (sizes != null) {
            check(n, sizes.size(), axes.length);
            target = s.dims();
            for (int i = 0; i < axes.length; i++) {
                target[axes[i]] = size(n, sizes, i, s.dim(axes[i]));
            }
            scales = null;
        }
        emit(
                n,
                g,
                n.string("mode", "nearest"),
                n.string("coordinate_transformation_mode", "half_pixel"),
                n.string("nearest_mode", "round_prefer_floor"),
                scales,
                target);
    }

    private static void check(SourceNode n, int have, int want) {
        if (have != want) {
            throw n.error("has scales or sizes for " + have + " axes instead of " + want);
        }
    }

    private static int size(SourceNode n, Constant sizes, int i, int have) {
        double v = sizes.value(i);
        if (have == Shape.BATCH) {
            if ((sizes.batch(i) == 1 && v == 0) || (sizes.batch(i) == 0 && v == 1)) {
                return Shape.BATCH;
            }
            throw n.error("resizes the batch");
        }
        if (sizes.batch(i) != 0 || v < 1 || v > 1 << 24) {
            throw n.error("resizes to size " + (long) v + " in axis " + i);
        }
        return (int) v;
    }

    private static float @Nullable [] scales(SourceNode n, GraphBuilder g, int i) {
        Constant c = g.reals(n, i);
        return c == null || c.size() == 0 ? null : c.floats();
    }

    private static void emit(
            SourceNode n,
            GraphBuilder g,
            String mode,
            String coordinates,
            String rounding,
            float @Nullable [] scales,
            int @Nullable [] sizes) {
        String x = g.activation(n, 0);
        Shape s = g.activationShape(n, 0);
        if (!COORDINATES.contains(coordinates)
                || !ROUNDINGS.contains(rounding)
                || !Set.of("nearest", "linear", "cubic").contains(mode)) {
            throw new UnsupportedForm("mode");
        }
        int[] target = sizes;
        if (target == null) {
            if (scales == null) {
                throw n.error("has neither scales nor sizes: the file is damaged");
            }
            check(n, scales.length, s.rank());
            target = scaled(n, s, scales);
        }
        Attributes a = new Attributes().put("sizes", target);
        if (scales != null) {
            a.put("scales", scales);
        }
        a.put("mode", mode).put("coordinate_transformation_mode", coordinates).put("nearest_mode", rounding);
        if (mode.equals("cubic")) {
            a.put("cubic_coeff_a", n.real("cubic_coeff_a", -0.75f));
            a.put("exclude_outside", n.integer("exclude_outside", 0));
        }
        g.emit(n, "Resize", List.of(x), a.map());
    }

    private static int[] scaled(SourceNode n, Shape s, float[] scales) {
        int[] out = s.dims();
        for (int i = 0; i < out.length; i++) {
            float f = scales[i];
            if (!(f > 0 && f <= 1 << 20)) {
                throw n.error("has scale " + f + ", which must be a number above 0");
            }
            if (out[i] == Shape.BATCH) {
                if (f != 1) {
                    throw n.error("resizes the batch");
                }
                continue;
            }
            double size = Math.floor((double) (f * out[i]));
            if (size < 1 || size > 1 << 24) {
                throw n.error("resizes axis " + i + " of shape " + s + " by " + f + ", which leaves " + (long) size);
            }
            out[i] = (int) size;
        }
        return out;
    }
}
