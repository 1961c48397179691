package io.dms.testkit;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.dms.model.Graph;
import io.dms.model.ScalableModel;
import io.dms.model.UserException;
import io.dms.model.onnx.OnnxWriter;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Random;
import java.util.Set;
import java.util.stream.Stream;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestFactory;

/** Problem lines mean what they say, and ONNX Runtime computes them alike, also as the product writes them. */
class ProblemsTest {
    @Test
    void aLineStandsForEveryCombinationOfItsValues() {
        List<Problem> all = Problem.parse("conv n1,3 c16 h8 k8,32 pads=0:1:1:0 act=Relu residual");
        assertThat(all)
                .extracting(Problem::toString)
                .containsExactly(
                        "conv n1 c16 h8 k8 pads=0:1:1:0 act=Relu residual",
                        "conv n1 c16 h8 k32 pads=0:1:1:0 act=Relu residual",
                        "conv n3 c16 h8 k8 pads=0:1:1:0 act=Relu residual",
                        "conv n3 c16 h8 k32 pads=0:1:1:0 act=Relu residual");
    }

    @Test
    void theTextOfAProblemIsALineThatGivesItAgain() {
        for (String file : ProblemFile.ALL) {
            for (Problem p : ProblemFile.load(file)) {
                assertThat(Problem.parse(p.toString())).hasToString("[" + p + "]");
            }
        }
    }

    @Test
    void commentsAndEmptyLinesAreNoProblems() {
        assertThat(Problem.parse("# conv n1")).isEmpty();
        assertThat(Problem.parse("   ")).isEmpty();
    }

    @Test
    void aLineThatMakesNoSenseIsNamed() {
        assertThatThrownBy(() -> Problem.parse("conv n1 n3"))
                .isInstanceOf(UserException.class)
                .hasMessageContaining("conv n1 n3");
        assertThatThrownBy(
                        () -> ProblemGraphs.model(Problem.parse("convolve n1").get(0)))
                .isInstanceOf(UserException.class)
                .hasMessageContaining("convolve n1");
    }

    @Test
    void theFilesHaveEveryOperator() {
        Set<String> seen = new HashSet<>();
        for (String file : ProblemFile.ALL) {
            for (Problem p : ProblemFile.load(file)) {
                if (p.batch() == 1 && p.number("h", 1) < 100) {
                    ProblemGraphs.model(p).graph().nodes().forEach(n -> seen.add(n.op()));
                }
            }
        }
        assertThat(seen).containsAll(ReferenceKernels.OPERATORS);
    }

    @TestFactory
    Stream<DynamicTest> onnxRuntimeAgrees() {
        return ProblemFile.ALL.stream()
                .map(file -> DynamicTest.dynamicTest(
                        file,
                        () -> ProblemFile.load(file).stream()
                                .filter(p -> p.batch() <= 3)
                                .forEach(ProblemsTest::check)));
    }

    private static void check(Problem p) {
        ScalableModel model = ProblemGraphs.model(p);
        Graph graph = model.graphAt(model.levels().get(model.levels().size() - 1));
        List<float[]> inputs = TestData.inputs(graph, p.batch(), new Random(p.seed()));
        Map<String, float[]> got = ReferenceBackend.evaluate(graph, inputs, p.batch());
        compare(p, graph, Ort.run(graph, inputs, p.batch()), got);
        byte[] written = OnnxWriter.toBytes(graph, Map.of(), Map.of());
        compare(p, graph, Ort.run(written, graph, inputs, p.batch()), got);
    }

    private static void compare(Problem p, Graph graph, Map<String, Nd> want, Map<String, float[]> got) {
        want.forEach((name, w) -> assertThat(Comparison.difference(
                        name, Objects.requireNonNull(got.get(name)), w.data, 2 * Comparison.tolerance(graph)))
                .as(p.toString())
                .isNull());
    }
}
