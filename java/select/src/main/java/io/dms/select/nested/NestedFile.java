package io.dms.select.nested;

import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.dms.select.Method;
import io.dms.select.json.Fields;
import io.dms.select.sample.Candidate;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** What the nested method learned, as JSON and back. */
public final class NestedFile {
    private NestedFile() {}

    static ObjectNode json(NestedModel m) {
        ObjectNode root = JsonNodeFactory.instance.objectNode();
        root.put("classes", m.classes());
        root.put("usual", m.usual());
        ArrayNode settings = root.putArray("settings");
        for (NestedModel.Setting s : m.places()) {
            ObjectNode node = settings.addObject();
            if (Double.isFinite(s.price())) {
                node.put("price_per_ms", s.price());
            }
            node.put("start", s.start())
                    .put("expected_accuracy", s.expected().accuracy())
                    .put("expected_ms", s.expected().millis());
        }
        ArrayNode states = root.putArray("states");
        for (State s : m.states()) {
            ObjectNode node = states.addObject();
            ArrayNode ran = node.putArray("ran");
            for (int c = 0; c < m.candidates().size(); c++) {
                if ((s.mask() >> c & 1) != 0) {
                    ran.add(c);
                }
            }
            ArrayNode blend = node.putArray("blend");
            for (double w : s.blend().weight()) {
                blend.add(w);
            }
            node.put("embedding", s.embedding());
            put(node.putObject("now"), s.now());
            ArrayNode then = node.putArray("then");
            for (int c = 0; c < s.then().length; c++) {
                Logistic gate = s.then()[c];
                if (gate != null) {
                    put(then.addObject().put("run", c), gate);
                }
            }
        }
        return root;
    }

    private static void put(ObjectNode node, Logistic l) {
        node.put("bias", l.bias());
        node.set("weight", Fields.array(l.weight()));
    }

    /**
     * Reads it, for {@link io.dms.select.SelectorFile#open}.
     *
     * @throws io.dms.model.UserException where a field is missing or can't be
     */
    public static Method.Learned read(Fields root, List<Candidate> candidates) {
        int n = candidates.size();
        if (n < 2 || n > Lesson.MOST_CANDIDATES) {
            throw root.wrong("states", "is for " + n + " candidates, allowed are 2 to " + Lesson.MOST_CANDIDATES);
        }
        int classes = root.whole("classes", 2, 1 << 20);
        List<State> states = new ArrayList<>();
        Set<Integer> masks = new HashSet<>();
        for (Fields f : root.objects("states")) {
            State s = state(f, n, classes);
            if (!masks.add(s.mask())) {
                throw f.wrong("ran", "is of another state already");
            }
            states.add(s);
        }
        for (int c = 0; c < n; c++) {
            if (!masks.contains(1 << c)) {
                throw root.wrong("states", "has none in which only candidate " + c + " ran");
            }
        }
        List<NestedModel.Setting> settings = new ArrayList<>();
        for (Fields f : root.objects("settings")) {
            double price = f.has("price_per_ms") ? f.number("price_per_ms") : Double.POSITIVE_INFINITY;
            settings.add(new NestedModel.Setting(
                    price,
                    f.whole("start", 0, n - 1),
                    new Method.Expected(f.number("expected_accuracy"), f.number("expected_ms"))));
        }
        if (settings.isEmpty()) {
            throw root.wrong("settings", "is empty");
        }
        return new NestedModel(candidates, classes, states, settings, root.whole("usual", 0, settings.size() - 1));
    }

    private static State state(Fields f, int n, int classes) {
        int mask = 0;
        for (int c : f.wholes("ran", 0, n - 1)) {
            mask |= 1 << c;
        }
        float[] blend = f.floats("blend");
        if (blend.length != Integer.bitCount(mask) + 1) {
            throw f.wrong("blend", "must hold " + (Integer.bitCount(mask) + 1) + " weights, but holds " + blend.length);
        }
        double[] weight = new double[blend.length];
        for (int i = 0; i < weight.length; i++) {
            weight[i] = blend[i];
        }
        int embedding = f.whole("embedding", 0, 1 << 16);
        int inputs = Signals.count(classes) + embedding;
        @Nullable Logistic[] then = new Logistic[n];
        for (Fields gate : f.objects("then")) {
            then[gate.whole("run", 0, n - 1)] = logistic(gate, inputs);
        }
        return new State(new Blend(mask, weight), logistic(f.object("now"), inputs), then, embedding);
    }

    private static Logistic logistic(Fields f, int inputs) {
        float[] weight = f.floats("weight");
        if (weight.length != inputs) {
            throw f.wrong("weight", "must hold " + inputs + " weights, but holds " + weight.length);
        }
        return new Logistic(weight, (float) f.number("bias"));
    }
}
