package io.dms.backend.cudnn;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.bytedeco.cuda.global.cudnn.CUDNN_HEUR_MODE_A;
import static org.bytedeco.cuda.global.cudnn.CUDNN_HEUR_MODE_FALLBACK;

import io.dms.cuda.DeviceException;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.bytedeco.cuda.cudnn.cudnnBackendDescriptor_t;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;

/**
 * Plans of the real cuDNN for devices that are described and not there, which it makes from 9.8 on: what it would be asked on
 * a device, up to running. Says what is taken, and nothing of speed.
 */
class DescribedDeviceTest {
    /** The field kit's layers at one width each. */
    private static final List<ConvShape> SHAPES = List.of(
            new ConvShape(1, 64, 64, 64, 64, 56, 3, 1).at(0.5),
            new ConvShape(1, 256, 256, 64, 64, 56, 1, 1).at(0.75),
            new ConvShape(1, 256, 256, 256, 256, 14, 3, 1).at(0.5),
            new ConvShape(1, 1024, 1024, 256, 256, 14, 1, 1).at(0.75),
            new ConvShape(1, 512, 512, 512, 512, 7, 3, 1).at(0.75));

    /**
     * Properties that need not be exact: capability and number of multiprocessors are those of the device, its other numbers
     * near the truth, and Thor's assumed. Which plans cuDNN proposes may depend on them; that all of these finalise should not.
     */
    enum Described {
        H200("NVIDIA H200", 900, 132, 2048, 32, 232448, 1_980_000, 60, 140),
        ORIN_AGX("Orin", 870, 16, 1536, 16, 166912, 1_300_000, 4, 62),
        ORIN_NX("Orin", 870, 8, 1536, 16, 166912, 918_000, 2, 15),
        THOR("NVIDIA Thor", 1100, 20, 1536, 24, 232448, 1_575_000, 32, 122);

        private final String json;

        Described(
                String name,
                int capability,
                int multiprocessors,
                int threads,
                int blocks,
                int sharedBytes,
                int kilohertz,
                long cacheMiB,
                long memoryGiB) {
            json = """
                {"version":1,"cudaDeviceId":0,"deviceId":0,"deviceVer":%d,"driverVer":13000,"deviceName":"%s",
                "multiProcessorCount":%d,"smCountOrigin":0,"maxThreadsPerSM":%d,"maxCtasPerSM":%d,
                "maxSharedMemoryPerBlockOptin":%d,"maxSharedMemoryPerBlock":49152,"reservedSharedMemoryPerBlock":1024,
                "smClockRateKHz":%d,"memClockRateKHz":3200000,"l2CacheSize":%d,"totalGlobalMem":%d,"warpSize":32,
                "maxThreadsPerBlock":1024,"maxBlockSize":[1024,1024,64],"maxGridSize":[2147483647,65535,65535],
                "regsPerBlock":65536,"maxRegistersPerSM":65536,"supportCoopLaunch":1,"pciDeviceId":0,"isTccDriver":0}
                """.formatted(
                            capability,
                            name,
                            multiprocessors,
                            threads,
                            blocks,
                            sharedBytes,
                            kilohertz,
                            cacheMiB << 20,
                            memoryGiB << 30);
        }
    }

    /** A layer, its images whole or ranges of ones that have so many channels more. */
    private record Question(ConvShape s, boolean last, boolean half, int xGap, int yGap) {
        CudnnGraph.Described image(long id, int channels, int size, int gap) {
            CudnnGraph.Described wide = StridedFilterProbe.image(id, s.batch(), channels + gap, size, last, half);
            return new CudnnGraph.Described(id, half, new long[] {s.batch(), channels, size, size}, wide.strides());
        }

        cudnnBackendDescriptor_t graph(CudnnGraph graph, boolean filterGaps) {
            return graph.convolution(
                    image(CudnnGraph.X, s.c(), s.size(), xGap),
                    StridedFilterProbe.filter(s, last, half, filterGaps),
                    image(CudnnGraph.Y, s.k(), s.out(), yGap),
                    s.pad(),
                    s.stride());
        }
    }

