package io.dms.select.evaluate;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.dms.model.UserException;
import io.dms.select.Drawn;
import io.dms.select.Method;
import io.dms.select.Seen;
import io.dms.select.Selector;
import io.dms.select.TrainingData;
import io.dms.select.sample.Candidate;
import io.dms.select.sample.SampleTable;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

class EvaluationTest {
    private static final Evaluation.Listener SILENT = (method, fold) -> {};

    /** Runs one candidate and is content; or refuses every other input. */
    private record Always(int candidate, boolean refuses, int n, int[] asked) implements Selector {
        @Override
        public String name() {
            return "always";
        }

        @Override
        public List<Candidate> candidates() {
            return Drawn.candidates(n);
        }

        @Override
        public boolean readsImage() {
            return false;
        }

        @Override
        public boolean readsEmbedding(int c) {
            return false;
        }

        @Override
        public int next(Seen seen) {
            if (seen.runs() == 0) {
                return candidate;
            }
            return refuses && asked[0]++ % 2 == 0 ? REFUSE : STOP;
        }
    }

    private static Method method(int candidate, boolean refuses, java.util.function.Consumer<int[]> rows) {
        return new Method() {
            @Override
            public String name() {
                return "always";
            }

            @Override
            public Learned learn(TrainingData data, int[] learned, long seed) {
                rows.accept(learned);
                return new Learned() {
                    @Override
                    public List<String> settings() {
                        return List.of("only");
                    }

                    @Override
                    public Selector selector(int setting) {
                        return new Always(
                                candidate, refuses, data.samples().candidates().size(), new int[1]);
                    }

                    @Override
                    public ObjectNode json() {
                        return JsonNodeFactory.instance.objectNode();
                    }
                };
            }
        };
    }

    /** Three candidates of 1, 2, 4 ms; who is right, sample by sample. */
    private static SampleTable table(String... right) {
        int n = right.length;
        int[][] answer = new int[n][3];
        float[][] sure = new float[n][3];
        for (int s = 0; s < n; s++) {
            Arrays.fill(sure[s], 1);
            for (int c = 0; c < 3; c++) {
                answer[s][c] = right[s].charAt(c) == '+' ? 0 : 1;
            }
        }
        int[] zero = new int[n];
        return new SampleTable(
                "by hand",
                Drawn.candidates(3),
                2,
                IntStream.range(0, n).toArray(),
                zero,
                answer,
                sure,
                sure,
                sure,
                sure);
    }

    @Test
    void ofCandidatesThatAreRightAsOftenTheCheaperIsTheBest() {
        assertEquals(
                1, Baselines.of(table("-++", "-++", "+--"), new int[] {1, 1, 1}).best());
    }

    @Test
    void onePartIsNoValidation() {
        TrainingData data = Drawn.plain(100, 1);
        assertThrows(UserException.class, () -> new Evaluation(data, 1, 1));
        assertThrows(UserException.class, () -> new Evaluation(data, 101, 1));
    }

    @Test
    void aSelectorIsJudgedAsOnANewStreamAndToldOfEachInputThatItIsOver() {
        TrainingData data = Drawn.plain(100, 1);
        List<String> heard = new ArrayList<>();
        Method plain = method(0, false, rows -> {});
        Method told = new Method() {
            @Override
            public String name() {
                return plain.name();
            }

            @Override
            public Learned learn(TrainingData all, int[] rows, long seed) {
                Learned of = plain.learn(all, rows, seed);
                return new Learned() {
                    @Override
                    public List<String> settings() {
                        return of.settings();
                    }

                    @Override
                    public Selector selector(int setting) {
                        return new Told(of.selector(setting), heard);
                    }

                    @Override
                    public int usual() {
                        return of.usual();
                    }

                    @Override
                    public Method.@Nullable Expected expected(int setting) {
                        return of.expected(setting);
                    }

                    @Override
                    public ObjectNode json() {
                        return of.json();
                    }
                };
            }
        };
        new Evaluation(data, 2, 1).judge(List.of(told), 10, SILENT);
        for (int fold = 0; fold < 2; fold++) {
            int begin = heard.indexOf("restart");
            List<String> judged = heard.subList(begin + 1, begin + 51);
            assertEquals(Set.of("finish"), new HashSet<>(judged));
            heard.subList(0, begin + 51).clear();
        }
        assertTrue(heard.isEmpty());
    }

    /** Passes on to another and remembers what it heard. */
    private record Told(Selector of, List<String> heard) implements Selector {
        @Override
        public String name() {
            return of.name();
        }

        @Override
        public List<Candidate> candidates() {
            return of.candidates();
        }

