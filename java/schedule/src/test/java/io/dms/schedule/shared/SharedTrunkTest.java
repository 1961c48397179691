package io.dms.schedule.shared;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import io.dms.model.GraphSplit;
import io.dms.model.ScalableModel;
import io.dms.model.UserException;
import io.dms.model.WidthLevel;
import io.dms.runtime.BundledModels;
import io.dms.runtime.Session;
import io.dms.runtime.SessionOptions;
import io.dms.schedule.special.FeatureExtractor;
import io.dms.schedule.special.LinearHead;
import io.dms.testkit.ReferenceBackend;
import java.lang.management.ManagementFactory;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.FloatBuffer;
import java.util.HashMap;
import java.util.Map;
import java.util.Objects;
import java.util.Random;
import org.junit.jupiter.api.Test;

/** Several tasks on the trunk of the bundled network. */
class SharedTrunkTest {
    private static final ScalableModel WHOLE = BundledModels.resnet20Cifar10();
    private static final ScalableModel TRUNK =
            GraphSplit.at(WHOLE.graph(), GraphSplit.features(WHOLE.graph())).trunk(WHOLE);

    private static FloatBuffer frame(long seed) {
        FloatBuffer b = direct(3 * 32 * 32);
        Random random = new Random(seed);
        for (int i = 0; i < b.capacity(); i++) {
            b.put(i, (float) random.nextGaussian());
        }
        return b;
    }

    private static FloatBuffer direct(int floats) {
        return ByteBuffer.allocateDirect(4 * floats)
                .order(ByteOrder.nativeOrder())
                .asFloatBuffer();
    }

    private static Map<WidthLevel, LinearHead> heads(Session session, int rows, long seed) {
        Map<WidthLevel, LinearHead> out = new HashMap<>();
        Random random = new Random(seed);
        for (WidthLevel level : TRUNK.levels()) {
            int dims = FeatureExtractor.dims(session, level);
            float[] w = new float[rows * dims];
            for (int i = 0; i < w.length; i++) {
                w[i] = (float) random.nextGaussian();
            }
            int[] classes = new int[rows];
            for (int r = 0; r < rows; r++) {
                classes[r] = r;
            }
            out.put(level, new LinearHead(classes, dims, w, new float[rows]));
        }
        return out;
    }

    @Test
    void theTrunkRunsOncePerFrameHoweverManyTasksAsk() {
        try (Session session = new ReferenceBackend().open(TRUNK, SessionOptions.DEFAULT)) {
            SharedTrunk shared = new SharedTrunk(session, TRUNK.levels());
            int a = shared.add("a", heads(session, 3, 1));
            int b = shared.add("b", heads(session, 5, 2));
            for (int f = 0; f < 3; f++) {
                shared.next(frame(f));
                shared.scores(a);
                shared.scores(b);
                shared.classify(a);
            }
            assertThat(shared.trunkRuns()).isEqualTo(3);
            assertThat(shared.headBytes(b)).isLessThanOrEqualTo(64 * 1024);
            assertThat(shared.tasks()).containsExactly("a", "b");
        }
    }

    @Test
    void aLevelOfTheTrunkServesAllHeadsAndTheNetworksOwnHeadGivesItsOwnAnswers() {
        try (Session whole = new ReferenceBackend().open(WHOLE, SessionOptions.DEFAULT);
                Session session = new ReferenceBackend().open(TRUNK, SessionOptions.DEFAULT)) {
            SharedTrunk shared = new SharedTrunk(session, TRUNK.levels());
            Map<WidthLevel, LinearHead> own = new HashMap<>();
            GraphSplit split = GraphSplit.at(WHOLE.graph(), GraphSplit.features(WHOLE.graph()));
            ScalableModel rest = split.rest(WHOLE);
            for (int l = 0; l < TRUNK.levels().size(); l++) {
                var graph = rest.graphAt(rest.levels().get(l));
                var gemm = graph.nodes().get(graph.nodes().size() - 1);
                assertThat(gemm.op()).isEqualTo("Gemm");
                int dims = FeatureExtractor.dims(session, TRUNK.levels().get(l));
                float[] w =
                        Objects.requireNonNull(graph.initializer(gemm.input(1))).floats();
                float[] rows = new float[10 * dims];
                boolean transposed = gemm.intAttr("transB", 0) != 0;
                for (int r = 0; r < 10; r++) {
                    for (int i = 0; i < dims; i++) {
                        rows[r * dims + i] = transposed ? w[r * dims + i] : w[i * 10 + r];
                    }
                }
                int[] classes = {0, 1, 2, 3, 4, 5, 6, 7, 8, 9};
                float[] bias =
                        Objects.requireNonNull(graph.initializer(gemm.input(2))).floats();
                own.put(TRUNK.levels().get(l), new LinearHead(classes, dims, rows, bias));
            }
            int task = shared.add("own", own);
            FloatBuffer out = direct(10);
            FloatBuffer in = frame(5);
            shared.next(in);
            for (int l = 0; l < TRUNK.levels().size(); l++) {
                shared.level(TRUNK.levels().get(l));
                FloatBuffer scores = shared.scores(task);
                whole.run(WHOLE.levels().get(l), in, out);
                for (int c = 0; c < 10; c++) {
                    assertThat(scores.get(c)).isCloseTo(out.get(c), within(1e-3f));
                }
            }
            assertThat(shared.trunkRuns()).isEqualTo(TRUNK.levels().size());
        }
    }

    @Test
    void anExtraHeadAllocatesNothingPerFrame() {
        try (Session session = new ReferenceBackend().open(TRUNK, SessionOptions.DEFAULT)) {
            SharedTrunk shared = new SharedTrunk(session, TRUNK.levels());
            int a = shared.add("a", heads(session, 3, 1));
            int b = shared.add("b", heads(session, 5, 2));
            shared.next(frame(1));
            shared.scores(a);
            shared.scores(b);
            var threads = (com.sun.management.ThreadMXBean) ManagementFactory.getThreadMXBean();
            long before = threads.getCurrentThreadAllocatedBytes();
            for (int i = 0; i < 1000; i++) {
                shared.classify(a);
                shared.classify(b);
            }
            assertThat(threads.getCurrentThreadAllocatedBytes() - before).isLessThan(500);
        }
    }

    @Test
    void whatDoesNotFitIsRefused() {
        try (Session session = new ReferenceBackend().open(TRUNK, SessionOptions.DEFAULT)) {
            SharedTrunk shared = new SharedTrunk(session, TRUNK.levels());
            assertThatThrownBy(() -> shared.add("none", Map.of()))
                    .isInstanceOf(UserException.class)
                    .hasMessageContaining("needs a head of 64 features");
            Map<WidthLevel, LinearHead> wrong = new HashMap<>(heads(session, 3, 1));
            wrong.put(TRUNK.levels().get(1), wrong.get(TRUNK.levels().get(0)));
            assertThatThrownBy(() -> shared.add("wide", wrong))
                    .isInstanceOf(UserException.class)
                    .hasMessageContaining("not of 64");
            assertThatThrownBy(() -> shared.level(WHOLE.level(0.3))).isInstanceOf(UserException.class);
            Router router = new Router();
            assertThatThrownBy(() -> router.add("a", "b", (in, out) -> {}, 1))
                    .isInstanceOf(UserException.class)
                    .hasMessageContaining("b");
            int a = router.add("a", null, (in, out) -> {}, 1);
            assertThatThrownBy(() -> router.add("a", null, (in, out) -> {}, 1)).isInstanceOf(UserException.class);
            assertThatThrownBy(() -> router.run(a)).isInstanceOf(IllegalStateException.class);
        }
    }
}
