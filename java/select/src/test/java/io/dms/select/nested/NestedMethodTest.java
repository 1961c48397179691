package io.dms.select.nested;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.dms.model.UserException;
import io.dms.select.Drawn;
import io.dms.select.Method;
import io.dms.select.Replay;
import io.dms.select.Seen;
import io.dms.select.Selector;
import io.dms.select.TrainingData;
import io.dms.select.json.Fields;
import io.dms.select.sample.SampleTable;
import java.lang.management.ManagementFactory;
import java.util.Map;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

class NestedMethodTest {
    private static final int[] LEARNED = IntStream.range(0, 1500).toArray();
    private static final int[] HELD_OUT = IntStream.range(1500, 3000).toArray();
    private static final TrainingData PLAIN = Drawn.plain(3000, 1);
    private static final NestedModel MODEL = new NestedMethod().learn(PLAIN, LEARNED, 1);

    /** Share of right answers and mean time. */
    private static double[] play(Selector selector, TrainingData data, int[] rows) {
        Replay replay = new Replay(data);
        double right = 0;
        double millis = 0;
        for (int row : rows) {
            right += replay.play(selector, row) == data.samples().label()[row] ? 1 : 0;
            millis += replay.millis();
        }
        return new double[] {right / rows.length, millis / rows.length};
    }

    private static double alone(TrainingData data, int candidate, int[] rows) {
        return IntStream.of(rows)
                        .filter(r -> data.samples().correct(r, candidate))
                        .count()
                / (double) rows.length;
    }

    @Test
    void itsDialGoesFromTheCheapestCandidateToMoreThanTheBestOne() {
        double[] cheap = play(MODEL.selector(0), PLAIN, HELD_OUT);
        double[] good = play(MODEL.selector(MODEL.settings().size() - 1), PLAIN, HELD_OUT);

        assertEquals(1, cheap[1]);
        assertEquals(alone(PLAIN, 0, HELD_OUT), cheap[0], 0.01);
        assertTrue(good[0] >= alone(PLAIN, 3, HELD_OUT), "accuracy " + good[0]);
        double last = 0;
        for (int s = 0; s < MODEL.settings().size(); s++) {
            double millis = play(MODEL.selector(s), PLAIN, HELD_OUT)[1];
            assertTrue(millis > last - 0.35, "setting " + s + " takes " + millis + " ms after " + last);
            last = Math.max(last, millis);
        }
    }

    @Test
    void onSamplesItHasNotSeenItIsAsGoodAsTheBestCandidateInMuchLessTime() {
        double[] usual = play(MODEL.selector(MODEL.usual()), PLAIN, HELD_OUT);

        assertTrue(usual[0] >= alone(PLAIN, 3, HELD_OUT) - 0.01, "accuracy " + usual[0]);
        assertTrue(usual[1] <= 8 / 1.8, "takes " + usual[1] + " ms, the best candidate 8");
    }

    @Test
    void whatItExpectsOfASettingIsWhatComes() {
        for (int s = 0; s < MODEL.settings().size(); s += 4) {
            double[] came = play(MODEL.selector(s), PLAIN, HELD_OUT);
            assertEquals(came[0], MODEL.expected(s).accuracy(), 0.03);
            assertEquals(came[1], MODEL.expected(s).millis(), 0.1 * came[1]);
        }
    }

    @Test
    void itsSurenessIsHowOftenItIsRight() {
        Selector selector = MODEL.selector(10);
        Replay replay = new Replay(PLAIN);
        double[] sure = new double[2];
        double[] right = new double[2];
        double[] count = new double[2];
        for (int row : HELD_OUT) {
            int answer = replay.play(selector, row);
            double s = selector.sureness(replay.seen());
            int bin = s < 0.9 ? 0 : 1;
            count[bin]++;
            sure[bin] += s;
            right[bin] += answer == PLAIN.samples().label()[row] ? 1 : 0;
        }
        for (int bin = 0; bin < 2; bin++) {
            assertTrue(count[bin] > 100);
            assertEquals(right[bin] / count[bin], sure[bin] / count[bin], 0.06);
        }
    }

    @Test
    void aCandidateThatAddsNothingIsJumpedOver() {
        int[] labels = PLAIN.samples().label();
        TrainingData data = Drawn.of(new double[] {2, 0, 5}, 5, labels, 2);
        Selector selector = new NestedMethod().learn(data, LEARNED, 1).selector(12);
        Replay replay = new Replay(data);
        int jumped = 0;
        int middle = 0;
        for (int row : HELD_OUT) {
            replay.play(selector, row);
            middle += replay.seen().ran(1) ? 1 : 0;
            jumped += replay.seen().ran(2) ? 1 : 0;
        }
        assertTrue(jumped > 100, jumped + " jumps");
        assertTrue(middle < 15, middle + " runs of the useless one");
    }

    @Test
    void aStreamThatStaysWithAClassIsAnsweredBetter() {
        TrainingData bursts = Drawn.bursts(3000, 3);
        NestedModel learned = new NestedMethod().learn(bursts, LEARNED, 1);
        double[] first = learned.states().get(0).blend().weight();
        assertTrue(first[1] > 0.4, "weight of the past " + first[1]);

        Selector selector = learned.selector(6);
        double withPast = play(selector, bursts, HELD_OUT)[0];
        Selector forgetful = new Forgetful(learned.selector(6));
        double without = play(forgetful, bursts, HELD_OUT)[0];
        assertTrue(withPast > without + 0.02, withPast + " with the past, " + without + " without");
    }

