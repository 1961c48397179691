package io.dms.testkit;

import static org.assertj.core.api.Assertions.assertThat;

import io.dms.model.Affine;
import io.dms.model.AxisCut;
import io.dms.model.ChannelGroup;
import io.dms.model.ChannelGroups;
import io.dms.model.ChannelOrder;
import io.dms.model.Graph;
import io.dms.model.GroupAnalysis;
import io.dms.model.LevelExport;
import io.dms.model.ModelCosts;
import io.dms.model.Node;
import io.dms.model.ScalableModel;
import io.dms.model.ScalableModelFile;
import io.dms.model.Tensor;
import io.dms.model.WidthLevel;
import io.dms.model.WidthLevels;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Random;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** What groups, orders and levels promise, held by generated networks of every kind. */
class LevelPropertiesTest {
    private static final int SEEDS = 210;
    private static final int BATCH = 2;

    @Test
    void anyOrderOfTheFreeGroupsLeavesTheOutputsUnchanged() {
        for (int seed = 0; seed < SEEDS; seed++) {
            Graph graph = Networks.any(seed);
            Random random = new Random(seed);
            Graph ordered = ordered(graph, GroupAnalysis.analyze(graph), random);
            List<float[]> inputs = TestData.inputs(graph, BATCH, random);
            assertSameOutputs("order of " + graph.name(), ordered, graph, inputs);
        }
    }

    @Test
    void aLevelIsTheFullNetworkWithTheCutChannelsForcedToZero() {
        for (int seed = 0; seed < SEEDS; seed++) {
            ScalableModel model = model(seed);
            List<float[]> inputs = TestData.inputs(model.graph(), BATCH, new Random(seed));
            for (WidthLevel level : model.levels()) {
                Graph cut = model.graphAt(level);
                Map<String, Nd> masked = masked(model.graph(), model.groups(), level, inputs);
                Map<String, Nd> got = ReferenceBackend.tensors(cut, inputs, BATCH);
                masked.forEach((tensor, x) -> {
                    Nd want = kept(tensor, x, model.groups(), level);
                    Nd mine = Objects.requireNonNull(got.get(tensor));
                    String what = model.name() + " level " + level + " tensor " + tensor;
                    assertThat(mine.dims()).as(what).isEqualTo(want.dims());
                    assertThat(mine.dims())
                            .as("declared shape: %s", what)
                            .isEqualTo(cut.shape(tensor).withBatch(BATCH).dims());
                    assertThat(TestData.relativeError(mine.data, want.data))
                            .as(what)
                            .isLessThan(1e-4);
                });
            }
        }
    }

    @Test
    void theExportOfALevelComputesWhatTheLevelComputes() {
        for (int seed = 0; seed < SEEDS; seed++) {
            ScalableModel model = model(seed);
            List<float[]> inputs = TestData.inputs(model.graph(), BATCH, new Random(seed));
            for (WidthLevel plain : model.levels()) {
                WidthLevel level = normalized(model, plain, new Random(seed));
                Graph export = LevelExport.graph(model, level);
                assertSameOutputs(model.name() + " level " + level, export, model.graphAt(level), inputs);
                assertThat(export.initializers().values()).noneMatch(Tensor::isView);
            }
        }
    }

    @ParameterizedTest
    @ValueSource(doubles = {0.75, 0.5, 0.25})
    void onnxRuntimeRunsTheExportOfALevel(double width) {
        for (int seed = 0; seed < SEEDS / 4; seed++) {
            ScalableModel model = model(seed);
            WidthLevel level = model.level(width);
            List<float[]> inputs = TestData.inputs(model.graph(), BATCH, new Random(seed));
            Map<String, Nd> want = ReferenceBackend.tensors(model.graphAt(level), inputs, BATCH);
            Ort.run(LevelExport.graph(model, level), inputs, BATCH)
                    .forEach((name, got) -> assertThat(
                                    TestData.relativeError(got.data, Objects.requireNonNull(want.get(name)).data))
                            .as("%s %s", model.name(), name)
                            .isLessThan(1e-4));
        }
    }

