package io.dms.model.onnx;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import io.dms.model.Graph;
import io.dms.model.Node;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestFactory;

/**
 * Published networks compute the same before and after import. Reads the folders {@code networks} and {@code ultraface}
 * of the data folder, and any other folder named by the system property {@code dms.models}.
 */
class RealModelsTest {
    @Test
    void dataAreThere() {
        assumeTrue(!models().isEmpty(), "no data: set DMS_DATA");
        assertThat(models()).allSatisfy(m -> assertThat(m).isRegularFile());
    }

    @TestFactory
    Stream<DynamicTest> computeTheSame() {
        return models().stream()
                .map(m -> DynamicTest.dynamicTest(m.getFileName().toString(), () -> check(m)));
    }

    private static void check(Path file) throws Exception {
        ImportedModel model = OnnxImporter.read(file);
        Graph graph = model.graph();
        for (Node n : graph.nodes()) {
            assertThat(Operators.isSupported(graph, n))
                    .as("%s is in canonical form or named as foreign", n)
                    .isEqualTo(!model.foreignNodes().contains(n.name()));
        }
        List<String> unknown = graph.nodes().stream()
                .flatMap(n -> n.outputs().stream())
                .filter(o -> graph.shapeOrNull(o) == null)
                .toList();
        if (model.foreignNodes().isEmpty()) {
            assertThat(unknown).as("tensors without a shape").isEmpty();
        }
        try (Ort original = Ort.of(file)) {
            double error = SameOutputs.check(original, model);
            Map<String, Integer> operators = new TreeMap<>();
            graph.nodes().forEach(n -> operators.merge(n.op(), 1, Integer::sum));
            System.out.printf(
                    "%-44s error %.1e  foreign %s  unknown shapes %s  %s%n",
                    file.getFileName(), error, model.foreignNodes(), unknown, operators);
        }
    }

    private static List<Path> models() {
        List<Path> folders = new ArrayList<>();
        String data = setting("dms.data", "DMS_DATA");
        if (data != null) {
            folders.add(Path.of(data, "networks"));
            folders.add(Path.of(data, "ultraface"));
        }
        String more = System.getProperty("dms.models");
        if (more != null && !more.isEmpty()) {
            folders.add(Path.of(more));
        }
        return folders.stream()
                .filter(Files::isDirectory)
                .flatMap(RealModelsTest::onnxFiles)
                .toList();
    }

    private static @Nullable String setting(String property, String variable) {
        String v = System.getProperty(property, System.getenv(variable));
        return v == null || v.isEmpty() ? null : v;
    }

    private static Stream<Path> onnxFiles(Path folder) {
        try (Stream<Path> files = Files.list(folder)) {
            return files.filter(f -> f.toString().endsWith(".onnx")).sorted().toList().stream();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
