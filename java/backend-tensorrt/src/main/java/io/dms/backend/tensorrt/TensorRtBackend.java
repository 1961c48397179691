package io.dms.backend.tensorrt;

import io.dms.backend.tensorrt.cache.EngineOptions;
import io.dms.model.DmsException;
import io.dms.model.Graph;
import io.dms.model.ScalableModel;
import io.dms.model.UserException;
import io.dms.runtime.Backend;
import io.dms.runtime.Session;
import io.dms.runtime.SessionOptions;
import java.util.ArrayList;
import java.util.List;

/**
 * Runs models on an NVIDIA GPU with TensorRT, one engine for each level, from a cache of engines. Making one loads
 * nothing; without a driver, a device or the library it says so and how to get it, and nothing else in the program
 * changes. Which operators it can run the library says when it reads the network, by node.
 */
public final class TensorRtBackend implements Backend {
    /** System property: core of the deep-learning accelerator (DLA) that engines shall run on. */
    static final String DLA = "dms.tensorrt.dla";

    /** System property: most scratch memory of a build in MiB. */
    static final String BUILD_MEMORY = "dms.tensorrt.build.memory";

    private final Hardware hardware;
    private final Plans plans;

    /** Where engines come from: opened with the first session. */
    interface Plans {
        PlanSource of(ScalableModel model);
    }

    /** For the service loader. */
    public TensorRtBackend() {
        this(Machine.SHARED, CachedPlans::of);
    }

    TensorRtBackend(Hardware hardware, Plans plans) {
        this.hardware = hardware;
        this.plans = plans;
    }

    @Override
    public String name() {
        return "tensorrt";
    }

    @Override
    public String describe() {
        return hardware.describe();
    }

    @Override
    public List<String> refusals(Graph graph) {
        List<String> why = new ArrayList<>();
        try {
            hardware.check();
        } catch (DmsException e) {
            why.add(String.valueOf(e.getMessage()));
        }
        return why;
    }

    @Override
    public Session open(ScalableModel model, SessionOptions options) {
        boolean fixed = model.graph().inputs().stream().anyMatch(v -> !v.shape().hasBatch());
        if (options.batch() != 1 && fixed) {
            Graph.Value first = model.graph().inputs().get(0);
            if (first.shape().rank() == 0 || first.shape().dim(0) != options.batch()) {
                throw new UserException("the model " + model.name() + " has a fixed batch (input " + first.name() + " "
                        + first.shape() + "): use that batch or export the model with an open one");
            }
        }
        hardware.check();
        return new TensorRtSession(model, options, engineOptions(model, options), hardware.open(), plans.of(model));
    }

    /**
     * What a session asks of its engines: an engine for batches from 1 to the session's, fastest at the session's own, so
     * that sessions of one batch share it.
     */
    static EngineOptions engineOptions(ScalableModel model, SessionOptions options) {
        EngineOptions.Precision precision = BuildCheck.isQuantised(model.graph())
                ? EngineOptions.Precision.INT8
                : switch (options.precision()) {
                    case FP32 -> EngineOptions.Precision.FP32;
                    case TF32 -> EngineOptions.Precision.TF32;
                    case FP16 -> EngineOptions.Precision.FP16;
                };
        int core = Integer.getInteger(DLA, EngineOptions.GPU);
        int batch = options.batch();
        return EngineOptions.of(model.graph(), precision, core >= 0 ? batch : 1, batch, batch)
                .withDlaCore(core)
                .withMemoryLimitBytes((long) Integer.getInteger(BUILD_MEMORY, 0) << 20);
    }
}
