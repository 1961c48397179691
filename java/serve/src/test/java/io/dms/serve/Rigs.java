package io.dms.serve;

import io.dms.model.ModelDigest;
import io.dms.model.Profile;
import io.dms.model.ScalableModel;
import io.dms.model.WidthLevel;
import io.dms.monitor.SystemFiles;
import io.dms.robotics.ThisBoard;
import io.dms.runtime.Backends;
import io.dms.runtime.BundledModels;
import io.dms.runtime.Session;
import io.dms.runtime.SessionOptions;
import io.dms.serve.protocol.InferRequest;
import io.dms.serve.protocol.TensorData;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.FloatBuffer;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Random;

/** A served ResNet-20 for tests, and what it must answer. */
final class Rigs {
    static final String MODEL = "resnet20";
    static final String PROFILED = "profiled";
    static final int PIXELS = 3 * 32 * 32;
    static final Duration PATIENCE = Duration.ofSeconds(20);

    private Rigs() {}

    static List<ModelSpec> models() {
        return List.of(new ModelSpec(MODEL, BundledModels.resnet20Cifar10(), null, BundledModels.CIFAR10_CLASSES));
    }

    /** The same model with a made-up profile, levels of 4, 3, 2 and 1 ms: what a goal picks does not depend on the machine. */
    static ModelSpec profiled() {
        ScalableModel model = BundledModels.resnet20Cifar10();
        List<Profile.Level> levels = new ArrayList<>();
        for (WidthLevel level : model.levels()) {
            double ms = 4 - levels.size();
            Profile.Latency latency = new Profile.Latency(ms, ms, ms, ms, ms, 0, 1000);
            levels.add(new Profile.Level(level.name(), level.width(), 1, latency, null, null, null, 0));
        }
        Profile profile = new Profile(
                model.name(),
                ModelDigest.of(model),
                "cpu",
                "fp32",
                1,
                1,
                ThisBoard.read(SystemFiles.ofThisMachine(), Backends.find("cpu"), null),
                Instant.EPOCH,
                List.of(new Profile.Point("made up", null, null, null, null, levels)),
                null);
        return new ModelSpec(PROFILED, model, profile, BundledModels.CIFAR10_CLASSES);
    }

    /** Free ports, two workers of one thread. */
    static ServerOptions options() {
        return ServerOptions.DEFAULT.withPorts(0, 0).withWorkers("cpu", 2, 1);
    }

    static float[] image(long seed) {
        Random r = new Random(seed);
        float[] out = new float[PIXELS];
        for (int i = 0; i < out.length; i++) {
            out[i] = (float) r.nextGaussian();
        }
        return out;
    }

    static String input() {
        return BundledModels.resnet20Cifar10().graph().inputs().get(0).name();
    }

    static String output() {
        return BundledModels.resnet20Cifar10().graph().outputs().get(0).name();
    }

    static InferRequest request(Map<String, Object> parameters, float[] image) {
        return request(MODEL, parameters, image);
    }

    static InferRequest request(String model, Map<String, Object> parameters, float[] image) {
        return InferRequest.of(model, parameters, TensorData.ofFloats(input(), new long[] {1, 3, 32, 32}, image));
    }

    /** What the backend itself answers. */
    static float[] expected(double width, float[] image) {
        ScalableModel model = BundledModels.resnet20Cifar10();
        try (Session s = Backends.find("cpu").open(model, SessionOptions.DEFAULT.withThreads(1))) {
            WidthLevel level = model.level(width);
            FloatBuffer in = direct(PIXELS).put(0, image);
            FloatBuffer out = direct(10);
            s.run(level, in, out);
            float[] scores = new float[10];
            out.get(0, scores);
            return scores;
        }
    }

    static FloatBuffer direct(int floats) {
        return ByteBuffer.allocateDirect(4 * floats)
                .order(ByteOrder.nativeOrder())
                .asFloatBuffer();
    }
}
