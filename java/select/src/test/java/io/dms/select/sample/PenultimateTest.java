package io.dms.select.sample;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import com.sun.management.ThreadMXBean;
import io.dms.backend.cpu.CpuBackend;
import io.dms.model.GraphSplit;
import io.dms.model.ModelDigest;
import io.dms.model.ScalableModel;
import io.dms.model.UserException;
import io.dms.model.WidthLevel;
import io.dms.runtime.Backend;
import io.dms.runtime.Session;
import io.dms.runtime.SessionOptions;
import io.dms.testkit.Networks;
import io.dms.testkit.ReferenceBackend;
import java.lang.management.ManagementFactory;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.FloatBuffer;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class PenultimateTest {
    private static FloatBuffer direct(long floats) {
        return ByteBuffer.allocateDirect((int) floats * Float.BYTES)
                .order(ByteOrder.nativeOrder())
                .asFloatBuffer();
    }

    private static FloatBuffer noise(ScalableModel model) {
        FloatBuffer in = direct(model.graph().inputs().get(0).shape().elements());
        Random random = new Random(5);
        for (int i = 0; i < in.capacity(); i++) {
            in.put(i, (float) random.nextGaussian());
        }
        return in;
    }

    @ParameterizedTest
    @ValueSource(booleans = {false, true})
    void oneRunGivesTheScoresOfTheModelAndTheFeaturesOfItsTrunkAtEveryLevel(boolean reference) {
        Backend backend = reference ? new ReferenceBackend() : new CpuBackend();
        ScalableModel model = Made.model("m", 3);
        ScalableModel both = Penultimate.of(model);
        ScalableModel trunk =
                GraphSplit.at(model.graph(), GraphSplit.features(model.graph())).trunk(model);
        assertThat(ModelDigest.of(both)).isEqualTo(ModelDigest.of(model));
        FloatBuffer in = noise(model);
        int classes = (int) model.graph().outputs().get(0).shape().elements();
        FloatBuffer scores = direct(classes);
        FloatBuffer plain = direct(classes);
        int most = Penultimate.dims(both, both.full());
        FloatBuffer features = direct(most);
        FloatBuffer expected = direct(most);
        SessionOptions one = SessionOptions.DEFAULT.withThreads(1);
        try (Session s = backend.open(both, one);
                Session t = backend.open(trunk, one);
                Session m = backend.open(model, one)) {
            for (int l = 0; l < model.levels().size(); l++) {
                WidthLevel level = both.levels().get(l);
                s.run(level, new FloatBuffer[] {in}, new FloatBuffer[] {scores, features});
                t.run(trunk.levels().get(l), in, expected);
                m.run(model.levels().get(l), in, plain);
                for (int c = 0; c < classes; c++) {
                    assertThat(scores.get(c)).isCloseTo(plain.get(c), within(1e-4f));
                }
                int dims = Penultimate.dims(both, level);
                assertThat(dims).isEqualTo(l == 0 ? most : most / 2);
                for (int f = 0; f < dims; f++) {
                    assertThat(features.get(f)).isCloseTo(expected.get(f), within(1e-4f));
                }
            }
        }
    }

    @Test
    void featuresCostNoAllocationPerCall() {
        ScalableModel both = Penultimate.of(Made.model("m", 3));
        FloatBuffer[] in = {noise(both)};
        FloatBuffer[] out = both.graph().outputs().stream()
                .map(v -> direct(v.shape().elements()))
                .toArray(FloatBuffer[]::new);
        ThreadMXBean threads = (ThreadMXBean) ManagementFactory.getThreadMXBean();
        long me = Thread.currentThread().getId();
        long before = 0;
        try (Session s = new CpuBackend().open(both, SessionOptions.DEFAULT.withThreads(1))) {
            for (int i = 0; i < 3_000; i++) {
                before = i == 2_000 ? threads.getThreadAllocatedBytes(me) : before;
                s.run(both.levels().get(i % 2), in, out);
            }
        }
        assertThat(threads.getThreadAllocatedBytes(me) - before).isLessThan(10_000);
    }

    @Test
    void aNetworkThatDoesNotEndInALinearLayerIsRefused() {
        ScalableModel unet = ScalableModel.plain(Networks.detector(1));
        assertThat(Penultimate.refusal(unet)).contains("features");
        assertThat(Penultimate.refusal(Made.model("m", 1))).isNull();
        assertThatThrownBy(() -> Penultimate.of(unet)).isInstanceOf(UserException.class);
    }
}
