package io.dms.cuda;

import static org.assertj.core.api.Assertions.assertThat;

import io.dms.testkit.Flavours;
import io.dms.testkit.PresetCalls;
import io.dms.testkit.PresetJars;
import java.io.IOException;
import java.net.URISyntaxException;
import java.nio.file.Path;
import java.util.List;
import java.util.Objects;
import java.util.Set;
import java.util.stream.Stream;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestFactory;

/** What is called of CUDA's runtime is in every generation's presets, with the very signature. */
class FlavoursTest {
    private static PresetCalls ours() throws IOException, URISyntaxException {
        return PresetCalls.ofModuleOf(CudaDevice.class, Set.of());
    }

    @TestFactory
    Stream<DynamicTest> everyFlavourHasWhatIsCalled() {
        return Flavours.CUDA.eachHas(f -> ours(), 0);
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
