package io.dms.backend.cudnn;

import static org.assertj.core.api.Assertions.assertThat;

import io.dms.testkit.PresetCalls;
import java.nio.file.Path;
import java.util.Objects;
import java.util.Set;
import org.junit.jupiter.api.Test;

class NativeFunctionsTest {
    @Test
    void theListHoldsExactlyTheNativeFunctionsThatAreCalled() throws Exception {
        Path list = Path.of(Objects.requireNonNull(CudnnBackend.class.getResource("native-functions.txt"))
                .toURI());
        PresetCalls calls = PresetCalls.ofModuleOf(CudnnBackend.class, Set.of());
        assertThat(calls.functions("org.bytedeco.cuda.")).isEqualTo(PresetCalls.listed(list));
    }
}
