package io.dms.backend.cudnn;

import io.dms.model.Graph;
import io.dms.model.Node;
import io.dms.model.ScalableModel;
import io.dms.model.UserException;
import io.dms.runtime.Backend;
import io.dms.runtime.Session;
import io.dms.runtime.SessionOptions;
import io.dms.runtime.SessionOptions.Precision;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.Set;

/**
 * Runs models on an NVIDIA GPU with cuDNN, cuBLAS and DMS's own kernels. Making one loads nothing; without a driver, a
 * device or a library it says so and how to get it, and nothing else in the program changes.
 */
public final class CudnnBackend implements Backend {
    private static final Set<String> OPERATORS = operators();

    private final Hardware hardware;

    /** For the service loader. */
    public CudnnBackend() {
        this(Machines.SHARED);
    }

    CudnnBackend(Hardware hardware) {
        this.hardware = hardware;
    }

    /** One look at the machine for the whole process. */
    private static final class Machines {
        static final Hardware SHARED = new Machine();
    }

    private static Set<String> operators() {
        Set<String> all = new HashSet<>(OtherLowering.OPERATORS);
        all.addAll(List.of(
                "Abs",
                "Add",
                "BatchNormalization",
                "Clip",
                "Conv",
                "ConvTranspose",
                "Div",
                "Elu",
                "Exp",
                "Gemm",
                "HardSigmoid",
                "HardSwish",
                "LeakyRelu",
                "Mul",
                "Relu",
                "Sigmoid",
                "Sqrt",
                "Sub",
                "Tanh"));
        return Set.copyOf(all);
    }

    @Override
    public String name() {
        return "cudnn";
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
        why.addAll(unsupported(graph));
        return why;
    }

    private static List<String> unsupported(Graph graph) {
        List<String> why = new ArrayList<>();
        for (Node n : graph.nodes()) {
            if (!n.domain().isEmpty() || !OPERATORS.contains(n.op())) {
                String op = n.domain().isEmpty() ? n.op() : n.domain() + "." + n.op();
                why.add("node " + n.name() + " has operator " + op + ", which the cudnn backend can't run: choose"
                        + " another backend or export the model without it");
            }
        }
        return why;
    }

    @Override
    public Session open(ScalableModel model, SessionOptions options) {
        List<String> why = unsupported(model.graph());
        if (!why.isEmpty()) {
            throw new UserException(why.get(0));
        }
        boolean fixed = model.graph().inputs().stream().anyMatch(v -> !v.shape().hasBatch());
        if (options.batch() != 1 && fixed) {
            Graph.Value first = model.graph().inputs().get(0);
            if (first.shape().rank() == 0 || first.shape().dim(0) != options.batch()) {
                throw new UserException("the model " + model.name() + " has a fixed batch (input " + first.name() + " "
                        + first.shape() + "): use that batch or export the model with an open one");
            }
        }
        Candidates candidates = Candidates.chosen();
        Hardware.Opened opened = hardware.open(options.precision());
        Device device;
        try {
            suits(opened.gpu(), options.precision());
            device = new Device(opened, options.precision(), candidates);
        } catch (RuntimeException | Error e) {
            opened.gpu().close();
            throw e;
        }
        return new CudnnSession(model, options, device);
    }

    /** Half precision came with architecture 53, TF32 with 80. */
    private static void suits(Gpu gpu, Precision precision) {
        int least = switch (precision) {
            case FP32 -> 0;
            case TF32 -> 80;
            case FP16 -> 53;
        };
        if (gpu.architecture() < least) {
            throw new UserException(gpu.deviceName() + " (architecture " + gpu.architecture() + ") has no "
                    + precision.name().toLowerCase(Locale.ROOT) + ", which came with architecture " + least
                    + ": use precision fp32");
        }
    }
}
