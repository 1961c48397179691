package io.dms.testkit;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import com.sun.management.ThreadMXBean;
import io.dms.model.Graph;
import io.dms.model.GraphSplit;
import io.dms.model.Node;
import io.dms.model.ScalableModel;
import io.dms.model.Shape;
import io.dms.model.UserException;
import io.dms.model.WidthLevel;
import io.dms.runtime.Backend;
import io.dms.runtime.Session;
import io.dms.runtime.SessionOptions;
import io.dms.runtime.SessionOptions.WeightPolicy;
import java.lang.management.ManagementFactory;
import java.nio.FloatBuffer;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.OptionalLong;
import java.util.Random;
import java.util.Set;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.DynamicContainer;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestFactory;

/**
 * What every backend promises; a backend's test extends this class. Outputs are compared with {@link ReferenceBackend}
 * over the problem files (see {@link Problem}); a failure ends with the command that runs its problem alone.
 *
 * <p>To add a problem, add a line to a file under {@code problems/}; to add an operator, give {@link ReferenceBackend} a
 * kernel and the files a kind.
 */
public abstract class BackendCompatibilityKit {
    /** System property that leaves one problem only: a line of a problem file. */
    public static final String ONE_PROBLEM = "dms.problem";

    /** The backend under test. */
    protected abstract Backend backend();

    /** Operators that the backend may refuse; it must refuse every graph that has one of them, and no other. */
    protected Set<String> refusedOperators() {
        return Set.of();
    }

    /** How sessions are opened, batch aside. */
    protected SessionOptions options() {
        return SessionOptions.DEFAULT.withThreads(2);
    }

    /** How many times the tolerance for float32 sums the outputs may be off: 1 unless the arithmetic is coarser. */
    protected double toleranceFactor() {
        return 1;
    }

    /** Why steady calls may allocate on the Java heap, or null where they must not. */
    protected @Nullable String allocatesBecause() {
        return null;
    }

    /** Native bytes that the backend's open sessions own, counted exactly; empty where it can't tell. */
    protected OptionalLong nativeBytes() {
        return OptionalLong.empty();
    }

    /** Problem files to run; every one of them, except where the backend under test computes in plain Java. */
    protected List<String> files() {
        return ProblemFile.ALL;
    }

    // ---- outputs ----

    @TestFactory
    Stream<DynamicContainer> agreesWithTheReference() {
        String one = System.getProperty(ONE_PROBLEM);
        if (one != null) {
            return Stream.of(container("one", Problem.parse(one)));
        }
        return files().stream().map(file -> container(file, ProblemFile.load(file)));
    }

    private DynamicContainer container(String name, List<Problem> problems) {
        return DynamicContainer.dynamicContainer(
                name, problems.stream().map(p -> DynamicTest.dynamicTest(p.toString(), () -> check(p))));
    }

    private void check(Problem p) {
        ScalableModel model = ProblemGraphs.model(p);
        SessionOptions options = options().withBatch(p.batch());
        assumeTrue(runs(model, options, p), "refused as declared");
        List<float[]> inputs = TestData.inputs(model.graph(), p.batch(), new Random(p.seed()));
        try (Rig rig = new Rig(backend(), model, options)) {
            for (WidthLevel level : model.levels()) {
                Graph graph = model.graphAt(level);
                Map<String, float[]> want = ReferenceBackend.evaluate(graph, inputs, p.batch());
                List<float[]> got = rig.run(level, inputs);
                List<float[]> again = rig.run(level, inputs);
                for (int i = 0; i < got.size(); i++) {
                    String name = graph.outputs().get(i).name();
                    float[] w = Objects.requireNonNull(want.get(name));
                    double tolerance = toleranceFactor() * Comparison.tolerance(graph);
                    fail(p, level, Comparison.difference(name, got.get(i), w, tolerance));
                    fail(p, level, Comparison.bitDifference(name, again.get(i), got.get(i)));
                }
            }
        } catch (RuntimeException | AssertionError e) {
            String message = String.valueOf(e.getMessage());
            if (message.contains("repro: ")) {
                throw e;
            }
            throw new AssertionError(e.getClass().getSimpleName() + ": " + message + repro(p), e);
        }
    }

    private void fail(Problem p, WidthLevel level, @Nullable String difference) {
        if (difference != null) {
            throw new AssertionError("level " + level + ": " + difference + repro(p));
        }
    }

    private String repro(Problem p) {
        return "; seed " + p.seed() + "; repro: mvn test -Dtest=" + getClass().getSimpleName() + " -D" + ONE_PROBLEM
                + "=\"" + p + "\"";
    }

