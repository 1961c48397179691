package io.dms.backend.tensorrt;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.dms.backend.tensorrt.NvInfer.Flag;
import io.dms.backend.tensorrt.TensorRtSessionTest.Library;
import io.dms.backend.tensorrt.cache.BuildListener;
import io.dms.backend.tensorrt.cache.BuiltEngine;
import io.dms.backend.tensorrt.cache.EngineOptions;
import io.dms.backend.tensorrt.cache.EngineOptions.Precision;
import io.dms.backend.tensorrt.cache.EngineRequest;
import io.dms.backend.tensorrt.cache.EngineRunner;
import io.dms.model.EnvironmentException;
import io.dms.model.Node;
import io.dms.model.ScalableModel;
import io.dms.model.UserException;
import io.dms.model.WidthLevel;
import io.dms.testkit.ReferenceBackend;
import io.dms.testkit.TestData;
import java.nio.ByteBuffer;
import java.nio.FloatBuffer;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** Builds on both generations of a library that is none. */
class TensorRtEngineBuilderTest {
    private static final ScalableModel MODEL = Fixtures.model();
    private static final WidthLevel HALF = MODEL.levels().get(1);

    private static EngineRequest request(EngineOptions options) {
        return EngineRequest.of(MODEL, HALF, options);
    }

    private static EngineOptions options(Precision precision, int batch) {
        return EngineOptions.of(MODEL.graph(), precision, batch);
    }

    private static BuiltEngine build(FakeHardware h, EngineOptions options) {
        BuiltEngine built = new TensorRtEngineBuilder(h).build(request(options), null, BuildListener.NONE);
        assertThat(h.nv.live()).as("given back").isEmpty();
        assertThat(h.memory.used()).isZero();
        assertThat(h.opened).allMatch(c -> c.closed);
        return Objects.requireNonNull(built);
    }

    @ParameterizedTest
    @EnumSource(Library.class)
    void anEngineComputesItsLevelAtEveryBatchOfItsProfile(Library library) {
        FakeHardware h = library.open();
        EngineOptions options = EngineOptions.of(MODEL.graph(), Precision.FP32, 1, 2, 4);
        BuiltEngine built = build(h, options);
        assertThat(h.nv.lastProfile.entrySet())
                .extracting(e -> e.getKey().charAt(e.getKey().length() - 1) + ":" + e.getValue()[0])
                .containsExactlyInAnyOrder("0:1", "1:2", "2:4");
        assertThat(built.plan().isDirect()).isTrue();
        assertThat(built.facts().activationBytes()).isPositive();
        assertThat(built.facts().layers()).isPositive();
        try (EngineRunner runner = new TensorRtEngineBuilder(h).load(built.plan(), request(options))) {
            for (int batch : new int[] {1, 4, 2, 2}) {
                List<float[]> in = TestData.inputs(MODEL.graph(), batch, new Random(batch));
                FloatBuffer x = Fixtures.direct(in.get(0).length).put(0, in.get(0));
                Map<String, float[]> want = ReferenceBackend.evaluate(MODEL.graphAt(HALF), in, batch);
                float[] y = Objects.requireNonNull(
                        want.get(MODEL.graph().outputs().get(0).name()));
                FloatBuffer out = Fixtures.direct(y.length);
                runner.run(batch, new FloatBuffer[] {x}, new FloatBuffer[] {out});
                float[] got = new float[y.length];
                out.get(0, got);
                assertThat(TestData.relativeError(got, y)).isLessThan(1e-5);
            }
            assertThatThrownBy(() -> runner.run(5, new FloatBuffer[1], new FloatBuffer[1]))
                    .hasMessageContaining("at most");
        }
        assertThat(h.nv.live()).isEmpty();
        assertThat(h.memory.used()).isZero();
    }

    @ParameterizedTest
    @EnumSource(Library.class)
    void singlePrecisionForbidsRoundingAndOthersAskForTheirs(Library library) {
        FakeHardware h = library.open();
        build(h, options(Precision.FP32, 1));
        assertThat(h.nv.lastFlags).containsEntry(Flag.TF32, false).doesNotContainKey(Flag.FP16);
        build(h, options(Precision.TF32, 1));
        assertThat(h.nv.lastFlags).containsEntry(Flag.TF32, true).doesNotContainKey(Flag.FP16);
        build(h, options(Precision.FP16, 1));
        assertThat(h.nv.lastFlags).containsEntry(Flag.FP16, true).doesNotContainKey(Flag.INT8);
    }

