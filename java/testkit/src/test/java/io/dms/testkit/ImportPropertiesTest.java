package io.dms.testkit;

import static org.assertj.core.api.Assertions.assertThat;

import io.dms.model.Graph;
import io.dms.model.ScalableModel;
import io.dms.model.WidthLevel;
import io.dms.model.onnx.ImportOptions;
import io.dms.model.onnx.ImportedModel;
import io.dms.model.onnx.OnnxImporter;
import io.dms.model.onnx.OnnxWriter;
import io.dms.model.onnx.ShapeInference;
import java.nio.ByteBuffer;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Random;
import java.util.stream.Stream;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestFactory;

/** What is written and read again computes the same, for every problem and generated network. */
class ImportPropertiesTest {
    private static final int SEEDS = 210;

    @TestFactory
    Stream<DynamicTest> aWrittenGraphReadsBackAndComputesTheSame() {
        return ProblemFile.ALL.stream()
                .map(file -> DynamicTest.dynamicTest(
                        file,
                        () -> ProblemFile.load(file).stream()
                                .filter(p -> p.batch() <= 3)
                                .forEach(p -> check(p, ProblemGraphs.model(p)))));
    }

    private static void check(Problem p, ScalableModel model) {
        Graph graph = model.graphAt(model.levels().get(model.levels().size() - 1));
        assertSame(p + " as the writer writes it", graph, OnnxWriter.toBytes(graph, Map.of(), Map.of()), p.batch());
        assertSame(p + " at a fixed batch", graph, OnnxBytes.of(graph, p.batch()), p.batch());
    }

    private static void assertSame(String what, Graph graph, byte[] file, int batch) {
        ImportedModel imported = OnnxImporter.read(ByteBuffer.wrap(file), what, ImportOptions.DEFAULT);
        assertThat(imported.foreignNodes()).as(what).isEmpty();
        List<float[]> inputs = TestData.inputs(graph, batch, new Random(batch));
        Map<String, float[]> want = ReferenceBackend.evaluate(graph, inputs, batch);
        Map<String, Nd> got = ReferenceBackend.tensors(imported.graph(), inputs, batch);
        for (Graph.Value v : graph.outputs()) {
            Nd mine = Objects.requireNonNull(got.get(v.name()), what);
            assertThat(Comparison.difference(
                            v.name(),
                            mine.data,
                            Objects.requireNonNull(want.get(v.name())),
                            Comparison.tolerance(graph)))
                    .as(what)
                    .isNull();
        }
        got.forEach((name, x) -> assertThat(
                        imported.graph().shape(name).withBatch(batch).dims())
                .as("%s: shape of %s", what, name)
                .isEqualTo(x.dims()));
    }

    @Test
    void inferredShapesAreThoseOfTheLevel() {
        for (int seed = 0; seed < SEEDS; seed++) {
            ScalableModel model = LevelPropertiesTest.model(seed);
            for (WidthLevel level : model.levels()) {
                Graph graph = model.graphAt(level);
                assertThat(ShapeInference.infer(graph).shapes())
                        .as("%s at %s", model.name(), level)
                        .containsAllEntriesOf(graph.shapes());
            }
        }
    }
}