    /** False where the backend refuses the graph and may; fails where it refuses what it must run or the other way. */
    private boolean runs(ScalableModel model, SessionOptions options, Problem p) {
        List<String> refusals = backend().refusals(model.graph());
        boolean declared = model.graph().nodes().stream().map(Node::op).anyMatch(refusedOperators()::contains);
        assertThat(!refusals.isEmpty())
                .as("refused: %s, declared as refused: %s%s", refusals, declared, repro(p))
                .isEqualTo(declared);
        if (declared) {
            assertThatThrownBy(() -> backend().open(model, options).close()).isInstanceOf(UserException.class);
        }
        return !declared;
    }

    @Test
    void refusesAnUnknownOperatorBySayingSo() {
        Shape shape = Shape.of(Shape.BATCH, 4, 4, 4);
        Node node = new Node("strange", "Frobnicate", "com.example", List.of("x"), List.of("y"), Map.of());
        Graph graph = new Graph(
                "strange",
                List.of(new Graph.Value("x", shape)),
                List.of(new Graph.Value("y", shape)),
                List.of(node),
                Map.of(),
                Map.of("x", shape, "y", shape));
        assertThat(backend().refusals(graph)).anyMatch(s -> s.contains("Frobnicate"));
        assertThatThrownBy(() ->
                        backend().open(ScalableModel.plain(graph), options()).close())
                .isInstanceOf(UserException.class)
                .hasMessageContaining("Frobnicate");
    }

    /** As a selector reads what a classifier's last layer reads: from the run that gives the scores, at any level. */
    @Test
    void aTensorThatLaterLayersReadMayBeAnOutputToo() {
        ScalableModel model = ProblemGraphs.scalable(Networks.residual(3), 3);
        Graph whole = model.graph();
        List<float[]> inputs = TestData.inputs(whole, 1, new Random(7));
        for (String tensor : GraphSplit.boundaries(whole)) {
            List<Graph.Value> outputs = new ArrayList<>(whole.outputs());
            outputs.add(new Graph.Value(tensor, whole.shape(tensor)));
            Graph both = new Graph(
                    whole.name(), whole.inputs(), outputs, whole.nodes(), whole.initializers(), whole.shapes());
            ScalableModel more = new ScalableModel(model.name(), both, model.groups(), model.levels(), null, Map.of());
            try (Rig rig = new Rig(backend(), more, options())) {
                for (WidthLevel level : more.levels()) {
                    Graph graph = more.graphAt(level);
                    Map<String, float[]> want = ReferenceBackend.evaluate(graph, inputs, 1);
                    List<float[]> got = rig.run(level, inputs);
                    for (int i = 0; i < got.size(); i++) {
                        String name = graph.outputs().get(i).name();
                        float[] w = Objects.requireNonNull(want.get(name));
                        float[] kept = Arrays.copyOf(got.get(i), w.length);
                        double tolerance = toleranceFactor() * Comparison.tolerance(graph);
                        assertThat(Comparison.difference(name, kept, w, tolerance))
                                .as("output %s beside %s at level %s", name, tensor, level)
                                .isNull();
                    }
                }
            }
        }
    }

    // ---- levels ----

    private static ScalableModel model() {
        return ProblemGraphs.scalable(Networks.mobilenet(3), 3);
    }

    private List<float[]> fresh(ScalableModel model, WidthLevel level, List<float[]> inputs) {
        try (Rig rig = new Rig(backend(), model, options())) {
            return rig.run(level, inputs);
        }
    }

    /** Runs levels in random order and compares each output, bit by bit, with that of a fresh session. */
    private long switching(ScalableModel model, SessionOptions options, long most) {
        Random random = new Random(5);
        List<float[]> inputs = TestData.inputs(model.graph(), 1, random);
        List<WidthLevel> levels = new ArrayList<>(model.levels());
        levels.add(model.level(0.6));
        List<List<float[]>> want =
                levels.stream().map(l -> fresh(model, l, inputs)).toList();
        long largest = 0;
        try (Rig rig = new Rig(backend(), model, options)) {
            for (int i = 0; i < 60; i++) {
                int l = random.nextInt(levels.size());
                if (random.nextInt(4) == 0) {
                    rig.session.prepare(levels.get(random.nextInt(levels.size())));
                }
                float[] got = rig.run(levels.get(l), inputs).get(0);
                assertThat(Comparison.bitDifference("output", got, want.get(l).get(0)))
                        .as("call %d at level %s", i, levels.get(l))
                        .isNull();
                assertThat(rig.session.weightBytes())
                        .as("weights held after call %d", i)
                        .isLessThanOrEqualTo(most);
                largest = Math.max(largest, rig.session.weightBytes());
            }
        }
        return largest;
    }

