package io.dms.backend.cudnn;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import io.dms.testkit.Flavours;
import io.dms.testkit.PresetCalls;
import io.dms.testkit.PresetJars;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.Stream;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.TestFactory;

/** One source runs on the presets of every CUDA generation and of every oneDNN. */
class FlavoursTest {
    private static final Flavours CPU = new Flavours(Map.of(
            "jetpack4", List.of("dnnl-3.1-1.5.9.jar", "javacpp-1.5.11.jar"),
            "jetpack5 and 6", List.of("dnnl-3.6.1-1.5.11.jar", "javacpp-1.5.11.jar"),
            "cuda13", List.of("dnnl-3.11-1.5.13.jar", "javacpp-1.5.13.jar")));

    /** Where cuDNN's graph interface is called; a backend on a preset that has none asks for no plans, and the probe says so. */
    private static final Set<String> GRAPHS = Set.of(
            "CudnnGraph.class",
            "GraphAttributes.class",
            "Engines.class",
            "FusionGraph.class",
            "GraphWays.class",
            "PresetPlans.class",
            "PresetPlans$Planned.class");

    /** Where cuBLASLt is called. */
    private static final Set<String> MATMULS =
            Set.of("MatmulDescriptors.class", "PresetMatmuls.class", "PresetMatmuls$Planned.class");

    /**
     * cuDNN's graph interface; what a runtime
     * older than CUDA 11 has not and is not asked for.
     */
    private static final Map<String, Set<String>> LEFT_OUT =
            Map.of("jetpack4", and(MATMULS, "BlasWorkspace.class"), "jetpack5", GRAPHS);

    private static Set<String> and(Set<String> others, String more) {
        Set<String> all = new HashSet<>(GRAPHS);
        all.addAll(others);
        all.add(more);
        return all;
    }

    /** What is left out is missing there, all of it, and nowhere else: so the first call tells, and none is made later. */
    @TestFactory
    Stream<DynamicTest> theGraphInterfaceIsWholeOrAbsent() {
        return Flavours.CUDA.each((flavour, jars) -> {
            boolean old = LEFT_OUT.containsKey(flavour);
            assertThat(missing(jars, "/global/cudnn.cudnnBackend")).hasSize(old ? 6 : 0);
        });
    }

    @TestFactory
    Stream<DynamicTest> cublasLtIsWholeOrAbsent() {
        return Flavours.CUDA.each((flavour, jars) ->
                assertThat(missing(jars, "/global/cublas.cublasLt")).hasSize(flavour.equals("jetpack4") ? 15 : 0));
    }

    private static List<String> missing(List<String> jars, String ours) throws Exception {
        return PresetCalls.ofModuleOf(CudnnBackend.class, Set.of()).missing(PresetJars.read(jars)).stream()
                .filter(m -> m.contains(ours))
                .map(m -> m.substring(0, m.indexOf(" in ")))
                .distinct()
                .toList();
    }

    @TestFactory
    Stream<DynamicTest> everyFlavourHasWhatTheBackendCalls() {
        return Flavours.CUDA.eachHas(
                f -> PresetCalls.ofModuleOf(CudnnBackend.class, LEFT_OUT.getOrDefault(f, Set.of())), 20);
    }

    @TestFactory
    Stream<DynamicTest> everyFlavourHasWhatTheCpuBackendCalls() {
        Path classes = Path.of("..", "backend-cpu", "target", "classes");
        return CPU.eachHas(
                f -> {
                    assumeTrue(Files.isDirectory(classes), () -> "not built here: " + classes);
                    return PresetCalls.in(classes, Set.of());
                },
                20);
    }
}