    @BeforeEach
    void load() {
        RealLibraries.require();
        RealLibraries.requireDescribedDevices();
    }

    private static List<Question> questions(int xGap, int yGap) {
        List<Question> all = new ArrayList<>();
        for (ConvShape s : SHAPES) {
            for (boolean last : new boolean[] {true, false}) {
                for (boolean half : new boolean[] {true, false}) {
                    all.add(new Question(s, last, half, xGap, yGap));
                }
            }
        }
        return all;
    }

    @ParameterizedTest
    @EnumSource
    void allThatIsProposedForALayerIsPlanned(Described device) {
        questions(0, 0).forEach(q -> assertPlanned(device, q));
    }

    @ParameterizedTest
    @EnumSource
    void allThatIsProposedForRangesOfWiderImagesIsPlanned(Described device) {
        questions(64, 0).forEach(q -> assertPlanned(device, q));
        questions(0, 64).forEach(q -> assertPlanned(device, q));
        questions(64, 64).forEach(q -> assertPlanned(device, q));
    }

    private static void assertPlanned(Described device, Question q) {
        List<GraphWays.Refusal> refused = new ArrayList<>();
        try (CudnnGraph graph = new CudnnGraph(device.json)) {
            assertThat(GraphWays.proposals(graph, q.graph(graph, false), refused))
                    .as("%s", q)
                    .isNotEmpty()
                    .allMatch(p -> p.workspace() >= 0);
        }
        assertThat(refused).as("%s", q).isEmpty();
    }

    @ParameterizedTest
    @EnumSource
    void anEngineWithItsDefaultsIsPlannedOrNotSupported(Described device) {
        List<GraphWays.Refusal> refused = new ArrayList<>();
        Question q = questions(0, 0).get(0);
        try (CudnnGraph graph = new CudnnGraph(device.json)) {
            int proposed =
                    GraphWays.proposals(graph, q.graph(graph, false), refused).size();
            assertThat(GraphWays.plans(graph, q.graph(graph, false), refused)).hasSizeGreaterThan(proposed);
        }
        assertThat(refused).isNotEmpty().allMatch(r -> r.why().contains("CUDNN_STATUS_NOT_SUPPORTED"));
    }

    @ParameterizedTest
    @EnumSource
    void aFilterWithGapsIsRefusedBeforeAnEngineIsAsked(Described device) {
        for (Question q : questions(0, 0)) {
            try (CudnnGraph graph = new CudnnGraph(device.json)) {
                assertThatThrownBy(() -> q.graph(graph, true))
                        .hasMessage("describing an operation: CUDNN_STATUS_BAD_PARAM, " + RealLibraries.GAPS);
            }
        }
    }

    /** A level of fewer results alone: its filter ends before the whole one does. */
    @Test
    void aPrefixOfTheResultsAloneHasNoGaps() {
        Question q = new Question(new ConvShape(1, 64, 64, 32, 64, 14, 3, 1), true, true, 0, 0);
        try (CudnnGraph graph = new CudnnGraph(Described.H200.json)) {
            assertThat(GraphWays.proposals(graph, q.graph(graph, true), new ArrayList<>()))
                    .isNotEmpty();
        }
    }

    /** A 3x3 layer of 64 channels with what follows it, in one arithmetic and order. */
    private static Fusion fusion(List<Fusion.Stage> stages, boolean last, boolean half, int math, int groups) {
        Geometry g = new Geometry(
                false, half, last, 1, 64, 56, 56, 64, 64, 56, 56, 64, 3, 3, 1, 1, 1, 1, 1, 1, groups, math);
        long area = 56 * 56;
        List<Long> image = last ? List.of(64 * area, 1L, 64 * 56L, 64L) : List.of(64 * area, area, 56L, 1L);
        boolean adds = stages.stream().anyMatch(s -> s.op() == Fusion.Op.ADD);
        return new Fusion(g, stages, adds ? image : List.of(), 16, 16, 16);
    }

