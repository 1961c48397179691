package io.dms.robotics;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import com.sun.management.ThreadMXBean;
import io.dms.control.Goal;
import io.dms.model.ModelDigest;
import io.dms.model.UserException;
import io.dms.runtime.SessionOptions;
import io.dms.select.Method;
import io.dms.select.Seen;
import io.dms.select.Selector;
import io.dms.select.sample.Candidate;
import java.lang.management.ManagementFactory;
import java.nio.FloatBuffer;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.Test;

class SelectingApplicationTest {
    private static final double[] SURE = {0, 0.3, 0.6, 2};

    private final Stub stub = new Stub();
    private final AtomicLong now = new AtomicLong();
    private final FloatBuffer input = Stub.input();

    /** The bundled levels, narrowest first, of 1, 2, 3 and 4 ms. */
    private static List<Candidate> candidates(String digest) {
        List<Candidate> list = new ArrayList<>();
        for (int l = 3; l >= 0; l--) {
            String level = Stub.MODEL.levels().get(l).name();
            list.add(new Candidate("r@" + level, "r", level, digest, "r", 4 - l, 1000));
        }
        return list;
    }

    /** Goes on to the next wider level until one is as sure as the setting asks: 0, 0.3, 0.6 and never. */
    private record Ladder(List<Candidate> candidates, double[] wanted) implements Selector {
        @Override
        public String name() {
            return "ladder";
        }

        @Override
        public boolean readsImage() {
            return false;
        }

        @Override
        public boolean readsEmbedding(int candidate) {
            return candidate == 0;
        }

        @Override
        public int next(Seen seen) {
            if (seen.runs() == 0) {
                return 0;
            }
            int wider = seen.last() + 1;
            boolean goesOn = wider < candidates.size() && seen.confidence(seen.last()) < wanted[0] && seen.open(wider);
            return goesOn ? wider : STOP;
        }

        @Override
        public void turn(int setting) {
            wanted[0] = SURE[setting];
        }
    }

    private static Method.Learned learned(String digest) {
        return new Method.Learned() {
            @Override
            public List<String> settings() {
                return List.of("0", "1", "2", "3");
            }

            @Override
            public Selector selector(int setting) {
                Ladder ladder = new Ladder(candidates(digest), new double[1]);
                ladder.turn(setting);
                return ladder;
            }

            @Override
            public Method.Expected expected(int setting) {
                return new Method.Expected(0.5 + 0.1 * setting, 1 + setting);
            }

            @Override
            public ObjectNode json() {
                return JsonNodeFactory.instance.objectNode();
            }
        };
    }

    private SelectingApplication open(String goal) {
        return new SelectingApplication(
                learned(ModelDigest.of(Stub.MODEL)),
                List.of(Stub.MODEL),
                stub,
                SessionOptions.DEFAULT,
                Goal.parse(goal),
                now::get);
    }

    /** Each level takes its time and gives class 3 a score. */
    private void answers(double score, double slower) {
        stub.atCall = (level, out) -> {
            for (int k = 0; k < 10; k++) {
                out.put(k, k == 3 ? (float) score : 0);
            }
            now.addAndGet((long) (slower * 4e6 * level.width()));
        };
    }

    @Test
    void anEasyFrameStaysNarrowAndAHardOneGetsWidth() {
        answers(9, 1);
        try (SelectingApplication app = open("none")) {
            Choice sure = app.infer(input, now.get());
            assertThat(sure.answer()).isEqualTo(3);
            assertThat(sure.runs()).isEqualTo(4); // the last setting goes on whatever it sees
        }
        try (SelectingApplication app = open("accuracy>=0.69")) {
            assertThat(app.infer(input, now.get()).runs()).isEqualTo(1);
            answers(0, 1);
            Choice hard = app.infer(input, now.get());
            assertThat(hard.runs()).isEqualTo(4);
            assertThat(hard.last()).isEqualTo(3);
            assertThat(hard.sureness()).isEqualTo(0.1, org.assertj.core.data.Offset.offset(1e-6));
        }
    }

    @Test
    void withinTheDeadlineThatIsLeftOnlyWhatIsDoneInTimeRuns() {
        answers(0, 1);
        try (SelectingApplication app = open("latency<=6ms")) {
            Choice all = app.infer(input, now.get());
            assertThat(all.runs()).isEqualTo(2); // 1 + 2 of 6 ms; 3 more and a reserve would be too much
            assertThat(all.missed()).isFalse();
            Choice late = app.infer(input, now.get() - 4_000_000);
            assertThat(late.runs()).isEqualTo(1);
            assertThat(late.missed()).isFalse();
            Choice tooLate = app.infer(input, now.get() - 9_000_000);
            assertThat(tooLate.runs()).isEqualTo(1);
            assertThat(tooLate.missed()).isTrue();
        }
    }

    @Test
    void underLoadFramesKeepTheirDeadlineByRunningLess() {
        answers(0, 1);
        try (SelectingApplication app = open("latency<=12ms")) {
            assertThat(app.infer(input, now.get()).runs()).isEqualTo(4);
            answers(0, 4);
            int missed = 0;
            for (int i = 0; i < 300; i++) {
                missed += app.infer(input, now.get()).missed() ? 1 : 0;
            }
            assertThat(missed).isLessThan(10);
            assertThat(app.infer(input, now.get()).runs()).isBetween(1, 2);
            answers(0, 1);
            for (int i = 0; i < 500; i++) {
                app.infer(input, now.get());
            }
            assertThat(app.infer(input, now.get()).runs()).isEqualTo(4);
        }
    }

    @Test
    void theDialFollowsTheFloorOnAverage() {
        FloorDial dial = new FloorDial(learned("x"), 0.65);
        assertThat(dial.setting()).isEqualTo(2);
        for (int i = 0; i < 40; i++) {
            dial.observe(0.5);
        }
        assertThat(dial.setting()).isEqualTo(3);
        for (int i = 0; i < 40; i++) {
            dial.observe(0.95);
        }
        assertThat(dial.setting()).isZero();
        FloorDial none = new FloorDial(learned("x"), null);
        none.observe(0);
        assertThat(none.setting()).isEqualTo(3);
    }

    @Test
    void aSelectorOfAnotherNetworkIsRefusedByItsCandidate() {
        assertThatThrownBy(() -> new SelectingApplication(
                        learned("another"), List.of(Stub.MODEL), stub, SessionOptions.DEFAULT, Goal.NONE))
                .isInstanceOf(UserException.class)
                .hasMessageContaining("r@0.25")
                .hasMessageContaining("none of the given models");
    }

    @Test
    void aCallAllocatesNothing() {
        stub.atCall = (level, out) -> now.addAndGet(1_000);
        try (SelectingApplication app = open("latency<=6ms accuracy>=0.69")) {
            for (int i = 0; i < 3000; i++) {
                app.infer(input, now.get());
                stub.ran.clear();
            }
            ThreadMXBean threads = (ThreadMXBean) ManagementFactory.getThreadMXBean();
            long id = Thread.currentThread().getId();
            threads.getThreadAllocatedBytes(id);
            long before = threads.getThreadAllocatedBytes(id);
            for (int i = 0; i < 1000; i++) {
                app.infer(input, now.get());
                stub.ran.clear();
            }
            long bytes = threads.getThreadAllocatedBytes(id) - before;
            assertThat(bytes).isLessThan(1000);
        }
    }
}
