package io.dms.select.learn;

import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.dms.model.UserException;
import io.dms.select.json.Fields;
import java.util.List;

/** Classifiers as JSON. What is read is checked before it is used. */
public final class ClassifierJson {
    private static final ObjectMapper MAPPER = new ObjectMapper();
    private static final int MOST_CLASSES = 1 << 16;

    private ClassifierJson() {}

    /** What kind of classifier it is, for people. */
    public static String kind(Classifier classifier) {
        if (classifier instanceof Constant c) {
            return "always class " + c.answer();
        }
        if (classifier instanceof DecisionTree tree) {
            return "decision tree of " + tree.feature().length + " nodes";
        }
        if (classifier instanceof KernelMachine svm) {
            int vectors = 0;
            for (float[] w : svm.weights()) {
                vectors += w.length;
            }
            return "support vector machine of " + vectors + " vectors";
        }
        return classifier instanceof Knn ? "nearest neighbours" : "naive Bayes";
    }

    /** A classifier for a file. */
    public static ObjectNode write(Classifier classifier) {
        ObjectNode json = MAPPER.createObjectNode().put("classes", classifier.classes());
        if (classifier instanceof Constant c) {
            return json.put("kind", "constant").put("answer", c.answer());
        }
        if (classifier instanceof Knn knn) {
            json.put("kind", "knn");
            json.set("neighbours", write(knn.neighbours()));
            int[] label = new int[knn.neighbours().points()];
            for (int i = 0; i < label.length; i++) {
                label[i] = knn.label(i);
            }
            json.set("label", Fields.array(label));
        } else if (classifier instanceof DecisionTree tree) {
            json.put("kind", "tree");
            json.set("feature", Fields.array(tree.feature()));
            json.set("threshold", Fields.array(tree.threshold()));
            json.set("left", Fields.array(tree.left()));
            json.set("right", Fields.array(tree.right()));
            json.set("share", Fields.array(tree.share()));
        } else if (classifier instanceof GaussianBayes bayes) {
            json.put("kind", "bayes");
            ArrayNode prior = json.putArray("prior");
            for (float p : bayes.prior()) {
                if (Float.isFinite(p)) {
                    prior.add(p);
                } else {
                    prior.addNull();
                }
            }
            json.set("mean", Fields.array(bayes.mean()));
            json.set("variance", Fields.array(bayes.variance()));
        } else if (classifier instanceof KernelMachine svm) {
            json.put("kind", "svm").put("gamma", svm.gamma());
            ArrayNode machines = json.putArray("machines");
            for (int m = 0; m < svm.bias().length; m++) {
                ObjectNode machine = machines.addObject().put("bias", svm.bias()[m]);
                machine.set("weights", Fields.array(svm.weights()[m]));
                machine.set("vectors", Fields.array(svm.vectors()[m]));
            }
        }
        return json;
    }

    /** Points of a nearest neighbour search for a file. */
    public static ObjectNode write(Neighbours neighbours) {
        float[][] points = new float[neighbours.points()][neighbours.features()];
        for (int i = 0; i < points.length; i++) {
            for (int f = 0; f < points[i].length; f++) {
                points[i][f] = neighbours.value(i, f);
            }
        }
        ObjectNode json = MAPPER.createObjectNode().put("k", neighbours.k());
        json.set("points", Fields.array(points));
        return json;
    }

    /** What {@link #write(Neighbours)} wrote. */
    public static Neighbours neighbours(Fields json, int features) {
        float[][] points = json.rows("points", features);
        return Neighbours.of(points, json.whole("k", 1, Integer.MAX_VALUE));
    }

    /**
     * What {@link #write(Classifier)} wrote.
     *
     * @param features number of features that it will be given
     * @throws UserException where a field is missing or can't be
     */
    public static Classifier read(Fields json, int features) {
        int classes = json.whole("classes", 1, MOST_CLASSES);
        String kind = json.text("kind");
        try {
            return switch (kind) {
                case "constant" -> new Constant(classes, json.whole("answer", 0, classes - 1));
                case "knn" ->
                    new Knn(
                            neighbours(json.object("neighbours"), features),
                            json.wholes("label", 0, classes - 1),
                            classes);
                case "tree" ->
                    new DecisionTree(
                            classes,
                            json.wholes("feature", -1, features - 1),
                            json.floats("threshold"),
                            json.wholes("left", 0, Integer.MAX_VALUE),
                            json.wholes("right", 0, Integer.MAX_VALUE),
                            json.rows("share", classes));
                case "bayes" -> bayes(json, classes, features);
                case "svm" -> svm(json, classes, features);
                default -> throw json.wrong("kind", "is " + kind + ", which this DMS does not know");
            };
        } catch (IllegalArgumentException e) {
            throw new UserException(json.where() + ": " + e.getMessage() + "; train the selector again", e);
        }
    }

    private static GaussianBayes bayes(Fields json, int classes, int features) {
        float[] prior = new float[json.list("prior").size()];
        for (int c = 0; c < prior.length; c++) {
            var value = json.list("prior").get(c);
            prior[c] = value.isNumber() ? value.floatValue() : Float.NEGATIVE_INFINITY;
        }
        if (prior.length != classes) {
            throw json.wrong("prior", "has " + prior.length + " classes, not " + classes);
        }
        return new GaussianBayes(prior, json.rows("mean", features), json.rows("variance", features));
    }

    private static KernelMachine svm(Fields json, int classes, int features) {
        List<Fields> machines = json.objects("machines");
        float[][][] vectors = new float[machines.size()][][];
        float[][] weights = new float[machines.size()][];
        float[] bias = new float[machines.size()];
        for (int m = 0; m < bias.length; m++) {
            vectors[m] = machines.get(m).rows("vectors", features);
            weights[m] = machines.get(m).floats("weights");
            bias[m] = (float) machines.get(m).number("bias");
        }
        return new KernelMachine(classes, (float) json.number("gamma"), vectors, weights, bias);
    }
}
