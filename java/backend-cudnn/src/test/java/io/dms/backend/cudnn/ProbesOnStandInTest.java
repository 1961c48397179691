package io.dms.backend.cudnn;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/**
 * The probes ask their questions rightly: the stand-in's graph interface has three engines for packed filters (0 wants
 * channels last); as the real one it refuses filters with gaps, unless a setting has engine 2 take them.
 */
class ProbesOnStandInTest {
    private static final ConvShape SHAPE = new ConvShape(2, 8, 16, 8, 24, 7, 3, 1);

    @BeforeEach
    void load() {
        StandIn.require();
        StandIn.requireBridge();
        StandIn.reset();
    }

    @AfterEach
    void nothingBroke() {
        StandIn.assertWell();
        StandIn.reset();
    }

    private static List<StridedFilterProbe.Engine> ask(boolean channelsLast, boolean half) {
        try (StridedFilterProbe probe = new StridedFilterProbe()) {
            return probe.ask(SHAPE, channelsLast, half, 2);
        }
    }

    @ParameterizedTest
    @CsvSource({"true,false,1e-5", "true,true,1e-3", "false,false,1e-5"})
    void theEngineThatTakesAFilterWithGapsIsFoundAndComputesTheSame(boolean last, boolean half, double bar) {
        StandIn.set("strided_filters", 1);
        List<StridedFilterProbe.Engine> engines = ask(last, half);
        assertThat(engines).extracting(StridedFilterProbe.Engine::engine).containsExactly(0L, 1L, 2L, 3L);
        assertThat(engines.get(0).packedMicros() > 0).isEqualTo(last);
        assertThat(engines.get(1).packedMicros()).isPositive();
        for (int i = 0; i < 2; i++) {
            assertThat(engines.get(i).stridedMicros()).isNaN();
            assertThat(engines.get(i).refusal()).contains("NOT_SUPPORTED_LAYOUT");
        }
        assertThat(engines.get(2).stridedMicros()).isPositive();
        assertThat(engines.get(2).error()).isLessThan(bar);
        assertThat(engines.get(2).refusal()).isEmpty();
    }

    @Test
    void whereTheLibraryRefusesItWithTheOperationAllEnginesSayWhy() {
        assertThat(ask(true, false)).hasSize(4).allSatisfy(e -> {
            assertThat(e.packedMicros()).isPositive();
            assertThat(e.stridedMicros()).isNaN();
            assertThat(e.refusal()).contains("describing an operation", "BAD_PARAM", "the filter has gaps");
        });
    }

    @ParameterizedTest
    @CsvSource({"1,false,1e-5", "2,false,1e-5", "1,true,1e-2", "2,true,1e-2"})
    void bothWaysWithoutACopyOfWeightsComputeWhatCudnnDoes(int stride, boolean half, double bar) {
        ConvShape shape = new ConvShape(2, 8, 16, 16, 24, 7, 3, stride);
        try (ZeroCopyProbe probe = new ZeroCopyProbe()) {
            ZeroCopyProbe.Times times = probe.measure(shape, half, 2);
            assertThat(times.columnsError()).isLessThan(bar);
            assertThat(times.ratio()).isPositive();
            if (stride == 1) {
                assertThat(times.shiftsError()).isLessThan(bar);
            } else {
                assertThat(times.shifts()).isNaN();
            }
        }
    }

    @Test
    void probesLeaveNothingOnTheDevice() {
        String[] counts = {"live_bytes", "live_descriptors", "live_handles", "live_streams", "pinned_bytes"};
        ask(true, false);
        long[] before = Stream.of(counts).mapToLong(StandIn::get).toArray();
        ask(true, false);
        try (ZeroCopyProbe probe = new ZeroCopyProbe()) {
            probe.measure(SHAPE, false, 1);
        }
        assertThat(Stream.of(counts).mapToLong(StandIn::get).toArray()).containsExactly(before);
    }
}
