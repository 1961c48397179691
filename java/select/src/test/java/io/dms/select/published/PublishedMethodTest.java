package io.dms.select.published;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.sun.management.ThreadMXBean;
import io.dms.model.UserException;
import io.dms.select.Seen;
import io.dms.select.Selector;
import io.dms.select.TrainingData;
import io.dms.select.learn.Learner;
import io.dms.select.sample.Candidate;
import io.dms.select.sample.FeatureTable;
import io.dms.select.sample.SampleTable;
import java.lang.management.ManagementFactory;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

class PublishedMethodTest {
    private static Seen seen(TrainingData data) {
        List<Candidate> candidates = data.samples().candidates();
        return new Seen(
                candidates.stream().map(Candidate::millis).toList(),
                data.samples().classes(),
                4,
                new int[candidates.size()]);
    }

    private static Seen show(Seen seen, TrainingData data, int row, double budget) {
        seen.begin(budget);
        System.arraycopy(Tables.image(data).values()[row], 0, seen.image(), 0, 4);
        return seen;
    }

    /** Share of rows for which it chooses the cheapest candidate that is right; any will do where none is. */
    private static double right(Selector selector, TrainingData data, int from, int to) {
        Seen seen = seen(data);
        int right = 0;
        int[] all = Tables.range(0, data.samples().candidates().size());
        for (int row = from; row < to; row++) {
            int optimum = Optimum.of(data.samples(), new int[] {row}, all)[0];
            int choice = selector.next(show(seen, data, row, Double.POSITIVE_INFINITY));
            right += choice == optimum || optimum == all.length ? 1 : 0;
        }
        return (double) right / (to - from);
    }

    @ParameterizedTest
    @EnumSource
    void choosesTheOptimumWhereFeaturesTellIt(Learner learner) {
        TrainingData data = Tables.images(1200, 0.02, 1);
        for (PublishedOptions options : List.of(
                Tables.quick().withLearners(learner),
                Tables.quick().withLearners(learner).asSingle())) {
            PublishedLearned learned = new PublishedMethod("published", options).learn(data, Tables.range(0, 800), 1);
            assertThat(learned.models()).containsExactly(0, 1, 2);
            assertThat(right(learned.selector(0), data, 800, 1200)).isGreaterThan(0.88);
        }
    }

    @Test
    void keepsOneOfTwoFeaturesThatSayTheSameAndNoneThatSaysNothing() {
        TrainingData data = Tables.images(800, 0.02, 1);
        PublishedLearned learned =
                new PublishedMethod("published", Tables.quick()).learn(data, Tables.range(0, 800), 1);
        assertThat(learned.used()).hasSize(1).containsAnyOf(0, 1);
        assertThat(learned.report().toString()).contains("never varies", "correlates with", "nothing");
    }

    @Test
    void isNoBetterThanTheCommonestChoiceWhereFeaturesTellNothingAndItsReportSaysSo() {
        TrainingData data = Tables.images(1500, 100, 1);
        PublishedLearned learned =
                new PublishedMethod("published", Tables.quick()).learn(data, Tables.range(0, 1500), 1);
        assertThat(learned.report().get("right_choices").doubleValue())
                .isLessThan(learned.report().get("commonest_optimum_share").doubleValue());
    }

    @Test
    void learnsOnlyFromTheSamplesItIsGiven() {
        TrainingData data = Tables.images(600, 0.05, 1);
        float[][] spoilt = Tables.image(data).values().clone();
        for (int row = 400; row < 600; row++) {
            spoilt[row] = new float[] {Float.NaN, 0, 0, 0};
        }
        TrainingData other = new TrainingData(
                data.samples(), new FeatureTable(Tables.image(data).names(), spoilt), 0.1, Map.of());
        int[] rows = Tables.range(0, 400);
        assertThat(new PublishedMethod("published", Tables.quick())
                        .learn(other, rows, 5)
                        .json())
                .isEqualTo(new PublishedMethod("published", Tables.quick())
                        .learn(data, rows, 5)
                        .json());
    }

    @Test
    void stopsOnceItsModelRan() {
        TrainingData data = Tables.images(400, 0.05, 1);
        Selector selector = new PublishedMethod("published", Tables.quick())
                .learn(data, Tables.range(0, 400), 1)
                .selector(0);
        Seen seen = show(seen(data), data, 3, Double.POSITIVE_INFINITY);
        int choice = selector.next(seen);
        seen.summary(choice, 4, 0.9f, 0.8f, 0.1f);
        assertThat(selector.next(seen)).isEqualTo(Selector.STOP);
        assertThat(selector.answer(seen)).isEqualTo(4);
        assertThat(selector.readsImage()).isTrue();
    }