        @Override
        public boolean readsImage() {
            return of.readsImage();
        }

        @Override
        public boolean readsEmbedding(int candidate) {
            return of.readsEmbedding(candidate);
        }

        @Override
        public int next(Seen seen) {
            return of.next(seen);
        }

        @Override
        public void finish(Seen seen) {
            heard.add("finish");
        }

        @Override
        public void restart() {
            heard.add("restart");
        }
    }

    @Test
    void baselinesAreThoseOneCountsByHand() {
        Baselines b = Baselines.of(table("+++", "-++", "--+", "---"), new int[] {1, 1, 1, 1});

        assertEquals(0, b.cheapest());
        assertEquals(2, b.best());
        assertEquals(new Front.Point(4, 0.75), b.singles().get(2));
        // Everybody cheap: 1 ms, 25 %. The second by candidate 1: +1/4 ms. The third by candidate 2: +3/4 ms.
        assertEquals(
                List.of(new Front.Point(1, 0.25), new Front.Point(1.25, 0.5), new Front.Point(2, 0.75)),
                b.oracle().points());
        assertEquals(0.5, b.mix().accuracy(2.5), 1e-12);
        assertEquals(0.5, b.bestMix().accuracy(2), 1e-12);
        assertEquals(3, b.bestMix().millis(0.625), 1e-12);
    }

    @Test
    void aMixOfPointsLeavesOutThoseBelowOthersMixed() {
        Front f = Front.of(List.of(
                new Front.Point(4, 0.9), new Front.Point(1, 0.5), new Front.Point(2, 0.6), new Front.Point(5, 0.8)));
        assertEquals(List.of(new Front.Point(1, 0.5), new Front.Point(4, 0.9)), f.points());
        assertTrue(Double.isNaN(f.accuracy(0.5)));
        assertTrue(Double.isNaN(f.millis(0.95)));
        assertEquals(0.9, f.accuracy(9));
    }

    @Test
    void aSelectorIsNeverJudgedOnWhatItLearnedFrom() {
        TrainingData data = Drawn.plain(100, 1);
        int[] judged = new int[100];
        Method spy = method(0, false, rows -> {
            int[] left = IntStream.range(0, 100)
                    .filter(s -> Arrays.stream(rows).noneMatch(r -> r == s))
                    .toArray();
            assertEquals(10, left.length);
            Arrays.stream(left).forEach(s -> judged[s]++);
        });
        new Evaluation(data, 10, 1).judge(List.of(spy), 10, SILENT);
        assertTrue(Arrays.stream(judged).allMatch(k -> k == 1));
    }

    @Test
    void aMethodThatAlwaysTakesTheBestIsTheBest() {
        TrainingData data = Drawn.plain(400, 1);
        Report r = new Evaluation(data, 4, 1).judge(List.of(method(3, false, rows -> {})), 200, SILENT);
        Report.Point p = r.methods().get(0).settings().get(0);

        assertEquals(r.baselines().singles().get(3).accuracy(), p.accuracy().value());
        assertEquals(0, p.lead().value());
        assertEquals(1, p.speedup().value(), 0.02);
        assertEquals(0, p.ofMix().value(), 0.02);
        assertEquals(0, p.ofBestMix().value(), 0.02);
        assertEquals(8, p.millis().value(), 0.1);
        assertTrue(p.millis().value() > 8, "the selector's own time counts");
        assertTrue(p.accuracy().low() < p.accuracy().value()
                && p.accuracy().value() < p.accuracy().high());
        assertEquals(1, p.runs().get(3));
    }

    @Test
    void aRefusalIsNoRightAnswer() {
        TrainingData data = Drawn.plain(400, 1);
        Report r = new Evaluation(data, 4, 1).judge(List.of(method(3, true, rows -> {})), 50, SILENT);
        Report.Point p = r.methods().get(0).settings().get(0);

        assertEquals(0.5, p.refused(), 0.01);
        assertEquals(r.baselines().singles().get(3).accuracy() / 2, p.accuracy().value(), 0.06);
    }

    @Test
    void aMethodThatCannotLearnIsReportedWithItsReason() {
        TrainingData data = new TrainingData(table("+++", "-++", "--+", "---"), null, 0, Map.of());
        Method no = method(0, false, rows -> {
            throw new UserException("too few");
        });
        Report r = new Evaluation(data, 2, 1).judge(List.of(no, method(0, false, rows -> {})), 10, SILENT);
        assertEquals("too few", r.methods().get(0).problem());
        assertNull(r.methods().get(1).problem());
        assertNotNull(r.methods().get(1).usual());
    }
}
