package io.dms.trainer;

import io.dms.compiler.tuning.TuningOptions;
import io.dms.model.UserException;
import org.bytedeco.javacpp.PointerScope;
import org.bytedeco.pytorch.NoGradGuard;
import org.bytedeco.pytorch.Scalar;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.global.torch;

/**
 * Gradients of one batch. Levels together: the full width learns from the labels and each narrower level from what the
 * full width says (in-place distillation, Yu and Huang 2019, section 3.3). A level alone: from the labels.
 */
final class TrainingStep {
    private final TorchNetwork network;
    private final TuningOptions options;
    private final int first;
    private final boolean alone;

    /**
     * @param first index of the first level that is trained
     * @param alone true to train that level by itself
     */
    TrainingStep(TorchNetwork network, TuningOptions options, int first, boolean alone) {
        this.network = network;
        this.options = options;
        this.first = first;
        this.alone = alone;
    }

    /**
     * Adds up the gradients of a batch in the weights.
     *
     * @param losses the cross entropy of each level against the labels is added here
     * @throws UserException if a loss is no number
     */
    void gradients(Tensor input, Tensor target, double[] losses) {
        try (PointerScope scope = new PointerScope()) {
            if (alone) {
                labels(first, input, target, losses);
            } else {
                together(input, target, losses);
            }
        }
    }

    private Tensor labels(int level, Tensor input, Tensor target, double[] losses) {
        Tensor said = forward(level, input);
        Tensor loss = torch.cross_entropy_loss(said, target);
        losses[level] += value(level, loss);
        loss.backward();
        return said;
    }

    private void together(Tensor input, Tensor target, double[] losses) {
        Tensor full;
        if (first == 0) {
            full = labels(0, input, target, losses);
        } else {
            try (NoGradGuard guard = new NoGradGuard()) {
                full = network.forward(0, input, TorchNetwork.Mode.INFER);
            }
            losses[0] += value(0, torch.cross_entropy_loss(full, target));
        }
        Tensor logSoft = torch.log_softmax(full.detach(), 1);
        Tensor soft = torch.softmax(full.detach(), 1);
        Scalar each = new Scalar(1.0 / input.size(0));
        for (int l = 1; l < network.levels(); l++) {
            try (PointerScope own = new PointerScope()) {
                Tensor said = forward(l, input);
                Tensor loss = torch.mul(soft, torch.sub(logSoft, torch.log_softmax(said, 1)))
                        .sum()
                        .mul(each);
                losses[l] += value(l, torch.cross_entropy_loss(said.detach(), target));
                loss.backward();
            }
        }
    }

    private Tensor forward(int level, Tensor input) {
        if (options.precision() == TuningOptions.Precision.FP32) {
            return network.forward(level, input, TorchNetwork.Mode.TRAIN);
        }
        torch.set_autocast_dtype(torch.DeviceType.CPU, torch.ScalarType.BFloat16);
        torch.set_autocast_cache_enabled(false);
        torch.set_autocast_enabled(torch.DeviceType.CPU, true);
        try {
            return network.forward(level, input, TorchNetwork.Mode.TRAIN).toType(torch.ScalarType.Float);
        } finally {
            torch.set_autocast_enabled(torch.DeviceType.CPU, false);
        }
    }

    private double value(int level, Tensor loss) {
        double value = loss.item_float();
        if (!Double.isFinite(value)) {
            throw new UserException("the loss of level "
                    + network.model().levels().get(level).name()
                    + " is no number any more (" + value + "): train with a lower --learning-rate than "
                    + options.learningRate()
                    + (options.checkpoint() == null ? "" : "; the last good state is in " + options.checkpoint()));
        }
        return value;
    }
}