    @ParameterizedTest
    @EnumSource(Library.class)
    void whatTheBoardOrTheNetworkHasNotIsRefused(Library library) {
        FakeHardware h = library.open();
        h.nv.fp16 = false;
        assertThatThrownBy(() -> build(h, options(Precision.FP16, 1)))
                .isInstanceOf(UserException.class)
                .hasMessage("Fake Orin has no fast fp16: use precision fp32");
        assertThatThrownBy(() -> build(h, options(Precision.INT8, 1)))
                .isInstanceOf(UserException.class)
                .hasMessageContaining("has no scales for int8");
        assertThatThrownBy(() -> build(h, options(Precision.FP32, 1).withFlags(List.of("turbo"))))
                .isInstanceOf(UserException.class)
                .hasMessageContaining("leave out turbo");
        assertThat(h.nv.live()).isEmpty();
    }

    @ParameterizedTest
    @EnumSource(Library.class)
    void layersThatFallBackFromTheAcceleratorAreNamed(Library library) {
        FakeHardware h = library.open();
        h.nv.notOnDla = n -> n.is("Gemm") || n.is("Relu");
        List<String> want = request(options(Precision.FP16, 1)).network().nodes().stream()
                .filter(h.nv.notOnDla)
                .map(Node::name)
                .toList();
        BuiltEngine built = build(h, options(Precision.FP16, 1).withDlaCore(1));
        assertThat(want).isNotEmpty();
        assertThat(built.facts().gpuFallbacks()).isEqualTo(want);
        assertThat(h.nv.lastFlags).containsEntry(Flag.GPU_FALLBACK, true);
        assertThat(h.nv.calls).contains("setDefaultDeviceType 1", "setDLACore 1", "runtime setDLACore 1");
    }

    @ParameterizedTest
    @EnumSource(Library.class)
    void anAcceleratorThatIsNotThereOrCantDoItIsRefused(Library library) {
        FakeHardware h = library.open();
        assertThatThrownBy(() -> build(h, options(Precision.FP16, 1).withDlaCore(2)))
                .hasMessageContaining("has 2 deep-learning accelerator cores, counted from 0: there is no core 2");
        assertThatThrownBy(() -> build(h, options(Precision.FP32, 1).withDlaCore(0)))
                .hasMessageContaining("computes in fp16 or int8");
        EngineOptions range = EngineOptions.of(MODEL.graph(), Precision.FP16, 1, 2, 2);
        assertThatThrownBy(() -> build(h, range.withDlaCore(0))).hasMessageContaining("takes one shape alone");
        h.nv.dlaCores = 0;
        assertThatThrownBy(() -> build(h, options(Precision.FP16, 1).withDlaCore(0)))
                .hasMessageContaining("Fake Orin has no deep-learning accelerator cores");
    }

    @ParameterizedTest
    @EnumSource(Library.class)
    void aNodeThatTheParserDoesNotKnowIsNamed(Library library) {
        FakeHardware h = library.open();
        Node odd = request(options(Precision.FP32, 1)).network().nodes().stream()
                .filter(n -> n.is("Gemm"))
                .findFirst()
                .orElseThrow();
        h.nv.unknown = n -> n.is("Gemm");
        assertThatThrownBy(() -> build(h, options(Precision.FP32, 1)))
                .isInstanceOf(UserException.class)
                .hasMessageContaining("node " + odd.name() + " (Gemm): Assertion failed: no importer for Gemm")
                .hasMessageNotContaining("\n");
        assertThat(h.nv.live()).isEmpty();
    }

    @ParameterizedTest
    @EnumSource(Library.class)
    void aBuilderThatGivesNothingIsSaidInItsWords(Library library) {
        FakeHardware h = library.open();
        h.nv.buildFailure = "Could not find any implementation for node {ForeignNode[a...b]}.";
        assertThatThrownBy(() -> build(h, options(Precision.FP32, 1)))
                .isInstanceOf(UserException.class)
                .hasMessageContaining("TensorRT can't build level 0.50 of residual-4")
                .hasMessageContaining("Could not find any implementation");
        h.nv.buildFailure = "Requested amount of GPU memory (1073741824 bytes) could not be allocated: out of memory";
        assertThatThrownBy(() -> build(h, options(Precision.FP32, 1)))
                .isInstanceOf(EnvironmentException.class)
                .hasMessageContaining("not enough memory to build the engine of level 0.50")
                .hasMessageContaining("lower the builder's memory limit");
        assertThat(h.nv.live()).isEmpty();
    }

