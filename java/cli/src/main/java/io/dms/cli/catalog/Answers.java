package io.dms.cli.catalog;

import io.dms.schedule.catalog.Accuracy;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** How right the answers of a variant are: overall, per class, and in each context of its task. */
final class Answers {
    private final TaskPlan plan;
    private final int[] right;
    private final int[] seen;

    Answers(TaskPlan plan) {
        this.plan = plan;
        this.right = new int[plan.classes().size()];
        this.seen = new int[right.length];
    }

    /**
     * Counts an answer.
     *
     * @param label class of the image in the task, -1 where it has none
     */
    void add(int label, int answer) {
        if (label >= 0) {
            seen[label]++;
            right[label] += answer == label ? 1 : 0;
        }
    }

    /** Everything. */
    Accuracy accuracy() {
        Map<String, Double> contexts = new LinkedHashMap<>();
        for (int i = 0; i < plan.contexts().size(); i++) {
            Double there = in(i);
            if (there != null) {
                contexts.put(plan.task().contexts().get(i).name(), there);
            }
        }
        Map<String, Double> classes = new LinkedHashMap<>();
        int all = 0;
        int good = 0;
        for (int c = 0; c < seen.length; c++) {
            all += seen[c];
            good += right[c];
            if (seen[c] > 0) {
                classes.put(plan.classes().get(c), (double) right[c] / seen[c]);
            }
        }
        return new Accuracy((double) good / Math.max(1, all), classes, contexts);
    }

    /** In one context alone, as a variant that serves only there. */
    Accuracy accuracyIn(int context) {
        Double there = in(context);
        return new Accuracy(
                null, Map.of(), Map.of(plan.task().contexts().get(context).name(), there == null ? 0 : there));
    }

    /** The mean over the context's classes and over the others, weighted by the context's share. */
    private @Nullable Double in(int context) {
        double[] sum = new double[2];
        int[] n = new int[2];
        for (int c = 0; c < seen.length; c++) {
            int side = Arrays.binarySearch(plan.contexts().get(context), c) >= 0 ? 0 : 1;
            if (seen[c] > 0) {
                sum[side] += (double) right[c] / seen[c];
                n[side]++;
            }
        }
        if (n[0] == 0 || n[1] == 0) {
            return null;
        }
        double share = plan.task().contexts().get(context).share();
        return share * sum[0] / n[0] + (1 - share) * sum[1] / n[1];
    }
}
