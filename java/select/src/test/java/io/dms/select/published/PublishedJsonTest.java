package io.dms.select.published;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.dms.model.UserException;
import io.dms.select.Method;
import io.dms.select.SelectorFile;
import io.dms.select.TrainingData;
import io.dms.select.json.Fields;
import io.dms.select.learn.Learner;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class PublishedJsonTest {
    private static final TrainingData DATA = Tables.images(400, 0.1, 1);

    private static List<PublishedOptions> all() {
        PublishedOptions quick = Tables.quick();
        return List.of(
                quick,
                quick.asSingle(),
                quick.withSoundness(Soundness.RADIUS),
                quick.withLearners(Learner.SVM).withSoundness(Soundness.RADIUS),
                quick.withSoundness(Soundness.CONFORMAL).withPolicies("refuse", "c1"),
                quick.withLearners(Learner.KNN, Learner.TREE, Learner.BAYES),
                quick.withLearners(Learner.BAYES).asSingle());
    }

    private static PublishedLearned learn(PublishedOptions options) {
        return new PublishedMethod("published", options).learn(DATA, Tables.range(0, 300), 1);
    }

    @Test
    void choosesTheSameAfterBeingWrittenAndRead(@TempDir Path folder) {
        for (PublishedOptions options : all()) {
            PublishedLearned learned = learn(options);
            Path file = folder.resolve("s.selector.json");
            new SelectorFile(
                            "published",
                            new SelectorFile.Provenance("2026-01-02T03:04:05Z", "0.1", "made up", 300, 1, "none"),
                            DATA.samples().candidates(),
                            learned.json(),
                            "")
                    .write(file);
            Method.Learned read = SelectorFile.read(file).open(PublishedVariants.readers());
            assertThat(read.json().toString()).isEqualTo(learned.json().toString());
            assertThat(Explanation.of(read)).isEqualTo(Explanation.of(learned));
            PublishedSelector before = learned.selector(0);
            PublishedSelector after = ((PublishedLearned) read).selector(0);
            for (int row = 300; row < 400; row++) {
                float[] image = Tables.image(DATA).values()[row];
                assertThat(after.choice(image)).isEqualTo(before.choice(image));
            }
        }
    }

    @Test
    void explainsModelsFeaturesAndWhetherItIsWorthAnything() {
        assertThat(String.join("\n", Explanation.of(learn(Tables.quick()))))
                .contains("c0 ", "features: 1 of 4", "without constant: never varies", "stage 1, c0 or not: nearest")
                .contains("5 neighbours of 300 samples, computed once", "where none will do: c0")
                .doesNotContain("do not tell");
        TrainingData noise = Tables.images(400, 100, 1);
        assertThat(Explanation.of(
                        new PublishedMethod("published", Tables.quick()).learn(noise, Tables.range(0, 400), 1)))
                .contains("  so the features do not tell which model an input needs");
    }

    private static void spoil(JsonNode node, SplittableRandom random) {
        List<JsonNode> inner = new ArrayList<>();
        JsonNode at = node;
        while (at.isContainerNode() && !at.isEmpty()) {
            inner.add(at);
            at = List.copyOf(children(at)).get(random.nextInt(at.size()));
        }
        JsonNode target = inner.get(random.nextInt(inner.size()));
        int child = random.nextInt(target.size());
        if (target instanceof ObjectNode object) {
            List<String> names = new ArrayList<>();
            object.fieldNames().forEachRemaining(names::add);
            String name = names.get(child);
            switch (random.nextInt(4)) {
                case 0 -> object.remove(name);
                case 1 -> object.put(name, "x");
                case 2 -> object.put(name, -7);
                default -> object.putNull(name);
            }
        } else if (target instanceof ArrayNode array) {
            switch (random.nextInt(4)) {
                case 0 -> array.remove(child);
                case 1 -> array.set(child, array.textNode("x"));
                case 2 -> array.set(child, array.numberNode(1_000_000));
                default -> array.setNull(child);
            }
        }
    }

    private static List<JsonNode> children(JsonNode node) {
        List<JsonNode> list = new ArrayList<>();
        node.forEach(list::add);
        return list;
    }

    @Test
    void aDamagedFileIsRefusedOrChoosesACandidate() {
        SplittableRandom random = new SplittableRandom(4);
        int refused = 0;
        for (PublishedOptions options : all()) {
            ObjectNode whole = learn(options).json();
            for (int trial = 0; trial < 150; trial++) {
                ObjectNode damaged = whole.deepCopy();
                spoil(damaged, random);
                try {
                    PublishedLearned read = (PublishedLearned) new PublishedJson("published")
                            .read(
                                    new Fields(damaged, "s.json: learned"),
                                    DATA.samples().candidates());
                    if (read.features().size() == 4) {
                        assertThat(read.selector(0).choice(Tables.image(DATA).values()[0]))
                                .isBetween(-2, 2);
                    }
                } catch (UserException e) {
                    assertThat(e).hasMessageContaining("s.json");
                    refused++;
                }
            }
        }
        assertThat(refused).isGreaterThan(500);
    }

    @Test
    void refusesACandidateThatTheCatalogHasNot() {
        ObjectNode json = learn(Tables.quick()).json();
        assertThatThrownBy(() -> new PublishedJson("published").read(new Fields(json, "s.json"), Tables.candidates(2)))
                .isInstanceOf(UserException.class)
                .hasMessageContaining("c2");
    }
}
