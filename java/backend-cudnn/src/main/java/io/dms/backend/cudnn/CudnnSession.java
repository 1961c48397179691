package io.dms.backend.cudnn;

import io.dms.backend.cudnn.bridge.BridgeException;
import io.dms.cuda.DeviceException;
import io.dms.cuda.DeviceMemory;
import io.dms.model.DmsException;
import io.dms.model.EnvironmentException;
import io.dms.model.Graph;
import io.dms.model.ScalableModel;
import io.dms.model.UserException;
import io.dms.model.WidthLevel;
import io.dms.runtime.OneThreadSession;
import io.dms.runtime.SessionOptions;
import io.dms.runtime.SessionOptions.Launch;
import java.nio.ByteOrder;
import java.nio.FloatBuffer;
import java.util.IdentityHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * Runs one model on a GPU. All levels share one arena, one workspace, one set of descriptors and one set of pinned
 * buffers, by which inputs and outputs travel.
 *
 * <p>With {@link Launch#GRAPH} each prepared level has a recording, made anew only where its memory moved. With
 * {@link Launch#REBIND} the steps are given to the library one by one; a level that was not prepared then runs by the
 * algorithms that the library expects to be good, without a search.
 */
final class CudnnSession extends OneThreadSession {
    private final SessionOptions options;
    final Device device;
    private @Nullable SharedScales scales;
    private final WeightStore weights;
    private final Readiness readiness;
    private final Map<WidthLevel, LevelPlan> plans = new IdentityHashMap<>();
    private final List<Graph.Value> inputs;
    private final List<Graph.Value> outputs;
    private final DeviceMemory host;
    private final FloatBuffer[] hostInputs;
    private final FloatBuffer[] hostOutputs;
    private final long[] inputAddresses;
    private final long[] outputAddresses;
    private @Nullable Thread entered;
    private @Nullable String lost;

    /** Takes the device over: it is closed with this session, also where this constructor fails. */
    CudnnSession(ScalableModel model, SessionOptions options, Device device) {
        super(model);
        this.options = options.withThreads(1);
        this.device = device;
        this.inputs = model.graph().inputs();
        this.outputs = model.graph().outputs();
        this.weights = options.weights() == SessionOptions.WeightPolicy.REPACK
                ? new RepackBuffer(device)
                : new BankStore(device, options.weightBudgetBytes());
        this.readiness = new Readiness(device, weights, options.launch(), plans.values());
        this.hostInputs = new FloatBuffer[inputs.size()];
        this.hostOutputs = new FloatBuffer[outputs.size()];
        this.inputAddresses = new long[inputs.size()];
        this.outputAddresses = new long[outputs.size()];
        this.entered = Thread.currentThread();
        DeviceMemory pinned = null;
        try {
            pinned = DeviceMemory.host(device.gpu, lay(inputs, inputAddresses, 0) + lay(outputs, outputAddresses, 0));
            host = pinned;
            long end = lay(inputs, inputAddresses, host.address());
            lay(outputs, outputAddresses, host.address() + end);
            map(inputs, inputAddresses, hostInputs);
            map(outputs, outputAddresses, hostOutputs);
        } catch (DeviceException e) {
            giveUp(device, pinned);
            throw new EnvironmentException("no session on " + device.gpu.deviceName() + ": " + e.getMessage(), e);
        } catch (RuntimeException | Error e) {
            giveUp(device, pinned);
            throw e;
        }
    }

    private static void giveUp(Device device, @Nullable DeviceMemory pinned) {
        if (pinned != null) {
            pinned.close();
        }
        device.close();
    }

    private long elements(Graph.Value v) {
        return v.shape().withBatch(options.batch()).elements();
    }

    private long lay(List<Graph.Value> values, long[] addresses, long from) {
        long at = from;
        for (int i = 0; i < addresses.length; i++) {
            addresses[i] = at;
            at += (4 * elements(values.get(i)) + 255) / 256 * 256;
        }
        return at - from;
    }

    private void map(List<Graph.Value> values, long[] addresses, FloatBuffer[] buffers) {
        for (int i = 0; i < buffers.length; i++) {
            buffers[i] = device.gpu
                    .hostBuffer(addresses[i], 4 * elements(values.get(i)))
                    .asFloatBuffer();
        }
    }

    @Override
    public SessionOptions options() {
        return options;
    }

    // ---- preparing

    @Override
    protected void ready(WidthLevel level) {
        LevelPlan known = plans.get(level);
        if (known == null) {
            plan(level, true);
        } else if (known.needsSearch() || !known.isSettled()) {
            // It ran without a search so far: now there is time for one.
            weights.forget(known);
            plans.remove(level);
            known.close();
            plan(level, true);
        }
    }

    private SharedScales scales() {
        SharedScales s = scales;
        if (s == null) {
            s = new SharedScales(model(), options.batch());
            scales = s;
        }
        return s;
    }

    private LevelPlan plan(WidthLevel level, boolean search) {
        Graph graph = model().graphAt(level);
        LevelPlan plan = null;
        try {
            plan = new LevelPlan(device, scales(), graph, options.batch(), inputAddresses, outputAddresses);
            readiness.make(plan, search);
        } catch (RuntimeException e) {
            giveUp(plan, e);
            throw readable(e, level, plan);
        } catch (Error e) {
            giveUp(plan, e);
            throw e;
        }
        plans.put(level, plan);
        if (options.weights() == SessionOptions.WeightPolicy.BANK) {
            device.releaseStaging();
        }
        return plan;
    }

    private void giveUp(@Nullable LevelPlan plan, Throwable because) {
        if (plan == null) {
            return;
        }
        try {
            weights.forget(plan);
            plan.close();
        } catch (RuntimeException second) {
            because.addSuppressed(second);
        }
    }

    // ---- running

    @Override
    protected void call(WidthLevel level, FloatBuffer[] inputs, FloatBuffer[] outputs) {
        check(inputs, this.inputs, hostInputs, "input");
        check(outputs, this.outputs, hostOutputs, "output");
        LevelPlan plan = plans.get(level);
        if (plan == null) {
            plan = plan(level, options.launch() == Launch.GRAPH);
        }
        try {
            weights.load(plan);
            for (int i = 0; i < inputs.length; i++) {
                hostInputs[i].put(0, inputs[i], 0, hostInputs[i].capacity());
            }
            if (options.launch() == Launch.GRAPH) {
                if (plan.isStale()) {
                    plan.record();
                }
                plan.replay();
            } else {
                plan.enqueue();
            }
            device.gpu.synchronize();
        } catch (DeviceException | BridgeException e) {
            throw readable(e, level, plan);
        }
        for (int i = 0; i < outputs.length; i++) {
            outputs[i].put(0, hostOutputs[i], 0, hostOutputs[i].capacity());
        }
    }

    /** Steps of a prepared level. */
    int steps(WidthLevel level) {
        return prepared(level).steps();
    }

    /** Nanoseconds of handing a prepared level's steps to the idle device, whatever the input holds; waits afterwards. */
    long enqueueNanos(WidthLevel level) {
        enter();
        LevelPlan plan = prepared(level);
        try {
            weights.load(plan);
            long start = System.nanoTime();
            plan.enqueue();
            long nanos = System.nanoTime() - start;
            device.gpu.synchronize();
            return nanos;
        } catch (DeviceException | BridgeException e) {
            throw readable(e, level, plan);
        }
    }

    /**
     * Nanoseconds of the device for one replay of a prepared level's graph: many are handed over at once and waited for
     * together, so that the host's share does not count. Copies of input and output do.
     *
     * @throws IllegalStateException without graphs
     */
    long replayNanos(WidthLevel level, int times) {
        enter();
        if (options.launch() != Launch.GRAPH) {
            throw new IllegalStateException("a session without graphs");
        }
        LevelPlan plan = prepared(level);
        try {
            weights.load(plan);
            if (plan.isStale()) {
                plan.record();
            }
            long start = System.nanoTime();
            for (int i = 0; i < times; i++) {
                plan.replay();
            }
            device.gpu.synchronize();
            return (System.nanoTime() - start) / times;
        } catch (DeviceException | BridgeException e) {
            throw readable(e, level, plan);
        }
    }

    private LevelPlan prepared(WidthLevel level) {
        return Objects.requireNonNull(plans.get(level), "a level that was not prepared");
    }

    private void check(FloatBuffer[] buffers, List<Graph.Value> values, FloatBuffer[] own, String what) {
        if (buffers.length != own.length) {
            throw new UserException("the model " + model().name() + " has " + own.length + " " + what
                    + "s but the call brings " + buffers.length);
        }
        for (int i = 0; i < own.length; i++) {
            FloatBuffer f = buffers[i];
            boolean writable = f != null && (!f.isReadOnly() || what.equals("input"));
            if (f == null || !f.isDirect() || f.order() != ByteOrder.nativeOrder() || !writable) {
                throw new UserException(
                        "the buffer of " + what + " " + values.get(i).name()
                                + " must be a direct FloatBuffer of native byte order"
                                + (writable ? "" : " that can be written"));
            }
            if (f.capacity() < own[i].capacity()) {
                throw new UserException(
                        "the buffer of " + what + " " + values.get(i).name() + " must hold " + own[i].capacity()
                                + " floats (batch " + options.batch() + ") but holds " + f.capacity());
            }
        }
    }

    @Override
    protected void enter() {
        String gone = lost;
        if (gone != null) {
            throw new EnvironmentException(gone);
        }
        if (entered != Thread.currentThread()) {
            device.gpu.enter();
            entered = Thread.currentThread();
        }
    }

    /** What a user can act on, of an error of the libraries; other errors as they are. */
    private RuntimeException readable(RuntimeException e, WidthLevel level, @Nullable LevelPlan plan) {
        if (e instanceof DmsException) {
            return e;
        }
        boolean memory = (e instanceof DeviceException g && g.kind() == DeviceException.Kind.OUT_OF_MEMORY)
                || (e instanceof BridgeException b && b.isOutOfMemory());
        boolean gone = (e instanceof DeviceException g && g.kind() == DeviceException.Kind.LOST)
                || (e instanceof BridgeException b && b.isDeviceLost());
        String name = device.gpu.deviceName();
        if (gone) {
            lost = "the device " + name + " is lost (" + e.getMessage() + "): start the program anew, and see dmesg for"
                    + " what NVIDIA's driver says";
            return new EnvironmentException(lost, e);
        }
        if (memory) {
            return new EnvironmentException(
                    "level " + level.name() + " is not available: not enough free memory on " + name + need(plan)
                            + ": close other programs, take fewer levels, --weights=repack or a smaller batch",
                    e);
        }
        if (e instanceof DeviceException || e instanceof BridgeException) {
            return new EnvironmentException(
                    "level " + level.name() + " can't run on " + name + ": " + e.getMessage()
                            + ": update cuDNN, or choose backend cpu",
                    e);
        }
        return e;
    }

    private String need(@Nullable LevelPlan plan) {
        if (plan == null) {
            return "";
        }
        long bytes = plan.arenaBytes() + plan.workspaceBytes();
        for (PlanBuilder.WeightUse w : plan.weights()) {
            bytes += w.content().bytes();
        }
        return " (it needs up to " + ((bytes >> 20) + 1) + " MiB)";
    }

    // ---- what it holds

    @Override
    public long weightBytes() {
        return weights.bytes();
    }

    @Override
    public long weightBytes(WidthLevel level) {
        LevelPlan plan = plans.get(level);
        if (plan == null) {
            throw new UserException("level " + level.name() + " was not prepared");
        }
        return plan.weights().stream().mapToLong(w -> w.content().bytes()).sum();
    }

    @Override
    public long arenaBytes() {
        return device.scratchBytes();
    }

    /** Which interfaces compute the convolutions and products of a prepared level. */
    Interfaces interfaces(WidthLevel level) {
        return prepared(level).interfaces();
    }

    /** What a prepared level does for nothing but to have images lie otherwise. */
    Copies copies(WidthLevel level) {
        return prepared(level).copies();
    }

    /** One line for each operation of a prepared level. */
    List<String> describe(WidthLevel level) {
        LevelPlan plan = plans.get(level);
        return plan == null ? List.of() : plan.describe();
    }

    @Override
    protected void free() {
        if (lost == null && entered != Thread.currentThread()) {
            device.gpu.enter();
        }
        for (LevelPlan p : plans.values()) {
            p.close();
        }
        plans.clear();
        weights.close();
        host.close();
        device.close();
    }
}
