package io.dms.cuda;

import static org.assertj.core.api.Assertions.assertThat;

import io.dms.testkit.PresetCalls;
import io.dms.testkit.PresetJars;
import java.io.IOException;
import java.net.URISyntaxException;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.stream.Stream;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestFactory;

/** What is called of CUDA's runtime is in every generation's presets, with the very signature. */
class FlavoursTest {
    /** Maven profile, then the jars of its flavour. */
    private static final Map<String, List<String>> FLAVOURS = Map.of(
            "jetpack4", List.of("cuda-10.2-8.2-1.5.6.jar", "javacpp-1.5.11.jar"),
            "jetpack5", List.of("cuda-11.4-8.2-1.5.6.jar", "javacpp-1.5.11.jar"),
            "jetpack6", List.of("cuda-12.6-9.5-1.5.11.jar", "javacpp-1.5.11.jar"),
            "cuda13", List.of("cuda-13.1-9.19-1.5.13.jar", "javacpp-1.5.13.jar"));

    private static PresetCalls ours() throws IOException, URISyntaxException {
        return PresetCalls.ofModuleOf(CudaDevice.class, Set.of());
    }

    @TestFactory
    Stream<DynamicTest> everyFlavourHasWhatIsCalled() {
        return FLAVOURS.keySet().stream()
                .sorted()
                .map(f -> DynamicTest.dynamicTest(f, () -> {
                    List<String> jars = Objects.requireNonNull(FLAVOURS.get(f));
                    assertThat(ours().missing(PresetJars.read(jars)))
                            .as("called, and not in %s", jars)
                            .isEmpty();
                }));
    }

    @Test
    void aMethodThatIsNotThereIsNoticed() throws IOException {
        PresetJars there = PresetJars.read(List.of("cuda-13.1-9.19-1.5.13.jar"));
        String owner = "org/bytedeco/cuda/global/cudart";
        assertThat(there.declares(owner, "cudaMalloc(Lorg/bytedeco/javacpp/Pointer;J)I"))
                .isTrue();
        assertThat(there.declares(owner, "cudaMalloc(Lorg/bytedeco/javacpp/Pointer;I)I"))
                .isFalse();
        assertThat(there.declares("org/bytedeco/cuda/global/nothing", "f()V")).isFalse();
    }

    @Test
    void theListHoldsExactlyTheNativeFunctionsThatAreCalled() throws Exception {
        Path list = Path.of(Objects.requireNonNull(CudaDevice.class.getResource("native-functions.txt"))
                .toURI());
        assertThat(ours().functions("org.bytedeco.cuda.")).isEqualTo(PresetCalls.listed(list));
    }
}
