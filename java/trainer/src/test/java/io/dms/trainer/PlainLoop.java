package io.dms.trainer;

import java.util.ArrayList;
import java.util.List;
import org.bytedeco.javacpp.PointerScope;
import org.bytedeco.pytorch.SGD;
import org.bytedeco.pytorch.SGDOptions;
import org.bytedeco.pytorch.Scalar;
import org.bytedeco.pytorch.ScalarTypeOptional;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.TensorOptional;
import org.bytedeco.pytorch.TensorVector;
import org.bytedeco.pytorch.global.torch;

/**
 * ResNet-20 with four levels and its training step as one would write them straight on libtorch: no graph, no groups, no
 * names; prefixes of the weights, a normalisation for each level, libtorch's own optimizer. What our training step is
 * measured against.
 */
final class PlainLoop implements AutoCloseable {
    private static final int[][] WIDTHS = {{16, 32, 64}, {16, 24, 48}, {8, 16, 32}, {8, 8, 16}};
    private static final int BLOCKS = 3;
    private static final int CLASSES = 10;

    private final List<Tensor> weights = new ArrayList<>();
    private final List<List<Tensor[]>> norms = new ArrayList<>();
    private final Tensor linear;
    private final Tensor bias;
    private final SGD sgd;
    private final boolean bf16;
    private int at;

    PlainLoop(boolean bf16, double rate) {
        this.bf16 = bf16;
        TensorVector all = new TensorVector();
        weights.add(weight(16, 3));
        for (int stage = 0; stage < 3; stage++) {
            for (int block = 0; block < BLOCKS; block++) {
                int out = WIDTHS[0][stage];
                weights.add(weight(out, block == 0 && stage > 0 ? WIDTHS[0][stage - 1] : out));
                weights.add(weight(out, out));
            }
        }
        weights.forEach(all::push_back);
        for (int[] widths : WIDTHS) {
            List<Tensor[]> own = new ArrayList<>();
            for (int i = 0; i < weights.size(); i++) {
                int c = widths[i == 0 ? 0 : (i - 1) / (2 * BLOCKS)];
                Tensor[] n = {torch.ones(c), torch.zeros(c), torch.zeros(c), torch.ones(c)};
                n[0].set_requires_grad(true);
                n[1].set_requires_grad(true);
                all.push_back(n[0]);
                all.push_back(n[1]);
                own.add(n);
            }
            norms.add(own);
        }
        linear = torch.randn(CLASSES, 64).mul(new Scalar(0.1));
        bias = torch.zeros(CLASSES);
        linear.set_requires_grad(true);
        bias.set_requires_grad(true);
        all.push_back(linear);
        all.push_back(bias);
        SGDOptions options = new SGDOptions(rate);
        options.momentum().put(0.9);
        options.weight_decay().put(5e-4);
        options.nesterov().put(true);
        sgd = new SGD(all, options);
    }

    private static Tensor weight(int out, int in) {
        Tensor w = torch.randn(out, in, 3, 3).mul(new Scalar(Math.sqrt(2.0 / (9 * in))));
        w.set_requires_grad(true);
        return w;
    }

    /** One step; returns the loss at full width. */
    double step(Tensor input, Tensor target) {
        try (PointerScope scope = new PointerScope()) {
            sgd.zero_grad(false);
            Tensor full = forward(0, input);
            Tensor loss = torch.cross_entropy_loss(full, target);
            loss.backward();
            double told = loss.item_float();
            Tensor soft = torch.softmax(full.detach(), 1);
            Tensor logSoft = torch.log_softmax(full.detach(), 1);
            Scalar each = new Scalar(1.0 / input.size(0));
            for (int l = 1; l < WIDTHS.length; l++) {
                Tensor said = forward(l, input);
                torch.mul(soft, torch.sub(logSoft, torch.log_softmax(said, 1)))
                        .sum()
                        .mul(each)
                        .backward();
            }
            sgd.step();
            return told;
        }
    }

    private Tensor forward(int level, Tensor input) {
        if (!bf16) {
            return network(level, input);
        }
        torch.set_autocast_dtype(torch.DeviceType.CPU, torch.ScalarType.BFloat16);
        torch.set_autocast_cache_enabled(false);
        torch.set_autocast_enabled(torch.DeviceType.CPU, true);
        try {
            return network(level, input).toType(torch.ScalarType.Float);
        } finally {
            torch.set_autocast_enabled(torch.DeviceType.CPU, false);
        }
    }

    private Tensor network(int level, Tensor input) {
        int[] widths = WIDTHS[level];
        at = 0;
        Tensor x = torch.relu(conv(level, input, widths[0], 3, 1));
        int in = widths[0];
        for (int stage = 0; stage < 3; stage++) {
            int out = widths[stage];
            for (int block = 0; block < BLOCKS; block++) {
                int stride = block == 0 && stage > 0 ? 2 : 1;
                Tensor y = torch.relu(conv(level, x, out, in, stride));
                y = conv(level, y, out, out, 1);
                Tensor shortcut = x;
                if (stride == 2) {
                    shortcut = torch.constant_pad_nd(
                            torch.max_pool2d(
                                    x, new long[] {1, 1}, new long[] {2, 2}, new long[2], new long[] {1, 1}, false),
                            0,
                            0,
                            0,
                            0,
                            0,
                            out - in);
                }
                x = torch.relu(torch.add(y, shortcut));
                in = out;
            }
        }
        Tensor pooled = torch.mean(x, new long[] {2, 3}, false, new ScalarTypeOptional());
        return torch.linear(pooled, torch.narrow(linear, 1, 0, in), new TensorOptional(bias));
    }

    private Tensor conv(int level, Tensor x, int out, int in, int stride) {
        Tensor w = weights.get(at);
        if (out < w.size(0)) {
            w = torch.narrow(w, 0, 0, out);
        }
        if (in < w.size(1)) {
            w = torch.narrow(w, 1, 0, in);
        }
        Tensor[] n = norms.get(level).get(at);
        at++;
        Tensor y = torch.conv2d(
                x, w, new TensorOptional(), new long[] {stride, stride}, new long[] {1, 1}, new long[] {1, 1}, 1);
        return torch.batch_norm(
                y,
                new TensorOptional(n[0]),
                new TensorOptional(n[1]),
                new TensorOptional(n[2]),
                new TensorOptional(n[3]),
                true,
                0.1,
                1e-5,
                false);
    }

    @Override
    public void close() {
        sgd.close();
    }
}
