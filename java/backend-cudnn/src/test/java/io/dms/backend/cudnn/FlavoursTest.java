package io.dms.backend.cudnn;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import io.dms.testkit.PresetCalls;
import io.dms.testkit.PresetJars;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.stream.Stream;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.TestFactory;

/**
 * One source runs on the presets of every CUDA generation: each method that our classes call exists in each flavour's
 * jars with the very signature. Javac binds a call to a signature, so a preset that widened an {@code int} would fail
 * on the board alone, at the first call.
 */
class FlavoursTest {
    /** Maven profile, then the jars of its flavour. */
    private static final Map<String, List<String>> FLAVOURS = Map.of(
            "jetpack4", List.of("cuda-10.2-8.2-1.5.6.jar", "javacpp-1.5.11.jar"),
            "jetpack5", List.of("cuda-11.4-8.2-1.5.6.jar", "javacpp-1.5.11.jar"),
            "jetpack6", List.of("cuda-12.6-9.5-1.5.11.jar", "javacpp-1.5.11.jar"),
            "cuda13", List.of("cuda-13.1-9.19-1.5.13.jar", "javacpp-1.5.13.jar"));

    private static final Map<String, List<String>> CPU_FLAVOURS = Map.of(
            "jetpack4", List.of("dnnl-3.1-1.5.9.jar", "javacpp-1.5.11.jar"),
            "jetpack5 and 6", List.of("dnnl-3.6.1-1.5.11.jar", "javacpp-1.5.11.jar"),
            "cuda13", List.of("dnnl-3.11-1.5.13.jar", "javacpp-1.5.13.jar"));

    /**
     * cuDNN's graph interface, of which only a probe makes use, and which says so where a preset has none; what a runtime
     * older than CUDA 11 has not and is not asked for.
     */
    private static final Map<String, Set<String>> LEFT_OUT = Map.of(
            "jetpack4", Set.of("CudnnGraph.class", "BlasWorkspace.class"), "jetpack5", Set.of("CudnnGraph.class"));

    @TestFactory
    Stream<DynamicTest> everyFlavourHasWhatTheBackendCalls() {
        return tests(FLAVOURS, f -> PresetCalls.ofModuleOf(CudnnBackend.class, LEFT_OUT.getOrDefault(f, Set.of())));
    }

    @TestFactory
    Stream<DynamicTest> everyFlavourHasWhatTheCpuBackendCalls() {
        Path classes = Path.of("..", "backend-cpu", "target", "classes");
        return tests(CPU_FLAVOURS, f -> {
            assumeTrue(Files.isDirectory(classes), () -> "not built here: " + classes);
            return PresetCalls.in(classes, Set.of());
        });
    }

    /** What is held to a flavour. */
    private interface Calls {
        PresetCalls of(String flavour) throws Exception;
    }

    private static Stream<DynamicTest> tests(Map<String, List<String>> flavours, Calls calls) {
        return flavours.keySet().stream()
                .sorted()
                .map(f -> DynamicTest.dynamicTest(f, () -> {
                    List<String> jars = Objects.requireNonNull(flavours.get(f));
                    PresetCalls ours = calls.of(f);
                    assertThat(ours.missing(PresetJars.read(jars)))
                            .as("called, and not in %s", jars)
                            .isEmpty();
                    assertThat(ours.all()).hasSizeGreaterThan(20);
                }));
    }
}
