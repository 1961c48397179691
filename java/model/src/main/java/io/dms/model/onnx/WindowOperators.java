package io.dms.model.onnx;

import io.dms.model.Shape;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;

/** Convolutions and pools: everything that is left to a default or to {@code auto_pad} is made explicit. */
final class WindowOperators {
    private WindowOperators() {}

    /** The geometry of a sliding window, all lists explicit. */
    private static final class Window {
        final int space;
        final long[] kernel;
        final long[] strides;
        final long[] dilations;
        final long[] pads;

        Window(SourceNode n, long[] kernel) {
            this.kernel = kernel;
            this.space = kernel.length;
            this.strides = list(n, "strides", space, 1);
            this.dilations = list(n, "dilations", space, 1);
            this.pads = list(n, "pads", 2 * space, 0);
            for (int i = 0; i < space; i++) {
                if (kernel[i] < 1 || strides[i] < 1 || dilations[i] < 1 || pads[i] < 0 || pads[i + space] < 0) {
                    throw n.error("has kernel_shape " + Arrays.toString(kernel) + ", strides "
                            + Arrays.toString(strides) + ", dilations " + Arrays.toString(dilations) + ", pads "
                            + Arrays.toString(pads) + ": the file is damaged");
                }
                if (Math.max(
                                Math.max(kernel[i], strides[i]),
                                Math.max(dilations[i], Math.max(pads[i], pads[i + space])))
                        > 1 << 24) {
                    throw n.error("has a window that is too large: the file is damaged");
                }
            }
        }

        long reach(int i) {
            return (kernel[i] - 1) * dilations[i] + 1;
        }

        /** Puts a total padding on both sides, the odd one at the end or at the start. */
        void pad(int i, long total, boolean oddAtEnd) {
            long less = total / 2;
            pads[i] = oddAtEnd ? less : total - less;
            pads[i + space] = oddAtEnd ? total - less : less;
        }

        Attributes attributes() {
            return new Attributes()
                    .put("kernel_shape", kernel)
                    .put("strides", strides)
                    .put("pads", pads)
                    .put("dilations", dilations);
        }
    }

    private static long[] list(SourceNode n, String attribute, int length, long otherwise) {
        long[] v = n.integers(attribute);
        if (v == null || v.length == 0) {
            v = new long[length];
            Arrays.fill(v, otherwise);
        }
        if (v.length != length) {
            throw n.error("has " + v.length + " numbers in " + attribute + " instead of " + length);
        }
        return v;
    }

    private static String autoPad(SourceNode n) {
        String auto = n.string("auto_pad", "NOTSET");
        return switch (auto) {
            case "", "NOTSET", "VALID", "SAME_UPPER", "SAME_LOWER" -> auto.isEmpty() ? "NOTSET" : auto;
            default -> throw n.error("has auto_pad " + Text.clean(auto) + ", which ONNX does not know");
        };
    }

    static void conv(SourceNode n, GraphBuilder g) {
        String x = g.activation(n, 0);
        Window w = new Window(n, kernel(n, g));
        resolveAutoPad(n, w, autoPad(n), g.shape(x));
        emitConvolution(n, g, x, w.attributes());
    }

    private static void emitConvolution(SourceNode n, GraphBuilder g, String x, Attributes a) {
        List<String> inputs = new ArrayList<>(List.of(x, g.weight(n, 1)));
        if (n.hasInput(2)) {
            inputs.add(g.weight(n, 2));
        }
        g.emit(n, n.op(), inputs, a.put("group", n.integer("group", 1)).map());
    }

    private static long[] kernel(SourceNode n, GraphBuilder g) {
        Constant weights = g.reals(n, 1);
        if (weights == null || weights.rank() < 3) {
            throw n.error("lacks weights of at least three dimensions");
        }
        int[] dims = weights.dims();
        long[] kernel = n.integers("kernel_shape");
        return kernel != null
                ? kernel
                : Arrays.stream(dims, 2, dims.length).asLongStream().toArray();
    }

    private static void resolveAutoPad(SourceNode n, Window w, String auto, @Nullable Shape x) {
        if (auto.equals("NOTSET")) {
            return;
        }
        Arrays.fill(w.pads, 0);
        if (auto.equals("VALID")) {
            return;
        }
        if (x == null) {
            throw new UnsupportedForm("auto_pad of an unknown shape");
        }
        checkRank(n, w, x);
        for (int i = 0; i < w.space; i++) {
            long in = x.dim(i + 2);
            long out = (in + w.strides[i] - 1) / w.strides[i];
            w.pad(i, Math.max(0, (out - 1) * w.strides[i] + w.reach(i) - in), auto.equals("SAME_UPPER"));
        }
    }

    private static void checkRank(SourceNode n, Window w, Shape x) {
        if (x.rank() != w.space + 2) {
            throw n.error("has a window of " + w.space + " axes for an input of shape " + x);
        }
    }