    @ParameterizedTest
    @EnumSource(Library.class)
    void theMemoryLimitReachesTheBuilder(Library library) {
        FakeHardware h = library.open();
        build(h, options(Precision.FP32, 1).withMemoryLimitBytes(64L << 20));
        assertThat(h.nv.lastLimit).isEqualTo(64L << 20);
        build(h, options(Precision.FP32, 1));
        assertThat(h.nv.lastLimit).as("nothing was said").isEqualTo(-1);
    }

    @Test
    void aBuildTellsItsPhasesAndStepsWhereTheLibraryDoes() {
        List<String> ten = new ArrayList<>();
        List<String> eight = new ArrayList<>();
        new TensorRtEngineBuilder(FakeHardware.ten())
                .build(request(options(Precision.FP32, 1)), null, (p, done, of) -> ten.add(p + " " + done + "/" + of));
        new TensorRtEngineBuilder(FakeHardware.eight())
                .build(
                        request(options(Precision.FP32, 1)),
                        null,
                        (p, done, of) -> eight.add(p + " " + done + "/" + of));
        assertThat(eight).containsExactly("reading the network 0/0", "building the engine 0/0");
        assertThat(ten)
                .containsExactly(
                        "reading the network 0/0",
                        "building the engine 0/0",
                        "Building 0/3",
                        "Building 1/3",
                        "Building 2/3",
                        "Building 3/3",
                        "Building 3/3");
    }

    @Test
    void aBuildEndsWhenTheListenerWantsIt() {
        FakeHardware ten = FakeHardware.ten();
        assertThat(new TensorRtEngineBuilder(ten)
                        .build(request(options(Precision.FP32, 1)), null, (p, done, of) -> done < 2))
                .isNull();
        assertThat(ten.nv.calls).contains("build");
        assertThat(ten.nv.live()).isEmpty();
        for (Library library : Library.values()) {
            FakeHardware h = library.open();
            assertThat(new TensorRtEngineBuilder(h)
                            .build(request(options(Precision.FP32, 1)), null, (p, done, of) -> false))
                    .isNull();
            assertThat(h.nv.calls).doesNotContain("build");
            assertThat(h.nv.live()).isEmpty();
        }
    }

    @ParameterizedTest
    @EnumSource(Library.class)
    void timingsOfEarlierBuildsAreUsedAndRefusedOnesAreNot(Library library) {
        FakeHardware h = library.open();
        TensorRtEngineBuilder builder = new TensorRtEngineBuilder(h);
        byte[] first = built(builder, null);
        assertThat(first).isEqualTo("t".getBytes(StandardCharsets.US_ASCII));
        assertThat(built(builder, first)).isEqualTo("tt".getBytes(StandardCharsets.US_ASCII));
        byte[] foreign = "another device".getBytes(StandardCharsets.US_ASCII);
        assertThat(built(builder, foreign)).isEqualTo(first);
    }

    private static byte[] built(TensorRtEngineBuilder builder, byte @org.jspecify.annotations.Nullable [] timing) {
        BuiltEngine b = builder.build(request(options(Precision.FP32, 1)), timing, BuildListener.NONE);
        return Objects.requireNonNull(Objects.requireNonNull(b).timing());
    }

    @ParameterizedTest
    @EnumSource(Library.class)
    void whatIsNoPlanIsRefused(Library library) {
        FakeHardware h = library.open();
        ByteBuffer junk = ByteBuffer.allocateDirect(1000);
        assertThatThrownBy(() -> new TensorRtEngineBuilder(h).load(junk, request(options(Precision.FP32, 1))))
                .isInstanceOf(EnvironmentException.class)
                .hasMessageContaining("TensorRT refuses the engine: Magic tag does not match");
        assertThat(h.nv.live()).isEmpty();
        assertThat(h.opened).allMatch(c -> c.closed);
    }

    @Test
    void withoutADeviceItRefusesWithReasonAndCure() {
        FakeHardware h = FakeHardware.ten();
        h.refusal = "there is no NVIDIA driver here: install it";
        assertThat(new TensorRtEngineBuilder(h).refusals()).containsExactly(h.refusal);
        assertThatThrownBy(() -> new TensorRtEngineBuilder(h).platform()).isInstanceOf(EnvironmentException.class);
    }
}