    private static Fusion.Stage stage(Fusion.Op op, float b) {
        return new Fusion.Stage(op, 0, b);
    }

    /** Proposals that the backend would try, each made again of its way, with as much scratch memory. */
    private static int plannedAgain(Described device, Fusion f) {
        int planned = 0;
        try (CudnnGraph graph = new CudnnGraph(device.json)) {
            cudnnBackendDescriptor_t operations = FusionGraph.of(graph, f);
            for (int mode : new int[] {CUDNN_HEUR_MODE_A, CUDNN_HEUR_MODE_FALLBACK}) {
                for (cudnnBackendDescriptor_t proposed : graph.proposed(operations, mode)) {
                    boolean allowed = Engines.allowed(
                            Engines.notes(graph, proposed),
                            f.geometry().half(),
                            f.geometry().math());
                    if (allowed && !Engines.isCompiled(graph, proposed)) {
                        Way way = Engines.way(graph, proposed);
                        cudnnBackendDescriptor_t again = Engines.configuration(graph, operations, way);
                        assertThat(Engines.way(graph, again)).isEqualTo(way);
                        assertThat(graph.plan(again, 0).workspace())
                                .as("%s %s", f.key(), way)
                                .isEqualTo(graph.plan(proposed, 0).workspace());
                        planned++;
                    }
                }
            }
        }
        return planned;
    }

    @ParameterizedTest
    @EnumSource
    void whatFollowsAConvolutionIsPlannedWithItAndMadeAgainOfEngineAndKnobs(Described device) {
        Fusion.Stage bias = stage(Fusion.Op.BIAS, 0);
        Fusion.Stage relu = stage(Fusion.Op.RELU, 0);
        for (boolean last : new boolean[] {true, false}) {
            for (int math : new int[] {Dnn.FMA_MATH, Dnn.DEFAULT_MATH, Dnn.TENSOR_OP_MATH}) {
                boolean half = math == Dnn.TENSOR_OP_MATH;
                for (int groups : new int[] {1, 2, 64}) {
                    assertThat(plannedAgain(device, fusion(List.of(bias, relu), last, half, math, groups)))
                            .isPositive();
                }
                for (List<Fusion.Stage> stages : List.of(
                        List.<Fusion.Stage>of(),
                        List.of(bias),
                        List.of(stage(Fusion.Op.ADD, 0), bias, relu),
                        List.of(bias, stage(Fusion.Op.CLIP, 6)),
                        List.of(bias, stage(Fusion.Op.SIGMOID, 0)),
                        List.of(bias, stage(Fusion.Op.TANH, 0)))) {
                    assertThat(plannedAgain(device, fusion(stages, last, half, math, 1)))
                            .isPositive();
                }
                // Only engines that are compiled take these.
                for (List<Fusion.Stage> stages : List.of(
                        List.of(bias, stage(Fusion.Op.SWISH, 0)), List.of(bias, stage(Fusion.Op.ADD, 0), relu))) {
                    assertThat(plannedAgain(device, fusion(stages, last, half, math, 1)))
                            .isZero();
                }
            }
        }
    }

    /** Channels last with bias and ReLU: ranges of wider images, at addresses of which so much is known. */
    private static Fusion ranges(boolean half, int math, int xPitch, int yPitch, int alignX, int alignY) {
        Fusion whole = fusion(List.of(stage(Fusion.Op.BIAS, 0), stage(Fusion.Op.RELU, 0)), true, half, math, 1);
        Geometry g = whole.geometry().withPitches(xPitch, yPitch);
        return new Fusion(g, whole.stages(), List.of(), alignX, alignY, 1);
    }