    @Test
    void switchingLevelsInAnyOrderGivesWhatFreshSessionsGive() {
        ScalableModel model = model();
        long held = switching(model, options(), Long.MAX_VALUE);
        try (Session session = backend().open(model, options())) {
            long sum = 0;
            for (WidthLevel level : model.levels()) {
                session.prepare(level);
                sum += session.weightBytes(level);
            }
            WidthLevel between = model.level(0.6);
            session.prepare(between);
            sum += session.weightBytes(between);
            assertThat(held).isLessThanOrEqualTo(sum);
        }
    }

    @Test
    void theWeightBudgetIsKeptAndChangesNoOutput() {
        ScalableModel model = model();
        long full = fullWeightBytes(model);
        switching(model, options().withWeightBudgetBytes(full), full);
    }

    @Test
    void repackingKeepsOneBufferAndChangesNoOutput() {
        ScalableModel model = model();
        switching(model, options().withWeights(WeightPolicy.REPACK), fullWeightBytes(model) * 11 / 10);
    }

    private long fullWeightBytes(ScalableModel model) {
        try (Session session = backend().open(model, options())) {
            session.prepare(model.full());
            return session.weightBytes(model.full());
        }
    }

    @Test
    void refusesALevelOfAnotherModel() {
        try (Rig rig = new Rig(backend(), model(), options())) {
            WidthLevel foreign = new WidthLevel("foreign", 0.5, new int[] {1}, Map.of());
            assertThatThrownBy(() -> rig.call(foreign)).isInstanceOf(UserException.class);
            rig.call(rig.session.model().full());
        }
    }

    // ---- calls ----

    @Test
    void refusesBuffersThatDoNotFit() {
        ScalableModel model = model();
        int in = Rig.elements(model.graph().inputs().get(0), options());
        int out = Rig.elements(model.graph().outputs().get(0), options());
        WidthLevel level = model.full();
        try (Session s = backend().open(model, options())) {
            FloatBuffer x = Rig.direct(in);
            FloatBuffer y = Rig.direct(out);
            assertRefused(() -> s.run(level, FloatBuffer.allocate(in), y));
            assertRefused(() -> s.run(level, x, FloatBuffer.allocate(out)));
            assertRefused(() -> s.run(level, Rig.direct(in - 1), y));
            assertRefused(() -> s.run(level, x, Rig.direct(out - 1)));
            assertRefused(() -> s.run(level, new FloatBuffer[0], new FloatBuffer[] {y}));
            assertRefused(() -> s.run(level, new FloatBuffer[] {x, x}, new FloatBuffer[] {y}));
            assertRefused(() -> s.run(level, new FloatBuffer[] {x}, new FloatBuffer[0]));
            s.run(level, x, y);
        }
    }

    private static void assertRefused(Runnable call) {
        assertThatThrownBy(call::run).isInstanceOf(UserException.class);
    }

    @Test
    void readsAndWritesFromIndexZeroWhateverThePosition() {
        ScalableModel model = model();
        List<float[]> inputs = TestData.inputs(model.graph(), 1, new Random(1));
        try (Rig rig = new Rig(backend(), model, options())) {
            float[] want = rig.run(model.full(), inputs).get(0);
            rig.inputs[0].position(3);
            rig.outputs[0].position(2);
            float[] got = rig.run(model.full(), inputs).get(0);
            assertThat(got).isEqualTo(want);
            assertThat(rig.inputs[0].position()).isEqualTo(3);
            assertThat(rig.outputs[0].position()).isEqualTo(2);
        }
    }

    @Test
    void aClosedSessionSaysSo() {
        ScalableModel model = model();
        Rig rig = new Rig(backend(), model, options());
        rig.call(model.full());
        rig.close();
        rig.close();
        assertThatThrownBy(() -> rig.call(model.full())).isInstanceOf(IllegalStateException.class);
        assertThatThrownBy(() -> rig.session.prepare(model.full())).isInstanceOf(IllegalStateException.class);
    }

    @Test
    void tellsWhatItRuns() {
        ScalableModel model = model();
        try (Session s = backend().open(model, options().withBatch(3).withThreads(0))) {
            assertThat(s.model()).isSameAs(model);
            assertThat(s.options().batch()).isEqualTo(3);
            assertThat(s.options().threads()).isPositive();
        }
        assertThat(backend().describe()).startsWith(backend().name());
    }

    @Test
    void notANumberGoesInAndNothingBreaks() {
        ScalableModel model = model();
        List<float[]> inputs = TestData.inputs(model.graph(), 1, new Random(2));
        try (Rig rig = new Rig(backend(), model, options())) {
            for (WidthLevel level : model.levels()) {
                float[] want = rig.run(level, inputs).get(0);
                for (float bad : new float[] {
                    Float.NaN, Float.POSITIVE_INFINITY, Float.NEGATIVE_INFINITY, Float.MAX_VALUE, Float.MIN_VALUE
                }) {
                    float[] x = inputs.get(0).clone();
                    IntStream.range(0, x.length).filter(i -> i % 7 == 0).forEach(i -> x[i] = bad);
                    rig.run(level, List.of(x));
                }
                assertThat(rig.run(level, inputs).get(0))
                        .as("after bad input at level %s", level)
                        .isEqualTo(want);
            }
        }
    }

