package io.dms.trainer;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import java.util.Random;
import org.bytedeco.javacpp.PointerScope;
import org.bytedeco.pytorch.Tensor;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

class SgdTest {
    @BeforeAll
    static void load() {
        Torch.load(1, 0);
    }

    @Test
    void aStepIsThatOfNesterovsMomentumWithDecay() {
        Random random = new Random(4);
        float[] p = {0.5f, -1, 2};
        float[] m = new float[3];
        try (Sgd sgd = new Sgd();
                Tensor parameter = Torch.tensor(p, 3)) {
            parameter.set_requires_grad(true);
            sgd.add(parameter, 0.1);
            for (int step = 0; step < 3; step++) {
                float[] g = {random.nextFloat(), random.nextFloat(), random.nextFloat()};
                try (PointerScope scope = new PointerScope()) {
                    org.bytedeco
                            .pytorch
                            .global
                            .torch
                            .mul(parameter, Torch.tensor(g, 3))
                            .sum()
                            .backward();
                }
                sgd.step(0.2);
                for (int i = 0; i < 3; i++) {
                    float slope = g[i] + 0.1f * p[i];
                    m[i] = 0.9f * m[i] + slope;
                    p[i] -= 0.2f * (slope + 0.9f * m[i]);
                }
                float[] got = Torch.floats(parameter);
                for (int i = 0; i < 3; i++) {
                    assertThat(got[i]).as("step %d element %d", step, i).isCloseTo(p[i], within(1e-5f));
                }
            }
        }
    }
}
