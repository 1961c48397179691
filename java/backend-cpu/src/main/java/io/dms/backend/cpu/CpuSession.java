package io.dms.backend.cpu;

import io.dms.model.Graph;
import io.dms.model.ScalableModel;
import io.dms.model.UserException;
import io.dms.model.WidthLevel;
import io.dms.runtime.CorePermits;
import io.dms.runtime.OneThreadSession;
import io.dms.runtime.SessionOptions;
import io.dms.runtime.ThreadChooser;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.FloatBuffer;
import java.util.ArrayList;
import java.util.IdentityHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** Runs one model on the CPU. One arena serves all levels; packed weights are kept by a {@link WeightStore}. */
final class CpuSession extends OneThreadSession {
    private static final int TIMED_RUNS = 3;

    private final SessionOptions options;
    private final WeightStore weights;
    /** Plans by the threads that they run on, less one: a primitive is made for a number of threads. */
    private final List<Map<WidthLevel, LevelPlan>> plans = new ArrayList<>();

    private final CorePermits cores = CorePermits.shared();
    private final List<Graph.Value> inputs;
    private final List<Graph.Value> outputs;
    private final long[] inputElements;
    private final long[] outputElements;
    private final @Nullable ThreadChooser chooser;
    private @Nullable NativeBlock arena;

    CpuSession(ScalableModel model, SessionOptions options) {
        super(model);
        int threads = options.threads() == 0 ? cores.cores() : Math.min(options.threads(), cores.cores());
        this.options = options.withThreads(threads);
        this.weights = options.weights() == SessionOptions.WeightPolicy.REPACK
                ? new RepackBuffer()
                : new BankStore(options.weightBudgetBytes());
        this.inputs = model.graph().inputs();
        this.outputs = model.graph().outputs();
        this.inputElements = elements(inputs, options.batch());
        this.outputElements = elements(outputs, options.batch());
        for (int i = 0; i < threads; i++) {
            plans.add(new IdentityHashMap<>());
        }
        this.chooser = options.yielding() && threads > 1 ? new ThreadChooser(threads) : null;
    }

    private static long[] elements(List<Graph.Value> values, int batch) {
        return values.stream()
                .mapToLong(v -> v.shape().withBatch(batch).elements())
                .toArray();
    }

    @Override
    public SessionOptions options() {
        return options;
    }

    @Override
    protected void ready(WidthLevel level) {
        int least = chooser == null ? options.threads() : 1;
        for (int threads = options.threads(); threads >= least; threads--) {
            if (plans(threads).containsKey(level)) {
                continue;
            }
            int taken = cores.acquire(threads);
            try {
                OmpThreads.set(threads);
                plan(level, threads);
            } finally {
                cores.release(taken);
            }
        }
    }

    private Map<WidthLevel, LevelPlan> plans(int threads) {
        return plans.get(threads - 1);
    }

    private LevelPlan plan(WidthLevel level, int threads) {
        LevelPlan plan = new LevelPlan(model().graphAt(level), options.batch());
        try {
            grow(plan);
            weights.prepare(plan);
        } catch (RuntimeException | Error e) {
            plan.close();
            throw e;
        }
        plans(threads).put(level, plan);
        if (chooser != null) {
            time(plan);
        }
        return plan;
    }

    /** Learns how long a call takes when one follows the other, so that a slow one is known from the first frame on. */
    private void time(LevelPlan plan) {
        FloatBuffer[] in = zeros(inputElements);
        FloatBuffer[] out = zeros(outputElements);
        weights.load(plan);
        for (int i = 0; i < TIMED_RUNS; i++) {
            long start = System.nanoTime();
            plan.run(in, out);
            plan.took(System.nanoTime() - start);
        }
    }

    private static FloatBuffer[] zeros(long[] elements) {
        FloatBuffer[] out = new FloatBuffer[elements.length];
        for (int i = 0; i < out.length; i++) {
            out[i] = ByteBuffer.allocateDirect(Math.toIntExact(4 * elements[i]))
                    .order(ByteOrder.nativeOrder())
                    .asFloatBuffer();
        }
        return out;
    }

    private void grow(LevelPlan plan) {
        NativeBlock old = arena;
        if (old == null || old.bytes() < plan.arenaBytes()) {
            NativeBlock larger = new NativeBlock(plan.arenaBytes());
            for (Map<WidthLevel, LevelPlan> some : plans) {
                some.values().forEach(p -> p.bindArena(larger));
            }
            arena = larger;
            if (old != null) {
                old.close();
            }
            old = larger;
        }
        plan.bindArena(old);
    }

    @Override
    protected void call(WidthLevel level, FloatBuffer[] inputs, FloatBuffer[] outputs) {
        check(inputs, this.inputs, inputElements, "input");
        check(outputs, this.outputs, outputElements, "output");
        ThreadChooser c = chooser;
        int threads = c == null ? options.threads() : c.threads(System.nanoTime());
        int taken = cores.acquire(threads);
        try {
            OmpThreads.set(threads);
            LevelPlan plan = plans(threads).get(level);
            if (plan == null) {
                plan = plan(level, threads);
            }
            weights.load(plan);
            if (c == null) {
                plan.run(inputs, outputs);
                return;
            }
            long start = System.nanoTime();
            plan.run(inputs, outputs);
            long end = System.nanoTime();
            c.observe(end, end - start, plan.usualNanos());
            plan.took(end - start);
        } finally {
            cores.release(taken);
        }
    }

    private void check(FloatBuffer[] buffers, List<Graph.Value> values, long[] elements, String what) {
        if (buffers.length != values.size()) {
            throw new UserException("the model " + model().name() + " has " + values.size() + " " + what
                    + "s but the call brings " + buffers.length);
        }
        for (int i = 0; i < buffers.length; i++) {
            FloatBuffer b = buffers[i];
            boolean writable = b == null || !b.isReadOnly() || what.equals("input");
            if (b == null || !b.isDirect() || b.order() != ByteOrder.nativeOrder() || !writable) {
                throw new UserException(
                        "the buffer of " + what + " " + values.get(i).name()
                                + " must be a direct FloatBuffer of native byte order"
                                + (writable ? "" : " that can be written"));
            }
            if (b.capacity() < elements[i]) {
                throw new UserException(
                        "the buffer of " + what + " " + values.get(i).name() + " must hold " + elements[i]
                                + " floats (batch " + options.batch() + ") but holds " + b.capacity());
            }
        }
    }

    @Override
    public long weightBytes() {
        return weights.bytes();
    }

    @Override
    public long weightBytes(WidthLevel level) {
        LevelPlan plan = plans(options.threads()).get(level);
        if (plan == null) {
            throw new UserException("level " + level.name() + " was not prepared");
        }
        long n = 0;
        for (PlanBuilder.WeightUse w : plan.weights()) {
            n += w.content().bytes();
        }
        return n;
    }

    @Override
    public long arenaBytes() {
        NativeBlock a = arena;
        return a == null ? 0 : a.bytes();
    }

    /** One line for each operation of a prepared level: step and the library's implementation. */
    List<String> describe(WidthLevel level) {
        LevelPlan plan = plans(options.threads()).get(level);
        return plan == null ? List.of() : plan.describe();
    }

    @Override
    protected void free() {
        for (Map<WidthLevel, LevelPlan> some : plans) {
            some.values().forEach(LevelPlan::close);
            some.clear();
        }
        weights.close();
        if (chooser != null) {
            chooser.close();
        }
        NativeBlock a = arena;
        if (a != null) {
            a.close();
            arena = null;
        }
    }
}