    @Test
    void aSecondThreadInASessionIsAnsweredRightOrRefused() throws InterruptedException {
        ScalableModel model = model();
        try (Rig rig = new Rig(backend(), model, options())) {
            rig.fill(TestData.inputs(model.graph(), 1, new Random(13)));
            List<FloatBuffer[]> expected = new ArrayList<>();
            for (WidthLevel level : model.levels()) {
                FloatBuffer[] outputs = Rig.outputs(model.graph(), options());
                rig.session.run(level, rig.inputs, outputs);
                expected.add(outputs);
            }
            OneSessionManyThreads threads = new OneSessionManyThreads(rig.session, rig.inputs, expected);
            assertThat(threads.call(60)).isEmpty();
            assertThat(threads.answered()).isPositive();
        }
    }

    @Test
    void sessionsInTwoThreadsDoNotDisturbEachOther() throws Exception {
        List<ScalableModel> models = List.of(model(), ProblemGraphs.scalable(Networks.residual(4), 4), model());
        ExecutorService pool = Executors.newFixedThreadPool(models.size());
        try {
            List<Future<@Nullable String>> results = new ArrayList<>();
            for (ScalableModel model : models) {
                List<float[]> inputs = TestData.inputs(model.graph(), 1, new Random(7));
                results.add(pool.submit(() -> repeat(model, inputs)));
            }
            for (Future<@Nullable String> result : results) {
                assertThat(result.get()).isNull();
            }
        } finally {
            pool.shutdownNow();
        }
    }

    private @Nullable String repeat(ScalableModel model, List<float[]> inputs) {
        String name = model.graph().outputs().get(0).name();
        try (Rig rig = new Rig(backend(), model, options())) {
            for (int i = 0; i < 20; i++) {
                WidthLevel level = model.levels().get(i % model.levels().size());
                Graph graph = model.graphAt(level);
                float[] want = Objects.requireNonNull(
                        ReferenceBackend.evaluate(graph, inputs, 1).get(name));
                double tolerance = toleranceFactor() * Comparison.tolerance(graph);
                String off = Comparison.difference(name, rig.run(level, inputs).get(0), want, tolerance);
                if (off != null) {
                    return model.name() + " call " + i + " level " + level + ": " + off;
                }
            }
        }
        return null;
    }

    // ---- memory ----

    @Test
    void aSteadyCallAllocatesNothingOnTheHeap() {
        assumeTrue(allocatesBecause() == null, () -> "may allocate: " + allocatesBecause());
        ScalableModel model = model();
        ThreadMXBean threads = (ThreadMXBean) ManagementFactory.getThreadMXBean();
        try (Rig rig = new Rig(backend(), model, options())) {
            WidthLevel[] levels = model.levels().toArray(new WidthLevel[0]);
            for (WidthLevel level : levels) {
                rig.session.prepare(level);
            }
            long[] allocated = new long[5];
            for (int round = 0; round < allocated.length; round++) {
                long before = threads.getCurrentThreadAllocatedBytes();
                for (int i = 0; i < 200; i++) {
                    rig.call(levels[i % levels.length]);
                    rig.session.run(levels[0], rig.inputs[0], rig.outputs[0]);
                }
                allocated[round] = threads.getCurrentThreadAllocatedBytes() - before;
            }
            // The first rounds load classes; a call that allocates does so in every round.
            assertThat(Arrays.stream(allocated).min().orElseThrow())
                    .as("bytes in 400 calls, round by round: %s", Arrays.toString(allocated))
                    .isZero();
        }
    }

    @Test
    void closedSessionsLeaveNoNativeMemoryBehind() {
        assumeTrue(nativeBytes().isPresent(), "the backend does not count its native bytes");
        ScalableModel model = model();
        List<float[]> inputs = TestData.inputs(model.graph(), 1, new Random(3));
        openAndClose(model, inputs);
        long before = nativeBytes().orElseThrow();
        for (int i = 0; i < 20; i++) {
            openAndClose(model, inputs);
        }
        assertThat(nativeBytes().orElseThrow()).isLessThanOrEqualTo(before);
    }

    private void openAndClose(ScalableModel model, List<float[]> inputs) {
        try (Rig rig = new Rig(backend(), model, options())) {
            model.levels().forEach(level -> rig.run(level, inputs));
        }
    }
}
