package io.dms.backend.cpu;

import static org.bytedeco.dnnl.global.dnnl.*;

import io.dms.model.DmsException;
import io.dms.model.Graph;
import io.dms.model.Node;
import io.dms.model.ScalableModel;
import io.dms.model.UserException;
import io.dms.runtime.Backend;
import io.dms.runtime.Session;
import io.dms.runtime.SessionOptions;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import org.bytedeco.dnnl.dnnl_version_t;

/** Runs models on the CPU with oneDNN. Making one loads nothing; the library is loaded by the first call that needs it. */
public final class CpuBackend implements Backend {
    private static final Set<String> OPERATORS = operators();

    /** For the service loader. */
    public CpuBackend() {}

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
        return "cpu";
    }

    @Override
    public String describe() {
        Dnnl.get();
        dnnl_version_t v = dnnl_version();
        return "cpu (oneDNN " + v.major() + "." + v.minor() + ", " + isa(dnnl_get_effective_cpu_isa()) + ")";
    }

    /** The library's constants are those of x86; on arm64 it answers in numbers of its own, 1 for what every processor has. */
    private static String isa(int isa) {
        String processor = System.getProperty("os.arch", "unknown");
        if (isa == dnnl_cpu_isa_default) {
            return processor;
        }
        if (processor.equals("aarch64")) {
            return isa == 1 ? "asimd" : "sve";
        }
        if (isa >= dnnl_cpu_isa_avx512_core) {
            return "avx512";
        }
        return isa >= dnnl_cpu_isa_avx2 ? "avx2" : isa >= dnnl_cpu_isa_avx ? "avx" : "sse4.1";
    }

    @Override
    public List<String> refusals(Graph graph) {
        List<String> why = new ArrayList<>();
        try {
            Dnnl.get();
        } catch (DmsException e) {
            why.add(String.valueOf(e.getMessage()));
        }
        for (Node n : graph.nodes()) {
            if (!n.domain().isEmpty() || !OPERATORS.contains(n.op())) {
                String op = n.domain().isEmpty() ? n.op() : n.domain() + "." + n.op();
                why.add("node " + n.name() + " has operator " + op + ", which the cpu backend can't run: choose another"
                        + " backend or export the model without it");
            }
        }
        return why;
    }

    @Override
    public Session open(ScalableModel model, SessionOptions options) {
        Dnnl.get();
        List<String> why = refusals(model.graph());
        if (!why.isEmpty()) {
            throw new UserException(why.get(0));
        }
        if (options.precision() != SessionOptions.Precision.FP32) {
            throw new UserException("the cpu backend computes in fp32 only, not in "
                    + options.precision().name().toLowerCase(java.util.Locale.ROOT)
                    + ": leave the precision out, or choose backend cudnn");
        }
        boolean fixed = model.graph().inputs().stream().anyMatch(v -> !v.shape().hasBatch());
        if (options.batch() != 1 && fixed) {
            Graph.Value first = model.graph().inputs().get(0);
            boolean equal = first.shape().rank() > 0 && first.shape().dim(0) == options.batch();
            if (!equal) {
                throw new UserException("the model " + model.name() + " has a fixed batch (input " + first.name() + " "
                        + first.shape() + "): use that batch or export the model with an open one");
            }
        }
        return new CpuSession(model, options);
    }
}
