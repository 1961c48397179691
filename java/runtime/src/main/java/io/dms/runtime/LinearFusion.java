package io.dms.runtime;

import io.dms.model.Graph;
import io.dms.model.Node;
import io.dms.model.Tensor;
import java.util.Arrays;

/** Rules of {@link Fusion} for nodes with constant weights and for normalisation. */
final class LinearFusion {
    private final Graph graph;
    private final Drafts drafts;

    LinearFusion(Graph graph, Drafts drafts) {
        this.graph = graph;
        this.drafts = drafts;
    }

    void convolution(Node node, Step.LinearKind kind) {
        Tensor weights = graph.initializer(node.input(1));
        Tensor bias = node.input(2).isEmpty() ? null : graph.initializer(node.input(2));
        if (weights == null || (bias == null && !node.input(2).isEmpty())) {
            drafts.other(node);
            return;
        }
        int[] pads = node.ints("pads");
        int n = pads.length / 2;
        int[] begin = Arrays.copyOf(pads, n);
        int[] end = Arrays.copyOfRange(pads, n, 2 * n);
        String input = node.input(0);
        Draft pad = drafts.writer(input);
        if (kind == Step.LinearKind.CONV && pad != null && drafts.open(input) && Padding.isZeroSpatial(pad.node)) {
            int[] more = pad.node.ints("pads");
            for (int i = 0; i < n; i++) {
                begin[i] += more[2 + i];
                end[i] += more[n + 4 + i];
            }
            input = pad.node.input(0);
            drafts.remove(pad);
        }
        Draft d = new Draft(node, drafts.value(input));
        d.kind = kind;
        d.weights = weights;
        d.bias = bias == null ? null : bias.floats();
        d.group = node.intAttr("group", 1);
        d.window = new Step.Window(node.ints("kernel_shape"), node.ints("strides"), begin, end, node.ints("dilations"));
        d.channels = drafts.shape(node.output()).dim(1);
        drafts.append(d, node.output());
    }

    void gemm(Node node) {
        Tensor b = graph.initializer(node.input(1));
        Tensor c = node.input(2).isEmpty() ? null : graph.initializer(node.input(2));
        boolean plainA = node.intAttr("transA", 0) == 0;
        if (b == null
                || b.shape().rank() != 2
                || !plainA
                || (c == null && !node.input(2).isEmpty())) {
            drafts.other(node);
            return;
        }
        boolean transB = node.intAttr("transB", 0) != 0;
        int out = b.shape().dim(transB ? 0 : 1);
        float alpha = node.floatAttr("alpha", 1);
        float beta = node.floatAttr("beta", 1);
        float[] bias = c == null ? null : ChannelNumbers.perChannel(c, out, 0, 1);
        if (c != null && bias == null) {
            drafts.other(node);
            return;
        }
        Draft d = new Draft(node, drafts.value(node.input(0)));
        d.kind = Step.LinearKind.GEMM;
        d.weights = b;
        d.inputMajor = !transB;
        d.channels = out;
        d.channelsLast = true;
        drafts.append(d, node.output());
        if (alpha != 1) {
            d.scale(ChannelNumbers.fill(out, alpha));
        }
        if (bias != null) {
            d.shift(ChannelNumbers.scaled(bias, beta));
        }
    }

    void normalization(Node node) {
        float[][] p = new float[4][];
        for (int i = 0; i < 4; i++) {
            Tensor t = graph.initializer(node.input(i + 1));
            if (t == null) {
                drafts.other(node);
                return;
            }
            p[i] = t.floats();
        }
        float epsilon = node.floatAttr("epsilon", 1e-5f);
        float[] scale = new float[p[0].length];
        float[] shift = new float[scale.length];
        for (int c = 0; c < scale.length; c++) {
            double s = p[0][c] / Math.sqrt((double) p[3][c] + epsilon);
            scale[c] = (float) s;
            shift[c] = (float) (p[1][c] - p[2][c] * s);
        }
        if (drafts.lastAxisChannels(node.input(0))) {
            Draft s = new Draft(node, drafts.value(node.input(0)));
            s.channels = scale.length;
            s.scale = scale;
            s.bias = shift;
            drafts.append(s, node.output());
        } else {
            drafts.affine(node, node.input(0), scale, shift);
        }
    }
}
