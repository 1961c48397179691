package io.dms.select.published;

import com.fasterxml.jackson.databind.JsonNode;
import io.dms.select.Method;
import io.dms.select.learn.ClassifierJson;
import io.dms.select.learn.Neighbours;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.stream.IntStream;

/** What the published method learned, in lines for people. */
public final class Explanation {
    private final PublishedLearned learned;
    private final List<String> lines = new ArrayList<>();

    private Explanation(PublishedLearned learned) {
        this.learned = learned;
    }

    /**
     * Explains.
     *
     * @param learned by a {@link PublishedMethod}, or read from its file
     * @return nothing for another method's
     */
    public static List<String> of(Method.Learned learned) {
        return learned instanceof PublishedLearned p ? new Explanation(p).lines() : List.of();
    }

    private List<String> lines() {
        JsonNode report = learned.report();
        add(
                "models, by %s, threshold %s points:",
                report.path("models_by").asText("-"), number(report, "threshold", 1, ""));
        for (JsonNode model : report.path("models")) {
            add(
                    "  %-28s adds %s points, covers %s, is the optimum of %s",
                    model.path("id").asText("-"),
                    number(model, "gain_points", 1, ""),
                    number(model, "covered", 100, " %"),
                    number(model, "optimum_share", 100, " %"));
        }
        add("  none of them is right on %s", number(report, "none_share", 100, " %"));
        add("features: %d of %d", learned.used().length, learned.features().size());
        for (int f = 0; f < learned.used().length; f++) {
            add(
                    "  %-28s from %.4g to %.4g",
                    learned.features().get(learned.used()[f]),
                    learned.scaling().min()[f],
                    learned.scaling().max()[f]);
        }
        for (JsonNode dropped : report.path("features_dropped")) {
            add(
                    "  without %s: %s",
                    dropped.path("name").asText("-"), dropped.path("why").asText("-"));
        }
        for (JsonNode gone : report.path("features_eliminated")) {
            add(
                    "  without %s: %s right choices without it",
                    gone.path("name").asText("-"), number(gone, "right_choices", 100, " %"));
        }
        classifiers();
        add("where none will do: %s", policy(learned.none()));
        add("where the choice is not trusted: %s", policy(learned.unsound()));
        add(
                "right choices in cross-validation: %s; always the commonest one: %s",
                number(report, "right_choices", 100, " %"), number(report, "commonest_optimum_share", 100, " %"));
        if (report.path("right_choices").asDouble()
                <= report.path("commonest_optimum_share").asDouble()) {
            add("  so the features do not tell which model an input needs");
        }
        return lines;
    }

    private void classifiers() {
        Cascade cascade = learned.cascade();
        if (cascade.single()) {
            add("one classifier for all choices: %s", ClassifierJson.kind(cascade.stage(0)));
        } else {
            for (int s = 0; s < cascade.stages(); s++) {
                String id = learned.candidates().get(learned.models()[s]).id();
                add("stage %d, %s or not: %s", s + 1, id, ClassifierJson.kind(cascade.stage(s)));
            }
        }
        Neighbours shared = cascade.shared();
        if (shared != null) {
            String within = cascade.radius() < Float.POSITIVE_INFINITY
                    ? String.format(Locale.ROOT, " within %.3g", cascade.radius())
                    : "";
            add("%d neighbours of %d samples%s, computed once", shared.k(), shared.points(), within);
        }
        Refusal refusal = learned.refusal();
        if (refusal != null) {
            int[] sizes = IntStream.range(0, refusal.conformal().classes())
                    .map(c -> refusal.conformal().calibration(c).length)
                    .toArray();
            add(
                    "conformal prediction: p above %.3g, confidence at least %.3g; calibrated on %s samples by choice",
                    refusal.significance(), refusal.confidence(), Arrays.toString(sizes));
        }
    }

    private String policy(int candidate) {
        return candidate < 0 ? "refuse" : learned.candidates().get(candidate).id();
    }

    private void add(String format, Object... values) {
        lines.add(String.format(Locale.ROOT, format, values));
    }

    private static String number(JsonNode node, String field, double times, String unit) {
        return node.path(field).isNumber()
                ? String.format(Locale.ROOT, "%.2f", times * node.path(field).doubleValue()) + unit
                : "-";
    }
}