    static void convTranspose(SourceNode n, GraphBuilder g) {
        String x = g.activation(n, 0);
        Shape shape = g.shape(x);
        Window w = new Window(n, kernel(n, g));
        String auto = autoPad(n);
        long[] more = list(n, "output_padding", w.space, 0);
        long[] target = n.integers("output_shape");
        boolean same = auto.startsWith("SAME");
        if (auto.equals("VALID")) {
            Arrays.fill(w.pads, 0);
        }
        if (target != null || same) {
            if (shape == null) {
                throw new UnsupportedForm("output_shape of an unknown shape");
            }
            checkRank(n, w, shape);
            if (target != null && target.length != w.space && target.length != w.space + 2) {
                throw n.error("has " + target.length + " numbers in output_shape for " + w.space + " axes of space");
            }
            for (int i = 0; i < w.space; i++) {
                long in = shape.dim(i + 2);
                long want = target != null ? target[i + target.length - w.space] : in * w.strides[i];
                long total = w.strides[i] * (in - 1) + more[i] + w.reach(i) - want;
                if (total < 0) {
                    throw new UnsupportedForm("output larger than the windows");
                }
                w.pad(i, total, auto.equals("SAME_UPPER"));
            }
        }
        Attributes a = w.attributes();
        if (Arrays.stream(more).anyMatch(p -> p != 0)) {
            a.put("output_padding", more);
        }
        emitConvolution(n, g, x, a);
    }

    static void pool(SourceNode n, GraphBuilder g) {
        String x = g.activation(n, 0);
        Shape shape = g.shape(x);
        if (n.outputs().size() > 1 && !n.outputs().get(1).isEmpty()) {
            throw new UnsupportedForm("gives indices");
        }
        long[] kernel = n.integers("kernel_shape");
        if (kernel == null || kernel.length == 0) {
            throw n.error("has no kernel_shape: the file is damaged");
        }
        Window w = new Window(n, kernel);
        resolveAutoPad(n, w, autoPad(n), shape);
        boolean average = n.op().equals("AveragePool");
        if (average && Arrays.stream(w.dilations).anyMatch(d -> d != 1)) {
            throw new UnsupportedForm("dilated average");
        }
        long[] set = w.pads.clone();
        boolean ceil = n.integer("ceil_mode", 0) != 0;
        if (ceil) {
            resolveCeilMode(n, w, shape);
            // Dilated windows may need more room than a file may say: pads are below the kernel's size.
            ceil = IntStream.range(0, w.pads.length).anyMatch(i -> w.pads[i] >= w.kernel[i % w.space]);
            if (ceil) {
                System.arraycopy(set, 0, w.pads, 0, set.length);
            }
        }
        boolean countPads = average && n.integer("count_include_pad", 0) != 0;
        String from = x;
        if (countPads && n.opset() >= 19 && !Arrays.equals(set, w.pads)) {
            from = padBefore(n, g, x, set, w.space);
            Arrays.setAll(w.pads, i -> w.pads[i] - set[i]);
            countPads = false;
        }
        Attributes a = w.attributes();
        if (ceil) {
            a.put("ceil_mode", 1);
        }
        if (average) {
            a.put("count_include_pad", countPads ? 1 : 0);
        }
        g.emit(n, n.op(), List.of(from), a.map());
    }

    /**
     * Rounding up gives a last window that reaches over the end; padding the end as far gives the same windows. Pads do
     * not count in a maximum nor in an average that leaves them out; and an average that counts pads divides by the
     * whole window, what reaches over the end included.
     */
    private static void resolveCeilMode(SourceNode n, Window w, @Nullable Shape x) {
        if (x == null) {
            throw new UnsupportedForm("ceil_mode of an unknown shape");
        }
        checkRank(n, w, x);
        for (int i = 0; i < w.space; i++) {
            long free = x.dim(i + 2) + w.pads[i] + w.pads[i + w.space] - w.reach(i);
            long last = (Math.max(0, free) + w.strides[i] - 1) / w.strides[i] * w.strides[i];
            if (last >= x.dim(i + 2) + w.pads[i]) {
                last -= w.strides[i];
            }
            if (last > free && free >= 0) {
                w.pads[i + w.space] += last - free;
            }
        }
    }

    /**
     * Since operator set 19, an average counts the pads but not what reaches over them: zeros that are really there,
     * and pads that are left out, do the same.
     */
    private static String padBefore(SourceNode n, GraphBuilder g, String x, long[] pads, int space) {
        long[] all = new long[pads.length + 4];
        System.arraycopy(pads, 0, all, 2, space);
        System.arraycopy(pads, space, all, space + 4, space);
        Attributes a = new Attributes().put("pads", all).put("mode", "constant").put("value", 0f);
        return Arrays.stream(all).allMatch(p -> p == 0) ? x : g.emitBefore(n, "Pad", List.of(x), a.map());
    }

    static void global(SourceNode n, GraphBuilder g) {
        g.emit(n, n.op(), List.of(g.activation(n, 0)), new Attributes().map());
    }
}
