package io.dms.backend.tensorrt;

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
    private final Hardware hardware;
    private final Plans plans;

    /** Where engines come from: opened with the first session. */
    interface Plans {
        PlanSource of(ScalableModel model, SessionOptions options);
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
        String lacking = hardware.refusal();
        if (lacking != null) {
            why.add(lacking);
        }
        why.addAll(unfit(graph));
        return why;
    }

    private static List<String> unfit(Graph graph) {
        List<String> why = new ArrayList<>(foreign(graph));
        for (Graph.Value v : graph.outputs()) {
            if (graph.shapeOrNull(v.name()) == null) {
                why.add("the shape of output " + v.name() + " of " + graph.name()
                        + " is not known, so there is no memory"
                        + " for it: export the model with the shapes of its outputs");
            }
        }
        return why;
    }

    /** Operators that are not ONNX's would need plugins, which nobody brings. */
    private static List<String> foreign(Graph graph) {
        return graph.nodes().stream()
                .filter(n -> !n.domain().isEmpty())
                .map(n -> "node " + n.name() + " has operator " + n.domain() + "." + n.op()
                        + ", which the tensorrt backend can't run: choose another backend or export the model without"
                        + " it")
                .toList();
    }

    @Override
    public Session open(ScalableModel model, SessionOptions options) {
        List<String> unfit = unfit(model.graph());
        if (!unfit.isEmpty()) {
            throw new UserException(unfit.get(0));
        }
        boolean fixed = model.graph().inputs().stream().anyMatch(v -> !v.shape().hasBatch());
        if (options.batch() != 1 && fixed) {
            Graph.Value first = model.graph().inputs().get(0);
            if (first.shape().rank() == 0 || first.shape().dim(0) != options.batch()) {
                throw new UserException("the model " + model.name() + " has a fixed batch (input " + first.name() + " "
                        + first.shape() + "): use that batch or export the model with an open one");
            }
        }
        // Engines are found by it. Other threads take it while this one loads libraries and opens the device.
        model.graph().digestAhead();
        hardware.check();
        return new TensorRtSession(
                model,
                options,
                TensorRtEngineBuilder.engineOptions(model, options),
                hardware.open(),
                plans.of(model, options));
    }
}