    @Test
    void takesTheCostliestThatIsInTimeAndTheFastestWhereNoneIs() {
        TrainingData data = Tables.images(400, 0.001, 1);
        Selector selector = new PublishedMethod("published", Tables.quick())
                .learn(data, Tables.range(0, 400), 1)
                .selector(0);
        int hard = 0;
        while (selector.next(show(seen(data), data, hard, Double.POSITIVE_INFINITY)) != 2) {
            hard++;
        }
        assertThat(selector.next(show(seen(data), data, hard, 4))).isEqualTo(2);
        assertThat(selector.next(show(seen(data), data, hard, 3))).isEqualTo(1);
        assertThat(selector.next(show(seen(data), data, hard, 1.5))).isZero();
        assertThat(selector.next(show(seen(data), data, hard, 0.5))).isZero();
    }

    @Test
    void whatIsDoneWhereNoneWillDoIsTheUsers() {
        TrainingData data = Tables.images(800, 0.001, 1);
        Map<String, Integer> meaning = Map.of("refuse", Selector.REFUSE, "cheapest", 0, "best", 2, "c1", 1);
        meaning.forEach((policy, expected) -> {
            Selector selector = new PublishedMethod("published", Tables.quick().withPolicies(policy, "best"))
                    .learn(data, Tables.range(0, 800), 1)
                    .selector(0);
            Seen seen = seen(data);
            seen.begin(Double.POSITIVE_INFINITY);
            System.arraycopy(new float[] {0.95f, 2.85f, 0.5f, 7}, 0, seen.image(), 0, 4);
            assertThat(selector.next(seen)).as(policy).isEqualTo(expected);
        });
        assertThatThrownBy(() -> new PublishedMethod("published", Tables.quick().withPolicies("c9", "best"))
                        .learn(data, Tables.range(0, 800), 1))
                .isInstanceOf(UserException.class)
                .hasMessageContaining("no candidate c9")
                .hasMessageContaining("c0, c1, c2, and refuse");
    }

    @Test
    void whatIsUnlikeAllThatWasLearnedIsNotTrusted() {
        TrainingData data = Tables.images(800, 0.02, 1);
        Seen seen = seen(data);
        for (Soundness soundness : List.of(Soundness.RADIUS, Soundness.CONFORMAL, Soundness.NONE)) {
            Selector selector = new PublishedMethod(
                            "published", Tables.quick().withSoundness(soundness).withPolicies("cheapest", "refuse"))
                    .learn(data, Tables.range(0, 800), 1)
                    .selector(0);
            seen.begin(Double.POSITIVE_INFINITY);
            Arrays.fill(seen.image(), Float.NaN);
            assertThat(selector.next(seen)).as("NaN").isEqualTo(Selector.REFUSE);
            Arrays.fill(seen.image(), 50);
            if (soundness == Soundness.RADIUS) {
                assertThat(selector.next(seen)).isEqualTo(Selector.REFUSE);
            }
            int trusted = 0;
            for (int row = 0; row < 200; row++) {
                trusted += selector.next(show(seen, data, row, 100)) == Selector.REFUSE ? 0 : 1;
            }
            assertThat(trusted).as(soundness.id()).isGreaterThan(150);
        }
    }

    @Test
    void conformalPredictionRefusesWrongChoicesRatherThanRightOnes() {
        TrainingData data = Tables.images(3000, 0.1, 1);
        Selector trusting = new PublishedMethod("published", Tables.quick())
                .learn(data, Tables.range(0, 1500), 1)
                .selector(0);
        Selector careful = new PublishedMethod(
                        "published",
                        Tables.quick().withSoundness(Soundness.CONFORMAL).withPolicies("cheapest", "refuse"))
                .learn(data, Tables.range(0, 1500), 1)
                .selector(0);
        int[] count = new int[2];
        int[] refused = new int[2];
        Seen seen = seen(data);
        for (int row = 1500; row < 3000; row++) {
            int choice = trusting.next(show(seen, data, row, 100));
            int wrong = choice == Optimum.of(data.samples(), new int[] {row}, new int[] {0, 1, 2})[0] ? 0 : 1;
            count[wrong]++;
            refused[wrong] += careful.next(seen) == Selector.REFUSE ? 1 : 0;
        }
        assertThat((double) refused[1] / count[1]).isGreaterThan(1.5 * refused[0] / count[0]);
    }

