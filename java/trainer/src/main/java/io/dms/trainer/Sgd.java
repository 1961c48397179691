package io.dms.trainer;

import io.dms.compiler.tuning.TuningOptions;
import java.util.ArrayList;
import java.util.List;
import org.bytedeco.javacpp.PointerScope;
import org.bytedeco.pytorch.NoGradGuard;
import org.bytedeco.pytorch.Scalar;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.global.torch;

/**
 * Stochastic gradient descent with Nesterov's momentum, in PyTorch's form (Sutskever et al. 2013, section 2), with the
 * momentum in plain tensors so that a checkpoint can hold it. Owns the momentum, not the parameters.
 */
final class Sgd implements AutoCloseable {
    private final List<Tensor> parameters = new ArrayList<>();
    private final List<Tensor> momenta = new ArrayList<>();
    private final List<Double> decays = new ArrayList<>();

    void add(Tensor parameter, double weightDecay) {
        parameters.add(parameter);
        momenta.add(torch.zeros_like(parameter));
        decays.add(weightDecay);
    }

    List<Tensor> momenta() {
        return momenta;
    }

    /** One step along the gradients, which are forgotten. */
    void step(double learningRate) {
        try (PointerScope scope = new PointerScope();
                NoGradGuard guard = new NoGradGuard()) {
            Scalar minusRate = new Scalar(-learningRate);
            Scalar keep = new Scalar(TuningOptions.MOMENTUM);
            for (int i = 0; i < parameters.size(); i++) {
                Tensor p = parameters.get(i);
                Tensor g = p.mutable_grad();
                if (!g.defined()) {
                    continue;
                }
                if (decays.get(i) != 0) {
                    g.add_(p, new Scalar(decays.get(i)));
                }
                Tensor m = momenta.get(i);
                m.mul_(keep).add_(g);
                g.add_(m, keep);
                p.add_(g, minusRate);
                g.zero_();
            }
        }
    }

    @Override
    public void close() {
        momenta.forEach(Tensor::close);
    }
}
