package io.dms.backend.tensorrt.cache;

import io.dms.model.Graph;
import io.dms.model.ScalableModel;
import io.dms.model.UserException;
import io.dms.model.WidthLevel;
import io.dms.runtime.Backend;
import io.dms.runtime.Session;
import io.dms.runtime.SessionOptions;
import java.util.List;

/**
 * {@link OutputCheck} with a session of its own, opened when there is something to compare: whoever finds all engines pays
 * for none. A quantised level is compared with the same network in real numbers.
 */
public final class ReferenceCheck implements EngineCheck {
    private final Backend reference;
    private final ScalableModel model;
    private final WidthLevel level;
    private final EngineOptions options;
    private final long seed;

    /**
     * @param reference the backend that is believed
     * @param options of the engine: they say the batch and what rounding is allowed
     * @param seed of the inputs
     */
    public ReferenceCheck(Backend reference, ScalableModel model, WidthLevel level, EngineOptions options, long seed) {
        this.reference = reference;
        this.model = model;
        this.level = level;
        this.options = options;
        this.seed = seed;
    }

    private ScalableModel compared() {
        return Dequantised.isQuantised(model.graph())
                ? ScalableModel.plain(Dequantised.of(model.graphAt(level)))
                : model;
    }

    @Override
    public void prepare() {
        Graph graph = compared().graph();
        List<String> refusals = reference.refusals(graph);
        if (!refusals.isEmpty()) {
            throw new UserException("an engine of " + model.name() + " could not be compared with backend "
                    + reference.name() + ", so none is built: " + refusals.get(0));
        }
    }

    @Override
    public Verdict check(EngineRunner fresh) {
        ScalableModel compared = compared();
        int batch = options.profile().stream()
                .mapToInt(p -> p.best().rank() == 0 ? 1 : p.best().dim(0))
                .findFirst()
                .orElse(1);
        boolean open =
                compared.graph().inputs().stream().allMatch(v -> v.shape().hasBatch());
        WidthLevel at = compared.equals(model) ? level : compared.full();
        try (Session session = reference.open(compared, SessionOptions.DEFAULT.withBatch(open ? batch : 1))) {
            return new OutputCheck(session, at, OutputCheck.tolerance(options.precision()), seed).check(fresh);
        }
    }
}
