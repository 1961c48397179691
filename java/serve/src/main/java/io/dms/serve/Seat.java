package io.dms.serve;

import io.dms.control.Goal;
import io.dms.model.Graph;
import io.dms.model.Profile;
import io.dms.model.WidthLevel;
import io.dms.robotics.Application;
import io.dms.runtime.SessionOptions;
import io.dms.serve.protocol.GrpcCodec;
import io.dms.serve.protocol.InferResponse;
import io.dms.serve.protocol.InferenceException;
import io.dms.serve.protocol.Numbers;
import io.dms.serve.protocol.Parameters;
import io.dms.serve.protocol.Refusal;
import io.dms.serve.protocol.TensorData;
import io.dms.serve.protocol.TensorType;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.FloatBuffer;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;

/**
 * One model as one worker has it: a session, its controllers, and buffers for one image. Requests without a goal run the
 * level they name, or the widest; requests with one run what the controller picks. Used by its worker's thread alone.
 */
final class Seat implements AutoCloseable {
    private final ServedModel served;
    private final Application application;
    private final GoalDesk goals;
    private final FloatBuffer[] inputs;
    private final FloatBuffer[] outputs;

    /** @param profile what the levels cost here; null for a short measurement */
    Seat(ServedModel served, ServerOptions options, @Nullable Profile profile) {
        this.served = served;
        var builder = Application.of(served.spec().model())
                .name(served.info().name())
                .backend(options.backend())
                .session(SessionOptions.DEFAULT
                        .withThreads(options.threadsHere())
                        .withPrecision(options.precision())
                        .withLaunch(options.launch())
                        .withYielding(options.threadsHere() > 1));
        this.application = (profile == null ? builder : builder.profile(profile)).open();
        this.goals = new GoalDesk(application);
        Graph graph = served.spec().model().graph();
        this.inputs = buffers(graph.inputs());
        this.outputs = buffers(graph.outputs());
    }

    private static FloatBuffer[] buffers(List<Graph.Value> values) {
        return values.stream()
                .map(v -> ByteBuffer.allocateDirect(
                                Math.toIntExact(4 * v.shape().elements()))
                        .order(ByteOrder.nativeOrder())
                        .asFloatBuffer())
                .toArray(FloatBuffer[]::new);
    }

    /** What each level costs, given or measured. */
    Profile profile() {
        return application.profile();
    }

    /**
     * Answers a request, and counts it as answered.
     *
     * @throws InferenceException if its deadline passed while the model ran: it is nothing that was answered then
     */
    InferResponse run(Job job, long startNanos) {
        Plan plan = job.plan;
        Goal goal = plan.goal();
        ByteBuffer[] results = plan.outputs().stream()
                .map(w -> ByteBuffer.allocate(Math.multiplyExact(4 * outputs[w.index()].capacity(), plan.batch()))
                        .order(ByteOrder.LITTLE_ENDIAN))
                .toArray(ByteBuffer[]::new);
        FloatBuffer[] views =
                java.util.Arrays.stream(results).map(ByteBuffer::asFloatBuffer).toArray(FloatBuffer[]::new);
        Set<WidthLevel> ran = new LinkedHashSet<>();
        long input = 0;
        long infer = 0;
        long output = 0;
        for (int image = 0; image < plan.batch(); image++) {
            long t0 = System.nanoTime();
            for (int i = 0; i < inputs.length; i++) {
                int per = inputs[i].capacity();
                Numbers.toFloats(plan.inputs().get(i), image * per, inputs[i], per);
            }
            long t1 = System.nanoTime();
            if (goal == null) {
                WidthLevel level = plan.level() == null ? served.spec().model().full() : plan.level();
                application.session().run(level, inputs, outputs);
                ran.add(level);
            } else {
                ran.add(goals.run(goal, inputs, outputs, job.arrivalNanos, plan.batch() - 1 - image));
            }
            long t2 = System.nanoTime();
            for (int o = 0; o < views.length; o++) {
                FloatBuffer from = outputs[plan.outputs().get(o).index()];
                views[o].put(image * from.capacity(), from, 0, from.capacity());
            }
            input += t1 - t0;
            infer += t2 - t1;
            output += System.nanoTime() - t2;
        }
        long t3 = System.nanoTime();
        List<TensorData> tensors = tensors(plan, results);
        long end = System.nanoTime();
        if (job.late(end)) {
            throw new InferenceException(Refusal.LATE, "the deadline passed while the model ran");
        }
        String levels = String.join(",", ran.stream().map(WidthLevel::name).toList());
        served.statistics()
                .answered(
                        plan.batch(),
                        levels,
                        System.currentTimeMillis(),
                        end - job.arrivalNanos,
                        startNanos - job.arrivalNanos,
                        input,
                        infer,
                        output + end - t3);
        Map<String, Object> said = new LinkedHashMap<>();
        said.put(Parameters.LEVEL, levels);
        said.put(
                Parameters.WIDTH,
                ran.stream().mapToDouble(WidthLevel::width).min().orElse(1));
        if (goal != null) {
            said.put(Parameters.KEPT, GoalDesk.kept(goal, job.arrivalNanos, end));
        }
        said.put(Parameters.SERVER_MICROS, (end - job.arrivalNanos) / 1000);
        return new InferResponse(
                served.info().name(), ServedModel.VERSION, plan.request().id(), said, tensors);
    }

    private List<TensorData> tensors(Plan plan, ByteBuffer[] results) {
        List<TensorData> out = new ArrayList<>();
        for (int o = 0; o < results.length; o++) {
            Plan.Wanted wanted = plan.outputs().get(o);
            var info = served.info().outputs().get(wanted.index());
            long[] shape = info.shape().clone();
            for (int i = 0; i < shape.length; i++) {
                shape[i] = shape[i] < 0 ? plan.batch() : shape[i];
            }
            FloatBuffer values = results[o].asFloatBuffer();
            if (wanted.classes() > 0) {
                out.add(classes(info.name(), values, (int) shape[0], (int) shape[1], wanted.classes()));
            } else if (wanted.type() == TensorType.FP32) {
                out.add(new TensorData(info.name(), TensorType.FP32, shape, results[o], Map.of()));
            } else {
                out.add(Numbers.ofFloats(info.name(), shape, values, wanted.type()));
            }
        }
        return out;
    }

    /** The best classes of each image, as {@code score:index} or {@code score:index:label}. */
    private TensorData classes(String name, FloatBuffer scores, int batch, int all, int k) {
        List<String> labels = served.spec().labels();
        List<String> texts = new ArrayList<>();
        for (int image = 0; image < batch; image++) {
            int at = image * all;
            IntStream.range(0, all)
                    .boxed()
                    .sorted((a, b) -> Float.compare(scores.get(at + b), scores.get(at + a)))
                    .limit(k)
                    .forEach(c ->
                            texts.add(scores.get(at + c) + ":" + c + (c < labels.size() ? ":" + labels.get(c) : "")));
        }
        return GrpcCodec.texts(name, new long[] {batch, k}, texts);
    }

    @Override
    public void close() {
        application.close();
    }
}
