package io.dms.trainer;

import io.dms.compiler.tuning.TuningOptions;
import io.dms.model.UserException;
import org.bytedeco.javacpp.PointerScope;
import org.bytedeco.pytorch.NoGradGuard;
import org.bytedeco.pytorch.Scalar;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.global.torch;
import org.jspecify.annotations.Nullable;

/**
 * Gradients of one batch. Levels together: the full width learns from the labels and each narrower level from what the
 * full width says (in-place distillation, Yu and Huang 2019, section 3.3). A level alone: from the labels. Where there is
 * a teacher, what learns from the labels learns from the teacher's softened outputs too (Hinton, Vinyals and Dean 2015,
 * "Distilling the Knowledge in a Neural Network", section 2).
 */
final class TrainingStep {
    private final TorchNetwork network;
    private final TuningOptions options;
    private final int first;
    private final boolean alone;
    private final @Nullable TorchNetwork teacher;

    /**
     * @param first index of the first level that is trained
     * @param alone true to train that level by itself
     * @param teacher belongs to the caller; null for none
     */
    TrainingStep(
            TorchNetwork network, TuningOptions options, int first, boolean alone, @Nullable TorchNetwork teacher) {
        this.network = network;
        this.options = options;
        this.first = first;
        this.alone = alone;
        this.teacher = teacher;
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
        Tensor taught = teacher == null ? null : taught(teacher, input);
        Tensor said = forward(level, input);
        Tensor loss = torch.cross_entropy_loss(said, target);
        losses[level] += value(level, loss);
        if (taught == null) {
            loss.backward();
        } else {
            loss.mul(scalar(1 - TuningOptions.TEACHER_SHARE))
                    .add(fromTeacher(taught, said))
                    .backward();
        }
        return said;
    }

    private Tensor taught(TorchNetwork from, Tensor input) {
        try (NoGradGuard guard = new NoGradGuard()) {
            return forward(from, 0, input, TorchNetwork.Mode.INFER);
        }
    }

    /** Divergence of the pupil's softened output from the teacher's, times the square of the temperature and the share. */
    private static Tensor fromTeacher(Tensor taught, Tensor said) {
        double t = TuningOptions.TEMPERATURE;
        Tensor cool = taught.div(scalar(t));
        return torch.mul(
                        torch.softmax(cool, 1),
                        torch.sub(torch.log_softmax(cool, 1), torch.log_softmax(said.div(scalar(t)), 1)))
                .sum()
                .mul(scalar(TuningOptions.TEACHER_SHARE * t * t / said.size(0)));
    }

    private static Scalar scalar(double value) {
        return new Scalar(value);
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
        return forward(network, level, input, TorchNetwork.Mode.TRAIN);
    }

    private Tensor forward(TorchNetwork through, int level, Tensor input, TorchNetwork.Mode mode) {
        if (options.precision() == TuningOptions.Precision.FP32) {
            return through.forward(level, input, mode);
        }
        torch.set_autocast_dtype(torch.DeviceType.CPU, torch.ScalarType.BFloat16);
        torch.set_autocast_cache_enabled(false);
        torch.set_autocast_enabled(torch.DeviceType.CPU, true);
        try {
            return through.forward(level, input, mode).toType(torch.ScalarType.Float);
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