    /** Neither what is known of an address nor an odd number of channels from pixel to pixel has a plan refused. */
    @ParameterizedTest
    @EnumSource
    void rangesArePlannedWhereverTheyBegin(Described device) {
        for (int math : new int[] {Dnn.FMA_MATH, Dnn.DEFAULT_MATH, Dnn.TENSOR_OP_MATH}) {
            boolean half = math == Dnn.TENSOR_OP_MATH;
            int element = half ? 2 : 4;
            int whole = plannedAgain(device, ranges(half, math, 64, 64, 16, 16));
            assertThat(plannedAgain(device, ranges(half, math, 128, 64, 16, 16)))
                    .isEqualTo(whole);
            assertThat(plannedAgain(device, ranges(half, math, 64, 128, 16, 8))).isEqualTo(whole);
            assertThat(plannedAgain(device, ranges(half, math, 128, 128, element, element)))
                    .isEqualTo(whole);
            assertThat(plannedAgain(device, ranges(half, math, 91, 91, element, element)))
                    .isEqualTo(whole);
        }
    }

    /**
     * What 9.24 answers: how many ways there are for whole images, and how many of them want an image more of scratch memory,
     * which is room for a copy, where the image that is read or the one that is written is a range.
     */
    @ParameterizedTest
    @CsvSource({
        "H200,3,6,0,0", "ORIN_AGX,3,5,0,0", "ORIN_NX,3,5,0,0", "THOR,3,6,0,0",
        "H200,0,37,18,23", "ORIN_AGX,0,12,0,7", "ORIN_NX,0,12,0,7", "THOR,0,6,0,0",
        "H200,1,37,35,35", "ORIN_AGX,1,23,20,21", "ORIN_NX,1,23,20,21", "THOR,1,2,0,0"
    })
    void mostPlansInHalfPrecisionCopyRangesInside(Described device, int math, int ways, int read, int written) {
        boolean half = math == Dnn.TENSOR_OP_MATH;
        Map<Way, Long> whole = scratch(device, ranges(half, math, 64, 64, 16, 16));
        assertThat(whole).hasSize(ways);
        long image = (half ? 2L : 4L) * 64 * 56 * 56;
        assertThat(larger(scratch(device, ranges(half, math, 128, 64, 16, 16)), whole, image))
                .isEqualTo(read);
        assertThat(larger(scratch(device, ranges(half, math, 64, 128, 16, 16)), whole, image))
                .isEqualTo(written);
    }

    private static long larger(Map<Way, Long> some, Map<Way, Long> than, long by) {
        return than.entrySet().stream()
                .filter(e -> some.getOrDefault(e.getKey(), 0L) >= e.getValue() + by)
                .count();
    }

    /** Scratch memory of each way that the backend would try. */
    private static Map<Way, Long> scratch(Described device, Fusion f) {
        Map<Way, Long> all = new LinkedHashMap<>();
        try (CudnnGraph graph = new CudnnGraph(device.json)) {
            cudnnBackendDescriptor_t operations = FusionGraph.of(graph, f);
            for (int mode : new int[] {CUDNN_HEUR_MODE_A, CUDNN_HEUR_MODE_FALLBACK}) {
                for (cudnnBackendDescriptor_t way : graph.proposed(operations, mode)) {
                    boolean allowed = Engines.allowed(
                            Engines.notes(graph, way),
                            f.geometry().half(),
                            f.geometry().math());
                    if (allowed && !Engines.isCompiled(graph, way)) {
                        all.put(Engines.way(graph, way), graph.plan(way, 0).workspace());
                    }
                }
            }
        }
        return all;
    }

    @Test
    void aDeviceOfWhichNothingIsSaidIsRefused() {
        assertThatThrownBy(() -> new CudnnGraph("{}"))
                .isInstanceOf(DeviceException.class)
                .hasMessageContaining("CUDNN_STATUS_BAD_PARAM");
    }
}