    @ParameterizedTest
    @EnumSource
    void allocatesNothingPerDecision(Soundness soundness) {
        TrainingData data = Tables.images(500, 0.05, 1);
        Selector selector = new PublishedMethod("published", Tables.quick().withSoundness(soundness))
                .learn(data, Tables.range(0, 500), 1)
                .selector(0);
        Seen seen = show(seen(data), data, 0, 100);
        ThreadMXBean threads = (ThreadMXBean) ManagementFactory.getThreadMXBean();
        long me = Thread.currentThread().getId();
        for (int i = 0; i < 2000; i++) {
            selector.next(seen);
        }
        long before = threads.getThreadAllocatedBytes(me);
        for (int i = 0; i < 1000; i++) {
            selector.next(seen);
        }
        assertThat(threads.getThreadAllocatedBytes(me) - before).isLessThan(1000);
    }

    @Test
    void refusesWhatCanNotTeach() {
        PublishedMethod method = new PublishedMethod("published", Tables.quick());
        TrainingData data = Tables.images(200, 0.05, 1);
        SampleTable samples = data.samples();
        assertThatThrownBy(() -> method.learn(data, Tables.range(0, 4), 1))
                .isInstanceOf(UserException.class)
                .hasMessageContaining("at least 5 training samples");
        assertThatThrownBy(() -> method.learn(new TrainingData(samples, null, 0, Map.of()), Tables.range(0, 200), 1))
                .isInstanceOf(UserException.class)
                .hasMessageContaining("the table has none");
        TrainingData constant =
                new TrainingData(samples, new FeatureTable(List.of("a", "b"), new float[200][2]), 0.1, Map.of());
        assertThatThrownBy(() -> method.learn(constant, Tables.range(0, 200), 1))
                .isInstanceOf(UserException.class)
                .hasMessageContaining("no feature varies")
                .hasMessageContaining("a, b");
        float[][] bad = Tables.image(data).values().clone();
        bad[17] = new float[] {1, Float.NaN, 0, 0};
        TrainingData nan =
                new TrainingData(samples, new FeatureTable(Tables.image(data).names(), bad), 0.1, Map.of());
        assertThatThrownBy(() -> method.learn(nan, Tables.range(0, 200), 1))
                .isInstanceOf(UserException.class)
                .hasMessageContaining("feature again of sample 17 is NaN");
        boolean[][] same = new boolean[200][2];
        Arrays.fill(same, new boolean[] {true, false});
        TrainingData one = new TrainingData(Tables.of(same), data.image(), 0.1, Map.of());
        assertThatThrownBy(() -> method.learn(one, Tables.range(0, 200), 1))
                .isInstanceOf(UserException.class)
                .hasMessageContaining("the same optimum, c0");
    }

    @Test
    void everyVariantLearnsAndIsReadByItsName() {
        TrainingData data = Tables.images(400, 0.05, 1);
        for (PublishedMethod method : PublishedVariants.all()) {
            PublishedLearned learned = method.learn(data, Tables.range(0, 400), 1);
            assertThat(learned.selector(0).name()).isEqualTo(method.name());
            assertThat(PublishedVariants.readers()).containsKey(method.name());
            assertThat(PublishedVariants.of(method.name())
                            .learn(data, Tables.range(0, 400), 1)
                            .json())
                    .as("%s, learned alone", method.name())
                    .isEqualTo(learned.json());
        }
        assertThatThrownBy(() -> PublishedVariants.of("best"))
                .isInstanceOf(UserException.class)
                .hasMessageContaining("published-tree");
    }

    @Test
    void aUsersPoliciesReplaceTheUsualOnes() {
        TrainingData data = Tables.images(400, 0.05, 1);
        PublishedLearned learned =
                PublishedVariants.of("published-tree", "refuse", "").learn(data, Tables.range(0, 400), 1);
        assertThat(learned.none()).isEqualTo(Selector.REFUSE);
        assertThat(learned.unsound()).as("best, the usual one").isEqualTo(2);
    }

    @Test
    void featuresThatAreNoNumbersAreUnlikeAllThatWasLearned() {
        TrainingData data = Tables.images(400, 0.05, 1);
        Selector selector = PublishedVariants.of("published-tree", "", "refuse")
                .learn(data, Tables.range(0, 400), 1)
                .selector(0);
        Seen seen = show(seen(data), data, 0, Double.POSITIVE_INFINITY);
        assertThat(selector.next(seen)).isNotEqualTo(Selector.REFUSE);
        for (float odd : new float[] {Float.NaN, Float.POSITIVE_INFINITY, Float.NEGATIVE_INFINITY}) {
            show(seen, data, 0, Double.POSITIVE_INFINITY);
            Arrays.fill(seen.image(), odd);
            assertThat(selector.next(seen)).isEqualTo(Selector.REFUSE);
        }
    }
}