    @Test
    void whereTheStreamHasNoOrderThePastHasNextToNoWeight() {
        for (State s : MODEL.states()) {
            double[] w = s.blend().weight();
            assertEquals(0, w[w.length - 1], 0.2);
        }
    }

    @Test
    void aDialThatIsTurnedGivesWhatItsPlaceGives() {
        Selector turned = MODEL.selector(0);
        for (int place : new int[] {MODEL.settings().size() - 1, 5, 0}) {
            turned.turn(place);
            turned.restart();
            assertArrayEquals(
                    play(MODEL.selector(place), PLAIN, HELD_OUT), play(turned, PLAIN, HELD_OUT), "place " + place);
        }
    }

    @Test
    void withinADeadlineItOnlyAsksForWhatIsDoneInTime() {
        Selector selector = MODEL.selector(MODEL.settings().size() - 1);
        Replay replay = new Replay(PLAIN);
        for (int row : HELD_OUT) {
            Seen seen = replay.begin(row);
            double left = 3.5;
            seen.budget(left);
            for (int next = selector.next(seen); next >= 0; next = selector.next(seen)) {
                assertTrue(seen.millis(next) <= left);
                replay.run(next);
                left -= seen.millis(next);
                seen.budget(left);
            }
            assertTrue(seen.runs() > 0);
            selector.finish(seen);
        }
        Seen late = replay.begin(HELD_OUT[0]);
        late.budget(0.1);
        assertEquals(0, selector.next(late), "late is the caller's choice; then the fastest");
    }

    @Test
    void aFileGivesBackTheSameSelector() {
        Method.Learned read = NestedFile.read(new Fields(MODEL.json(), "test"), Drawn.candidates(4));

        assertEquals(MODEL.json(), read.json());
        assertEquals(MODEL.usual(), read.usual());
        for (int s = 0; s < MODEL.settings().size(); s += 5) {
            assertArrayEquals(play(MODEL.selector(s), PLAIN, HELD_OUT), play(read.selector(s), PLAIN, HELD_OUT));
        }
    }

    @Test
    void theSameSamplesTeachTheSame() {
        assertEquals(MODEL.json(), new NestedMethod().learn(PLAIN, LEARNED, 1).json());
    }

    @Test
    void decidingAllocatesNothing() {
        Selector selector = MODEL.selector(14);
        Replay replay = new Replay(PLAIN);
        for (int row : LEARNED) {
            replay.play(selector, row);
        }
        var threads = (com.sun.management.ThreadMXBean) ManagementFactory.getThreadMXBean();
        long id = Thread.currentThread().getId();
        threads.getThreadAllocatedBytes(id);
        long before = threads.getThreadAllocatedBytes(id);
        for (int row : HELD_OUT) {
            replay.play(selector, row);
        }
        long bytes = threads.getThreadAllocatedBytes(id) - before;
        assertTrue(bytes < HELD_OUT.length, bytes + " bytes for " + HELD_OUT.length + " samples");
    }

    @Test
    void samplesThatCanTeachNothingAreRefusedInALine() {
        int[] few = IntStream.range(0, 20).toArray();
        assertTrue(refusal(PLAIN, few).contains("at least 50 samples"));
        TrainingData same = Drawn.of(new double[] {1, 2}, 5, new int[100], 1);
        assertTrue(refusal(same, IntStream.range(0, 100).toArray()).contains("same label"));
        TrainingData broken = Drawn.plain(100, 1);
        float[][][] p = broken.samples().probability();
        assertFalse(p == null);
        if (p != null) {
            p[17][2][0] = Float.NaN;
        }
        String nan = refusal(broken, IntStream.range(0, 100).toArray());
        assertTrue(nan.contains("sample 17") && nan.contains("c2") && nan.contains("NaN"), nan);
    }

    private static String refusal(TrainingData data, int[] rows) {
        return String.valueOf(assertThrows(UserException.class, () -> new NestedMethod().learn(data, rows, 1))
                .getMessage());
    }

    @Test
    void aTableWithoutTheWholeSoftmaxTeachesToo() {
        SampleTable t = PLAIN.samples();
        SampleTable brief = new SampleTable(
                t.data(),
                t.candidates(),
                t.classes(),
                t.sample(),
                t.label(),
                t.answer(),
                t.confidence(),
                t.margin(),
                t.entropy(),
                t.millis());
        TrainingData data = new TrainingData(brief, null, 0, Map.of());
        NestedModel model = new NestedMethod().learn(data, LEARNED, 1);
        double[] usual = play(model.selector(model.usual()), data, HELD_OUT);
        assertTrue(usual[0] >= alone(PLAIN, 3, HELD_OUT) - 0.02, "accuracy " + usual[0]);
        assertTrue(usual[1] < 8, "takes " + usual[1]);
    }

    /** Forgets the stream before each input. */
    private record Forgetful(Selector of) implements Selector {
        @Override
        public String name() {
            return of.name();
        }

        @Override
        public java.util.List<io.dms.select.sample.Candidate> candidates() {
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
        public int answer(Seen seen) {
            return of.answer(seen);
        }

        @Override
        public void finish(Seen seen) {
            of.finish(seen);
            of.restart();
        }
    }
}