    @Test
    void aModelThatWasWrittenAndReadGivesTheSameOutputsAtEveryLevel(@TempDir Path folder) throws IOException {
        for (int seed = 0; seed < SEEDS / 3; seed++) {
            ScalableModel plain = model(seed);
            Random random = new Random(seed);
            ScalableModel model = new ScalableModel(
                    plain.name(),
                    ordered(plain.graph(), plain.groups(), random),
                    plain.groups(),
                    plain.levels().stream()
                            .map(l -> normalized(plain, l, random))
                            .toList(),
                    null,
                    Map.of("source", "seed " + seed));
            Path file = folder.resolve(seed + ".dms.onnx");
            ScalableModelFile.write(model, file);
            ScalableModel read = ScalableModelFile.read(file);
            List<float[]> inputs = TestData.inputs(model.graph(), BATCH, random);
            assertThat(read.provenance()).isEqualTo(model.provenance());
            assertThat(read.levels()).hasSameSizeAs(model.levels());
            for (int l = 0; l < read.levels().size(); l++) {
                assertThat(read.levels().get(l))
                        .hasToString(model.levels().get(l).toString());
                assertSameOutputs(
                        model.name() + " level " + model.levels().get(l),
                        read.graphAt(read.levels().get(l)),
                        model.graphAt(model.levels().get(l)),
                        inputs);
            }
            Map<String, Nd> whole = ReferenceBackend.tensors(model.graph(), inputs, BATCH);
            Ort.run(Files.readAllBytes(file), model.graph(), inputs, BATCH)
                    .forEach((name, x) -> assertThat(
                                    TestData.relativeError(x.data, Objects.requireNonNull(whole.get(name)).data))
                            .as("%s in ONNX Runtime, output %s", model.name(), name)
                            .isLessThan(1e-4));
        }
    }

    @Test
    void levelsAreNestedAndNarrowerLevelsCostLess() {
        for (int seed = 0; seed < SEEDS; seed++) {
            ScalableModel model = model(seed);
            WidthLevels.checkNested(model.groups(), model.levels());
            Graph wider = model.graphAt(model.full());
            for (WidthLevel level : model.levels().subList(1, model.levels().size())) {
                Graph cut = model.graphAt(level);
                assertThat(ModelCosts.macs(cut)).isLessThanOrEqualTo(ModelCosts.macs(wider));
                cut.initializers()
                        .forEach((name, t) -> assertThat(t.base())
                                .as("%s of %s is a view of the full-width weights", name, model.name())
                                .isSameAs(model.graph().initializer(name)));
                wider = cut;
            }
            assertThat(ModelCosts.macs(wider))
                    .as("%s at its narrowest", model.name())
                    .isLessThan((long) (0.9 * ModelCosts.macs(model.graph())));
        }
    }

    @Test
    void networkInputsAndOutputsAreNeverTouched() {
        for (int seed = 0; seed < SEEDS; seed++) {
            ScalableModel model = model(seed);
            for (WidthLevel level : model.levels()) {
                Graph cut = model.graphAt(level);
                assertThat(cut.inputs()).isEqualTo(model.graph().inputs());
                assertThat(cut.outputs()).isEqualTo(model.graph().outputs());
            }
            List<Graph.Value> ends = new ArrayList<>(model.graph().inputs());
            ends.addAll(model.graph().outputs());
            for (Graph.Value v : ends) {
                model.groups()
                        .axes()
                        .getOrDefault(v.name(), Map.of())
                        .forEach((axis, segments) -> segments.forEach(s -> assertThat(
                                        model.groups().groups().get(s.group()).frozen())
                                .as("%s %s axis %d", model.name(), v.name(), axis)
                                .isTrue()));
            }
        }
    }

    /** An ordered network with uniform levels and one whose groups each keep a share of their own. */
    static ScalableModel model(int seed) {
        Random random = new Random(seed + 1000L);
        Graph graph = Networks.any(seed);
        ChannelGroups groups = GroupAnalysis.analyze(graph);
        List<WidthLevel> levels = new ArrayList<>();
        for (double width : new double[] {1, 0.75, 0.5}) {
            levels.add(WidthLevels.uniform(groups, width));
        }
        int[] counts = levels.get(2).counts();
        for (int g = 0; g < counts.length; g++) {
            counts[g] = groups.groups().get(g).frozen() ? counts[g] : 1 + random.nextInt(counts[g]);
        }
        levels.add(new WidthLevel("odd", 0.3, counts, Map.of()));
        return new ScalableModel(graph.name(), graph, groups, levels, null, Map.of());
    }

    private static Graph ordered(Graph graph, ChannelGroups groups, Random random) {
        int[][] permutations = new int[groups.groups().size()][];
        boolean moved = false;
        for (int g = 0; g < permutations.length; g++) {
            ChannelGroup group = groups.groups().get(g);
            Integer[] p = IntStream.range(0, group.size()).boxed().toArray(Integer[]::new);
            if (!group.frozen()) {
                Collections.shuffle(Arrays.asList(p), random);
                moved = true;
            }
            permutations[g] = Arrays.stream(p).mapToInt(i -> i).toArray();
        }
        assertThat(moved).as("%s has a free group", graph.name()).isTrue();
        return ChannelOrder.apply(graph, groups, permutations);
    }

