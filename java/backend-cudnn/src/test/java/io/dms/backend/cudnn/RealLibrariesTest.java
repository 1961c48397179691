package io.dms.backend.cudnn;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.bytedeco.cuda.global.cudnn.*;

import io.dms.cuda.DeviceException;
import java.util.List;
import org.bytedeco.cuda.cudnn.cudnnActivationStruct;
import org.bytedeco.cuda.cudnn.cudnnContext;
import org.bytedeco.javacpp.DoublePointer;
import org.bytedeco.javacpp.IntPointer;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/**
 * NVIDIA's own libraries, as much of them as needs no device: descriptors, sizes of results, the graph interface up to an
 * operation. {@link RealLibraries} has how they are named.
 */
class RealLibrariesTest {
    @BeforeEach
    void load() {
        RealLibraries.require();
    }

    @Test
    void descriptorsAreTakenAndRefusedAsIsWrittenDown() {
        assertThat(Answers.differences(Answers.descriptors(), DescriptorCalls.ask(Answers.SEED)))
                .isEmpty();
    }

    @Test
    void theGraphInterfaceTakesAndRefusesWhatIsWrittenDown() {
        RealLibraries.requireGraphs();
        List<String> written = cudnnGetVersion() < 92400 ? Answers.graph() : Answers.laterGraph();
        assertThat(Answers.differences(written, GraphCalls.ask(Answers.SEED))).isEmpty();
    }

    @Test
    void cublasLtTakesAndRefusesWhatIsWrittenDown() {
        RealLibraries.requireMatmuls();
        assertThat(Answers.differences(Answers.matmuls(), MatmulCalls.ask())).isEmpty();
    }

    /** All that a plan says of its products, at every level, in each type and order: the library makes each descriptor. */
    @ParameterizedTest
    @CsvSource({"FP32,75", "TF32,80", "FP16,75"})
    void everyProductThatAPlanDescribesIsTaken(String precision, int architecture) {
        RealLibraries.requireMatmuls();
        List<Matmul> all = DescribedProducts.ofPlans(precision, architecture);
        assertThat(all).hasSizeGreaterThan(100).anyMatch(Matmul::isFused).anyMatch(Matmul::adds);
        for (Matmul m : all) {
            try (MatmulDescriptors d = new MatmulDescriptors(m)) {
                d.bind(256);
                var preference = d.preference(1 << 20);
                assertThat(preference.isNull()).isFalse();
                org.bytedeco.cuda.global.cublas.cublasLtMatmulPreferenceDestroy(preference);
            }
        }
    }

    /** Those of the bundled model and of a network of every kind, at every level, in each type and order. */
    @ParameterizedTest
    @CsvSource({"FP32,75", "TF32,80", "FP16,75", "FP16,53"})
    void everyDescriptorThatAPlanBindsIsTakenReadBackEqualAndGivesThePlannedSize(String precision, int architecture) {
        List<BoundConvolution> all = BoundConvolution.ofPlans(precision, architecture);
        assertThat(all).hasSizeGreaterThan(100).anyMatch(b -> b.convolution()[6] > 1);
        boolean last = all.get(0).weights()[1] == 1;
        // Channels last, convolutions read and write without gaps; else also ranges of a concat's channels.
        assertThat(all.stream().anyMatch(BoundConvolution::isStrided)).isEqualTo(!last);
        try (RealDescriptors real = new RealDescriptors()) {
            for (BoundConvolution b : all) {
                real.set(b);
                assertThat(real.x()).as("x of %s", b).isEqualTo(b.x());
                assertThat(real.y()).as("y of %s", b).isEqualTo(b.y());
                assertThat(real.weights()).as("weights of %s", b).isEqualTo(b.weights());
                assertThat(real.convolution()).as("%s", b).isEqualTo(b.convolution());
                assertThat(real.outputs()).as("outputs of %s", b).isEqualTo(b.outputs());
            }
        }
    }

    @Test
    void bothActivationsAreReadBackEqual() {
        PresetDescriptors ours = new PresetDescriptors();
        long desc = ours.create(Descriptors.Kind.ACTIVATION);
        try (IntPointer mode = new IntPointer(1);
                IntPointer nan = new IntPointer(1);
                DoublePointer coefficient = new DoublePointer(1)) {
            for (int wanted : new int[] {Descriptors.RELU, Descriptors.IDENTITY}) {
                ours.setActivation(desc, wanted);
                cudnnActivationStruct at = new Refs.Activation().to(desc);
                assertThat(cudnnGetActivationDescriptor(at, mode, nan, coefficient))
                        .isZero();
                assertThat(mode.get()).isEqualTo(wanted);
                assertThat(nan.get()).isEqualTo(CUDNN_NOT_PROPAGATE_NAN);
            }
        } finally {
            ours.destroy(Descriptors.Kind.ACTIVATION, desc);
        }
    }

    /** Where a driver is and no device, CUDA's own word comes before the library's. */
    @Test
    void aRefusalIsToldWithTheWordOfTheLibraryOrOfCuda() {
        PresetDescriptors ours = new PresetDescriptors();
        long desc = ours.create(Descriptors.Kind.TENSOR);
        assertThatThrownBy(() -> ours.setTensor(desc, false, 1, 0, 1, 1, 1, 1, 1, 1))
                .isInstanceOf(DeviceException.class)
                .hasMessageContaining("describing a tensor: ")
                .satisfiesAnyOf(
                        e -> assertThat(e).hasMessageContaining("cuDNN says CUDNN_STATUS_BAD_PARAM"),
                        e -> assertThat(e).hasMessageContaining("cudaErrorNoDevice"));
        ours.destroy(Descriptors.Kind.TENSOR, desc);
    }

    /** The probe's question, as far as it can be put without a device: packed filters are taken, those with gaps are not. */
    @ParameterizedTest
    @CsvSource({"true,false", "true,true", "false,false", "false,true"})
    void anOperationIsTakenWithAPackedFilterAndRefusedWithOneThatHasGaps(boolean last, boolean half) {
        RealLibraries.requireGraphs();
        try (CudnnGraph graph = new CudnnGraph(new cudnnContext())) {
            for (double width : new double[] {1, 0.75, 0.5, 0.25}) {
                for (int window : new int[] {1, 3}) {
                    for (int stride : new int[] {1, 2}) {
                        ConvShape s = new ConvShape(8, 256, 256, 512, 512, 14, window, stride).at(width);
                        assertThat(operation(graph, s, last, half, false)).isNotNull();
                        if (width < 1) {
                            assertThatThrownBy(() -> operation(graph, s, last, half, true))
                                    .hasMessageStartingWith("describing an operation: CUDNN_STATUS_BAD_PARAM, ");
                        }
                    }
                }
            }
            graph.pack(4096, 8192, 16384, 32768);
        }
    }

    private static Object operation(CudnnGraph graph, ConvShape s, boolean last, boolean half, boolean gaps) {
        return graph.operation(
                StridedFilterProbe.image(CudnnGraph.X, s.batch(), s.c(), s.size(), last, half),
                StridedFilterProbe.filter(s, last, half, gaps),
                StridedFilterProbe.image(CudnnGraph.Y, s.batch(), s.k(), s.out(), last, half),
                s.pad(),
                s.stride());
    }
}
