package io.dms.select.published;

import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.dms.model.UserException;
import io.dms.select.Method;
import io.dms.select.Selector;
import io.dms.select.SelectorFile;
import io.dms.select.json.Fields;
import io.dms.select.learn.Classifier;
import io.dms.select.learn.ClassifierJson;
import io.dms.select.learn.Conformal;
import io.dms.select.learn.Knn;
import io.dms.select.learn.Neighbours;
import io.dms.select.learn.Scaling;
import io.dms.select.sample.Candidate;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** What the published method learned, as JSON and back: the same choices bit by bit. */
final class PublishedJson implements SelectorFile.Reader {
    private static final ObjectMapper MAPPER = new ObjectMapper();
    /** A stage of nearest neighbours over the points that all such stages share. */
    private static final String SHARED = "neighbours";

    private final String name;

    PublishedJson(String name) {
        this.name = name;
    }

    static ObjectNode write(PublishedLearned learned) {
        ObjectNode json = MAPPER.createObjectNode();
        json.set("features", Fields.array(learned.features()));
        json.set(
                "used",
                Fields.array(Arrays.stream(learned.used())
                        .mapToObj(learned.features()::get)
                        .toList()));
        json.set("min", Fields.array(learned.scaling().min()));
        json.set("max", Fields.array(learned.scaling().max()));
        json.set(
                "models",
                Fields.array(Arrays.stream(learned.models())
                        .mapToObj(m -> learned.candidates().get(m).id())
                        .toList()));
        Cascade cascade = learned.cascade();
        json.put("single", cascade.single());
        Neighbours shared = cascade.shared();
        if (shared != null) {
            json.set("neighbours", ClassifierJson.write(shared));
        }
        if (cascade.radius() < Float.POSITIVE_INFINITY) {
            json.put("radius", cascade.radius());
        }
        ArrayNode stages = json.putArray("stages");
        for (int s = 0; s < cascade.stages(); s++) {
            stages.add(stage(cascade.stage(s), shared));
        }
        Refusal refusal = learned.refusal();
        if (refusal != null) {
            json.set("conformal", conformal(refusal));
        }
        json.put("none", Policy.name(learned.none(), learned.candidates()));
        json.put("unsound", Policy.name(learned.unsound(), learned.candidates()));
        json.set("report", learned.report().deepCopy());
        return json;
    }

    private static ObjectNode stage(Classifier stage, @Nullable Neighbours shared) {
        if (!(stage instanceof Knn knn) || knn.neighbours() != shared) {
            return ClassifierJson.write(stage);
        }
        int[] label = new int[shared.points()];
        for (int i = 0; i < label.length; i++) {
            label[i] = knn.label(i);
        }
        ObjectNode json = MAPPER.createObjectNode().put("kind", SHARED).put("classes", knn.classes());
        json.set("label", Fields.array(label));
        return json;
    }

    private static ObjectNode conformal(Refusal refusal) {
        Conformal conformal = refusal.conformal();
        ObjectNode json = MAPPER.createObjectNode()
                .put("significance", refusal.significance())
                .put("confidence", refusal.confidence());
        json.set("scorer", ClassifierJson.write(conformal.scorer()));
        ArrayNode calibration = json.putArray("calibration");
        for (int c = 0; c < conformal.classes(); c++) {
            // a class that the classifier never saw fits infinitely badly, which JSON can't say
            float[] finite = conformal.calibration(c).clone();
            for (int i = 0; i < finite.length; i++) {
                finite[i] = Math.max(-Float.MAX_VALUE, Math.min(Float.MAX_VALUE, finite[i]));
            }
            calibration.add(Fields.array(finite));
        }
        return json;
    }

    @Override
    public Method.Learned read(Fields json, List<Candidate> candidates) {
        try {
            return learned(json, candidates);
        } catch (IllegalArgumentException e) {
            throw new UserException(json.where() + ": " + e.getMessage() + "; train the selector again", e);
        }
    }

    private PublishedLearned learned(Fields json, List<Candidate> candidates) {
        List<String> features = json.texts("features");
        int[] used = json.texts("used").stream()
                .mapToInt(name -> {
                    if (!features.contains(name)) {
                        throw json.wrong("used", "names " + name + ", which is not a feature");
                    }
                    return features.indexOf(name);
                })
                .toArray();
        Scaling scaling = new Scaling(json.floats("min"), json.floats("max"));
        if (used.length == 0 || scaling.features() != used.length) {
            throw json.wrong("used", "has " + used.length + " features, scaled are " + scaling.features());
        }
        int[] models = json.texts("models").stream()
                .mapToInt(id -> candidate(json, "models", id, candidates))
                .toArray();
        if (Arrays.stream(models).anyMatch(m -> m == Selector.REFUSE)) {
            throw json.wrong("models", "must hold candidates");
        }
        Cascade cascade = cascade(json, models.length, used.length);
        Refusal refusal = json.has("conformal") ? refusal(json.object("conformal"), models.length, used.length) : null;
        return new PublishedLearned(
                name,
                candidates,
                features,
                used,
                scaling,
                models,
                cascade,
                refusal,
                candidate(json, "none", json.text("none"), candidates),
                candidate(json, "unsound", json.text("unsound"), candidates),
                (ObjectNode) json.object("report").node());
    }

    private static int candidate(Fields json, String field, String id, List<Candidate> candidates) {
        int index = Policy.of(id, candidates);
        if (index == -1) {
            throw json.wrong(field, "names " + id + ", which is no candidate");
        }
        return index;
    }

    private static Cascade cascade(Fields json, int models, int features) {
        Neighbours shared =
                json.has("neighbours") ? ClassifierJson.neighbours(json.object("neighbours"), features) : null;
        List<Classifier> stages = new ArrayList<>();
        for (Fields stage : json.objects("stages")) {
            if (stage.text("kind").equals(SHARED)) {
                if (shared == null) {
                    throw json.wrong("neighbours", "is missing");
                }
                int classes = stage.whole("classes", 1, models + 1);
                stages.add(new Knn(shared, stage.wholes("label", 0, classes - 1), classes));
            } else {
                stages.add(ClassifierJson.read(stage, features));
            }
        }
        float radius = json.has("radius") ? (float) json.number("radius") : Float.POSITIVE_INFINITY;
        return new Cascade(models, json.yes("single"), stages.toArray(new Classifier[0]), shared, radius);
    }

    private static Refusal refusal(Fields json, int models, int features) {
        Classifier scorer = ClassifierJson.read(json.object("scorer"), features);
        if (scorer.classes() != models + 1) {
            throw json.wrong("scorer", "has " + scorer.classes() + " classes, not " + (models + 1));
        }
        float[][] calibration = json.ragged("calibration");
        if (calibration.length != models + 1) {
            throw json.wrong("calibration", "has " + calibration.length + " classes, not " + (models + 1));
        }
        return new Refusal(new Conformal(scorer, calibration), json.number("significance"), json.number("confidence"));
    }
}