    /** The level with a random scale and shift at every site. */
    private static WidthLevel normalized(ScalableModel model, WidthLevel level, Random random) {
        Graph cut = model.graphAt(level);
        Map<String, Affine> affines = new LinkedHashMap<>();
        for (Node node : cut.nodes()) {
            boolean linear = node.is("Conv") || node.is("ConvTranspose") || node.is("Gemm");
            boolean followed = cut.consumers(node.output()).stream().anyMatch(n -> n.is("BatchNormalization"));
            if (node.is("BatchNormalization") || (linear && !followed)) {
                float[] scale = new float[cut.shape(node.output()).dim(1)];
                float[] shift = new float[scale.length];
                for (int c = 0; c < scale.length; c++) {
                    scale[c] = 0.5f + random.nextFloat();
                    shift[c] = random.nextFloat() - 0.5f;
                }
                affines.put(node.name(), new Affine(scale, shift));
            }
        }
        return level.withNormalization(affines);
    }

    /** Evaluates the full network, and after every node forces to zero what the level cuts. */
    private static Map<String, Nd> masked(Graph graph, ChannelGroups groups, WidthLevel level, List<float[]> inputs) {
        Map<String, Nd> known = new LinkedHashMap<>();
        for (int i = 0; i < inputs.size(); i++) {
            Graph.Value v = graph.inputs().get(i);
            known.put(v.name(), new Nd(v.shape().withBatch(BATCH).dims(), inputs.get(i)));
        }
        Map<String, Nd> constants = new LinkedHashMap<>();
        graph.initializers().forEach((n, t) -> constants.put(n, new Nd(t.shape().dims(), t.floats())));
        for (Node node : graph.nodes()) {
            Nd[] in = node.inputs().stream()
                    .map(n -> known.getOrDefault(n, constants.get(n)))
                    .toArray(Nd[]::new);
            List<Nd> out = ReferenceKernels.evaluate(node, in);
            for (int i = 0; i < out.size(); i++) {
                String tensor = node.outputs().get(i);
                known.put(tensor, zeroed(tensor, out.get(i), groups, level));
            }
        }
        return known;
    }

    private static Nd zeroed(String tensor, Nd x, ChannelGroups groups, WidthLevel level) {
        Nd y = new Nd(x.dims(), x.data.clone());
        for (int axis : groups.axes().getOrDefault(tensor, Map.of()).keySet()) {
            AxisCut cut = groups.cut(tensor, axis, x.dim(axis), level.counts());
            boolean[] keep = new boolean[x.dim(axis)];
            Arrays.stream(cut.indices()).forEach(i -> keep[i] = true);
            int inner = x.elements(axis + 1, x.rank());
            for (int i = 0; i < y.data.length; i++) {
                y.data[i] = keep[i / inner % keep.length] ? y.data[i] : 0;
            }
        }
        return y;
    }

    private static Nd kept(String tensor, Nd x, ChannelGroups groups, WidthLevel level) {
        Nd y = x;
        for (int axis : groups.axes().getOrDefault(tensor, Map.of()).keySet()) {
            int[] indices =
                    groups.cut(tensor, axis, x.dim(axis), level.counts()).indices();
            int[] dims = y.dims();
            dims[axis] = indices.length;
            Nd to = Nd.zeros(dims);
            int inner = y.elements(axis + 1, y.rank());
            for (int o = 0; o < y.elements(0, axis); o++) {
                for (int i = 0; i < indices.length; i++) {
                    System.arraycopy(
                            y.data,
                            (o * y.dim(axis) + indices[i]) * inner,
                            to.data,
                            (o * indices.length + i) * inner,
                            inner);
                }
            }
            y = to;
        }
        return y;
    }

    private static void assertSameOutputs(String what, Graph got, Graph want, List<float[]> inputs) {
        Map<String, float[]> a = ReferenceBackend.evaluate(got, inputs, BATCH);
        Map<String, float[]> b = ReferenceBackend.evaluate(want, inputs, BATCH);
        assertThat(got.outputs()).as(what).isEqualTo(want.outputs());
        for (Graph.Value v : want.outputs()) {
            assertThat(TestData.relativeError(
                            Objects.requireNonNull(a.get(v.name())), Objects.requireNonNull(b.get(v.name()))))
                    .as("%s output %s", what, v.name())
                    .isLessThan(1e-4);
        }
    }
}
