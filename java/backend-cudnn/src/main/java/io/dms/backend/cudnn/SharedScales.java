package io.dms.backend.cudnn;

import io.dms.model.ScalableModel;
import io.dms.runtime.FusedPlan;
import io.dms.runtime.Step;
import java.util.HashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * Scales of normalisations that all levels of a model have from its full width: these can be multiplied into the weights that
 * all levels read in place. Where a level of the file has a normalisation of its own there are none, since full-width weights
 * would then be there twice. Immutable.
 */
final class SharedScales {
    private final Map<String, float[]> byStep = new HashMap<>();

    /** @param batch that the model's plans are for */
    SharedScales(ScalableModel model, int batch) {
        if (model.levels().stream().anyMatch(l -> !l.normalization().isEmpty())) {
            return;
        }
        for (Step s : FusedPlan.of(model.graphAt(model.full()), batch).steps()) {
            float[] scale = s instanceof Step.Linear l ? l.scale() : null;
            if (scale != null) {
                byStep.put(((Step.Linear) s).name(), scale);
            }
        }
    }

    /**
     * The scale of all channels that the full-width weights of a step have, of which the step's own is a part; null where it
     * is not, or where the step has none.
     */
    float @Nullable [] of(Step.Linear s) {
        float[] own = s.scale();
        float[] all = byStep.get(s.name());
        int axis = axis(s);
        int[] kept = s.weights().cut(axis).indices();
        if (own == null
                || all == null
                || own.length != kept.length
                || all.length != s.weights().cut(axis).size()) {
            return null;
        }
        for (int i = 0; i < kept.length; i++) {
            if (own[i] != all[kept[i]]) {
                return null;
            }
        }
        return all;
    }

    /** The axis of the weights that has the output's channels. */
    static int axis(Step.Linear s) {
        return s.inputMajor() ? 1 : 0;
    }
}
