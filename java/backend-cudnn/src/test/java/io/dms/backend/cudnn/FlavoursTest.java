package io.dms.backend.cudnn;

import static org.junit.jupiter.api.Assumptions.assumeTrue;

import io.dms.testkit.Flavours;
import io.dms.testkit.PresetCalls;
import java.nio.file.Files;
import java.nio.file.Path;
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

    /**
     * cuDNN's graph interface, of which only a probe makes use, and which says so where a preset has none; what a runtime
     * older than CUDA 11 has not and is not asked for.
     */
    private static final Map<String, Set<String>> LEFT_OUT = Map.of(
            "jetpack4", Set.of("CudnnGraph.class", "GraphAttributes.class", "BlasWorkspace.class"),
            "jetpack5", Set.of("CudnnGraph.class", "GraphAttributes.class"));

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
