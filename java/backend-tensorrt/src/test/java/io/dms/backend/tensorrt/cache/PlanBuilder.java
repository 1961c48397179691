package io.dms.backend.tensorrt.cache;

import io.dms.model.DataType;
import io.dms.model.Graph;
import io.dms.model.Tensor;
import io.dms.testkit.ReferenceBackend;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.FloatBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.SplittableRandom;
import java.util.concurrent.atomic.AtomicInteger;
import org.jspecify.annotations.Nullable;

/**
 * Takes TensorRT's place: a plan holds the level's weights, and the engine computes with what the plan holds. Like the
 * library it believes whatever it is given: another plan of the same size runs and answers wrongly, a short one crashes.
 */
public final class PlanBuilder implements EngineBuilder {
    static final EnginePlatform ORIN = new EnginePlatform("10.3.0.30", "12.6", "L4T 36.4.0", "Orin", "8.7", 8);

    final AtomicInteger builds = new AtomicInteger();
    final List<byte @Nullable []> timings = new ArrayList<>();
    EnginePlatform platform = ORIN;
    int padding = 64;
    boolean wrong;
    EngineFacts facts = new EngineFacts(7, List.of("conv1"), 4096L);
    /** Gets a line for each build, from all processes. */
    @Nullable
    Path tally;

    Runnable whileBuilding = () -> {};

    /** How often it was asked to build. */
    public int builds() {
        return builds.get();
    }

    @Override
    public List<String> refusals() {
        return List.of();
    }

    @Override
    public EnginePlatform platform() {
        return platform;
    }

    @Override
    public @Nullable BuiltEngine build(EngineRequest request, byte @Nullable [] timing, BuildListener listener) {
        builds.incrementAndGet();
        timings.add(timing);
        count();
        whileBuilding.run();
        if (!listener.step("Building", 1, 2)) {
            return null;
        }
        ByteBuffer plan = plan(request);
        if (wrong) {
            plan.order(ByteOrder.LITTLE_ENDIAN);
            plan.putFloat(4, plan.getFloat(4) + 100);
        }
        byte[] left = {(byte) builds.get(), 2, 3};
        return new BuiltEngine(plan, left, facts);
    }

    private void count() {
        if (tally != null) {
            try {
                Files.writeString(tally, "built\n", StandardOpenOption.CREATE, StandardOpenOption.APPEND);
            } catch (IOException e) {
                throw new UncheckedIOException(e);
            }
        }
    }

    /** The one plan that is right. */
    ByteBuffer plan(EngineRequest request) {
        List<Tensor> weights = weights(request.network());
        int floats = weights.stream().mapToInt(t -> (int) t.elements()).sum();
        ByteBuffer plan = ByteBuffer.allocateDirect(4 + 4 * floats + padding).order(ByteOrder.LITTLE_ENDIAN);
        plan.putInt(floats);
        for (Tensor t : weights) {
            for (float w : t.floats()) {
                plan.putFloat(w);
            }
        }
        SplittableRandom random = new SplittableRandom(floats);
        while (plan.hasRemaining()) {
            plan.put((byte) random.nextInt());
        }
        return plan.flip();
    }

    private static List<Tensor> weights(Graph network) {
        return network.initializers().values().stream()
                .filter(t -> t.type() == DataType.FLOAT32)
                .toList();
    }

    @Override
    public EngineRunner load(ByteBuffer plan, EngineRequest request) {
        ByteBuffer in = plan.slice().order(ByteOrder.LITTLE_ENDIAN);
        in.getInt();
        Map<String, Tensor> constants = new LinkedHashMap<>();
        request.network().initializers().forEach((name, t) -> {
            if (t.type() == DataType.FLOAT32) {
                float[] w = new float[(int) t.elements()];
                for (int i = 0; i < w.length; i++) {
                    w[i] = in.getFloat();
                }
                constants.put(name, Tensor.ofFloats(t.shape(), w));
            } else {
                constants.put(name, t);
            }
        });
        return new Runner(request.network().withInitializers(constants));
    }

    private record Runner(Graph network) implements EngineRunner {
        @Override
        public void run(int batch, FloatBuffer[] inputs, FloatBuffer[] outputs) {
            List<float[]> in = new ArrayList<>();
            for (FloatBuffer b : inputs) {
                float[] x = new float[b.capacity()];
                b.get(0, x);
                in.add(x);
            }
            Map<String, float[]> all = ReferenceBackend.evaluate(network, in, batch);
            for (int i = 0; i < outputs.length; i++) {
                outputs[i].put(0, all.getOrDefault(network.outputs().get(i).name(), new float[0]));
            }
        }

        @Override
        public void close() {
            // nothing is held
        }
    }
}
