package io.dms.backend.tensorrt;

import io.dms.backend.tensorrt.PlanSource.Wanted;
import io.dms.backend.tensorrt.cache.EngineOptions;
import io.dms.backend.tensorrt.cache.EngineRequest;
import io.dms.backend.tensorrt.cache.PlanMemory;
import io.dms.cuda.DeviceException;
import io.dms.model.EnvironmentException;
import io.dms.model.ScalableModel;
import io.dms.model.UserException;
import io.dms.model.WidthLevel;
import io.dms.runtime.OneThreadSession;
import io.dms.runtime.RawCalls;
import io.dms.runtime.SessionOptions;
import io.dms.runtime.SessionOptions.WeightPolicy;
import java.nio.FloatBuffer;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Runs one model with an engine for each level. Levels share the scratch memory and the memory of inputs and outputs, so
 * that a switch is another context (or another recording) and nothing else. An engine is loaded when its level is
 * prepared or first called; a level whose engine can't be had says so, and the others go on.
 */
final class TensorRtSession extends OneThreadSession implements RawCalls {
    private final SessionOptions options;
    private final EngineOptions engineOptions;
    private final Device device;
    private final PlanSource plans;
    private final Buffers buffers;
    private final TensorMemory tensors;
    private final Activation activation;
    private final Shelf shelf;
    private final Loading loading;
    private @Nullable Thread entered;
    private @Nullable String lost;

    /** Takes the device over: it is closed with this session, also where this constructor fails. */
    TensorRtSession(
            ScalableModel model, SessionOptions options, EngineOptions engineOptions, Device device, PlanSource plans) {
        super(model);
        this.options = options.withThreads(1);
        this.engineOptions = engineOptions;
        this.device = device;
        this.plans = plans;
        this.entered = Thread.currentThread();
        this.buffers = new Buffers(model, options.batch());
        this.activation = new Activation(device.cuda());
        this.shelf = new Shelf(options.weights() == WeightPolicy.REPACK ? 0 : options.weightBudgetBytes());
        try {
            tensors = new TensorMemory(device.cuda(), model.graph(), options.batch());
            loading = new Loading(model, options, engineOptions.dlaCore(), device, tensors, activation, shelf);
        } catch (DeviceException e) {
            device.close();
            throw new EnvironmentException("no session on " + device.cuda().deviceName() + ": " + e.getMessage(), e);
        } catch (RuntimeException | Error e) {
            device.close();
            throw e;
        }
    }

    @Override
    public SessionOptions options() {
        return options;
    }

    // ---- preparing

    @Override
    protected void ready(WidthLevel level) {
        if (shelf.find(level) == null) {
            load(level);
        }
    }

    /** Reads the engines of levels to come while one is made ready. */
    @Override
    protected void readyAll(List<WidthLevel> levels) {
        List<Wanted> next = new ArrayList<>();
        for (WidthLevel level : levels) {
            if (shelf.peek(level) == null && next.stream().noneMatch(w -> w.level() == level)) {
                next.add(new Wanted(level, request(level)));
            }
        }
        plans.announce(next);
        try {
            levels.forEach(this::ready);
        } finally {
            plans.announce(List.of());
        }
    }

    private EngineRequest request(WidthLevel level) {
        return EngineRequest.of(model(), level, engineOptions);
    }

    private LoadedEngine load(WidthLevel level) {
        // May build; what it can't, it says.
        EngineRequest request = request(level);
        DeviceException refused;
        try (PlanMemory plan = plans.plan(level, request)) {
            return loading.load(level, plan.bytes());
        } catch (DeviceException e) {
            refused = e;
        }
        // Verified, and still of another library or device than its key says: a build is what helps.
        boolean foreign = refused.kind() == DeviceException.Kind.UNSUPPORTED;
        try (PlanMemory plan = foreign ? plans.anew(level, request, String.valueOf(refused.getMessage())) : null) {
            if (plan == null) {
                throw readable(refused, level);
            }
            return loading.load(level, plan.bytes());
        } catch (DeviceException e) {
            throw readable(e, level);
        }
    }

    // ---- running

    @Override
    protected void call(WidthLevel level, FloatBuffer[] inputs, FloatBuffer[] outputs) {
        buffers.check(inputs, outputs);
        LoadedEngine engine = shelf.find(level);
        if (engine == null) {
            engine = load(level);
        }
        try {
            if (engine.isStale()) {
                // A level that failed to be prepared moved the scratch memory.
                loading.record(level.name(), engine);
            }
            tensors.take(inputs);
            enqueue(engine);
        } catch (DeviceException e) {
            throw readable(e, level);
        }
        tensors.give(outputs);
    }

    private void enqueue(LoadedEngine engine) {
        if (engine.isRecorded()) {
            engine.replay();
        } else {
            tensors.enqueueInputs();
            engine.enqueue();
            tensors.enqueueOutputs();
        }
        device.cuda().synchronize();
    }

    @Override
    public Runnable raw(WidthLevel level) {
        prepare(level);
        Runnable call = () -> callRaw(level);
        return () -> alone(call);
    }

    private void callRaw(WidthLevel level) {
        LoadedEngine engine = shelf.find(level);
        if (engine == null) {
            throw new IllegalStateException("level " + level.name() + " was dropped");
        }
        tensors.enqueueInputs();
        engine.enqueue();
        tensors.enqueueOutputs();
        device.cuda().synchronize();
    }

    @Override
    protected void enter() {
        String gone = lost;
        if (gone != null) {
            throw new EnvironmentException(gone);
        }
        if (entered != Thread.currentThread()) {
            device.cuda().enter();
            entered = Thread.currentThread();
        }
    }

    /** What a user can act on; errors that are not the libraries' as they are. */
    private RuntimeException readable(RuntimeException e, WidthLevel level) {
        if (!(e instanceof DeviceException d)) {
            return e;
        }
        EnvironmentException told = SessionFailures.told(d, level, device.cuda().deviceName());
        if (d.kind() == DeviceException.Kind.LOST) {
            lost = told.getMessage();
        }
        return told;
    }

    // ---- what it holds

    /** Serialised engines of the levels that are loaded, the nearest to what the library tells. */
    @Override
    public long weightBytes() {
        return shelf.bytes();
    }

    @Override
    public long weightBytes(WidthLevel level) {
        return prepared(level).planBytes();
    }

    @Override
    public long arenaBytes() {
        return activation.bytes();
    }

    /** Scratch memory that the engine of a prepared level asks for. */
    long activationBytes(WidthLevel level) {
        return prepared(level).activationBytes();
    }

    private LoadedEngine prepared(WidthLevel level) {
        LoadedEngine engine = shelf.peek(level);
        if (engine == null) {
            throw new UserException("level " + level.name() + " was not prepared");
        }
        return engine;
    }

    /** True where calls at a prepared level replay a recording. */
    boolean isRecorded(WidthLevel level) {
        LoadedEngine engine = shelf.peek(level);
        return engine != null && engine.isRecorded();
    }

    @Override
    protected void free() {
        if (lost == null && entered != Thread.currentThread()) {
            device.cuda().enter();
        }
        try {
            shelf.close();
        } finally {
            activation.close();
            tensors.close();
            device.close();
            plans.close();
        }
    }
}
