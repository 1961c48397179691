package io.dms.backend.tensorrt;

import static org.assertj.core.api.Assertions.assertThat;

import io.dms.runtime.SessionOptions;
import io.dms.runtime.SessionOptions.Launch;
import java.util.List;
import org.junit.jupiter.api.Test;

/** The order of calls that each generation's reference asks for. */
class CallOrderTest {
    private static List<String> callsOf(FakeHardware h) {
        try (TensorRtSession s =
                Fixtures.open(h, SessionOptions.DEFAULT.withBatch(2).withLaunch(Launch.REBIND))) {
            Fixtures.error(s, s.model().levels().get(0), 1);
        }
        return h.nv.calls;
    }

    private static final List<String> BUILD = List.of("builder", "parse", "build", "context");

    /** Looks at the engine, then gives back in the reverse order. */
    private static final List<String> GIVEN_BACK = List.of(
            "free CONTEXT",
            "free ENGINE",
            "free RUNTIME",
            "free PLAN",
            "free TIMING_CACHE",
            "free PARSER",
            "free CONFIG",
            "free NETWORK",
            "free BUILDER");

    private static final List<String> CLOSED = List.of("free CONTEXT", "free ENGINE", "free RUNTIME");

    private static List<String> all(List<List<String>> parts) {
        return parts.stream().flatMap(List::stream).toList();
    }

    @Test
    void eightSetsScratchMemoryThenShapesThenOneListOfAddresses() {
        List<String> call = List.of("context", "memory", "shape", "addresses", "enqueue", "enqueue");
        assertThat(callsOf(FakeHardware.eight())).isEqualTo(all(List.of(BUILD, GIVEN_BACK, call, CLOSED)));
    }

    @Test
    void tenSetsScratchMemoryThenShapesThenTheAddressOfEachTensor() {
        List<String> call = List.of("context", "memory", "shape", "address", "address", "enqueue", "enqueue");
        assertThat(callsOf(FakeHardware.ten())).isEqualTo(all(List.of(BUILD, GIVEN_BACK, call, CLOSED)));
    }

    @Test
    void theGenerationIsThatOfTheLibraryThatIsLoaded() {
        for (int number : new int[] {8001, 8203, 8402, 8502, 8602}) {
            NvInfer nv = new FakeHardware(NvInferVersion.of(number, -1)).nv;
            assertThat(Generation.of(nv)).as("%d", number).isInstanceOf(BindingIndexes.class);
        }
        for (int number : new int[] {100001, 100300, 101501}) {
            NvInfer nv = new FakeHardware(NvInferVersion.of(number, 1)).nv;
            assertThat(Generation.of(nv)).as("%d", number).isInstanceOf(NamedTensors.class);
        }
    }

    @Test
    void versionsReadAsNvidiaWritesThem() {
        assertThat(NvInferVersion.of(8001, -1)).hasToString("8.0.1");
        assertThat(NvInferVersion.of(8502, -1)).hasToString("8.5.2");
        assertThat(NvInferVersion.of(100300, 30)).hasToString("10.3.0.30");
        assertThat(NvInferVersion.of(101501, 29)).hasToString("10.15.1.29");
    }
}
