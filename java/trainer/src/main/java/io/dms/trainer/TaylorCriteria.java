package io.dms.trainer;

import io.dms.compiler.CompileListener;
import io.dms.compiler.ImportanceCriterion;
import io.dms.compiler.tuning.GradientCriteria;

/** Gradient importance on libtorch. */
public final class TaylorCriteria implements GradientCriteria {
    @Override
    public ImportanceCriterion named(String name, int batches, CompileListener listener) {
        return switch (name) {
            case "taylor" -> new TaylorCriterion(name, TaylorCriterion.Of.GATES, batches, listener);
            case "taylor-weights" -> new TaylorCriterion(name, TaylorCriterion.Of.WEIGHTS, batches, listener);
            default -> throw new IllegalArgumentException("no gradient criterion " + name);
        };
    }
}
