package io.dms.backend.cudnn;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.dms.model.EnvironmentException;
import io.dms.model.ScalableModel;
import io.dms.model.WidthLevel;
import io.dms.runtime.BundledModels;
import io.dms.runtime.Session;
import io.dms.runtime.SessionOptions;
import io.dms.runtime.SessionOptions.Launch;
import io.dms.runtime.SessionOptions.Precision;
import io.dms.testkit.Networks;
import io.dms.testkit.TestData;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.FloatBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** What goes wrong on a device is told in one line and leaves the rest standing. */
class FaultsOnStandInTest {
    private static final SessionOptions OPTIONS = SessionOptions.DEFAULT.withLaunch(Launch.REBIND);

    private final ScalableModel model = BundledModels.resnet20Cifar10();
    private final FloatBuffer input = direct(3 * 32 * 32);
    private final FloatBuffer output = direct(10);

    @BeforeEach
    void load() {
        StandIn.require();
        StandIn.requireBridge();
        StandIn.reset();
        // What is timed is chance here: plans have tests of their own.
        System.setProperty(Candidates.PROPERTY, "legacy");
    }

    @AfterEach
    void mend() {
        System.clearProperty(Candidates.PROPERTY);
        StandIn.reset();
    }

    private static FloatBuffer direct(int n) {
        return ByteBuffer.allocateDirect(4 * n).order(ByteOrder.nativeOrder()).asFloatBuffer();
    }

    private static CudnnBackend backend() {
        return new CudnnBackend(new Machine());
    }

    private List<String> refusals() {
        return backend().refusals(model.graph());
    }

    @Test
    void aDriverTooOldIsNamedWithItsVersion() {
        StandIn.set("driver", 12020);
        assertThat(refusals()).singleElement().asString().contains("12.2").doesNotContain("\n");
        assertThatThrownBy(() -> backend().open(model, OPTIONS).close()).isInstanceOf(EnvironmentException.class);
    }

    @Test
    void noDeviceIsSaidWithTheCure() {
        StandIn.set("devices", 0);
        assertThat(refusals())
                .singleElement()
                .asString()
                .contains("plug one in")
                .doesNotContain("backend cpu");
        assertThatThrownBy(() -> backend().open(model, OPTIONS).close())
                .isInstanceOf(EnvironmentException.class)
                .hasMessageContaining("plug one in")
                .hasMessageEndingWith(", or use backend cpu");
    }

    @Test
    void theDeviceIsCalledByItsName() {
        assertThat(backend().describe()).contains("(NVIDIA H200, sm_90, cuDNN 9.19.0, CUDA 13.1");
    }

    @Test
    void aLevelThatDoesNotFitIsNamedAndOthersGoOn() {
        WidthLevel full = model.levels().get(0);
        WidthLevel small = model.levels().get(model.levels().size() - 1);
        try (Session session = backend().open(model, OPTIONS)) {
            session.prepare(small);
            session.run(small, input, output);
            StandIn.set("fail_allocation", 1);
            assertThatThrownBy(() -> session.prepare(full))
                    .isInstanceOf(EnvironmentException.class)
                    .hasMessageContaining(full.name());
            StandIn.set("fail_allocation", 0);
            session.run(small, input, output);
            session.prepare(full);
            session.run(full, input, output);
        }
    }

    @Test
    void anAlgorithmThatASearchFoundAndACallRefusesGivesWay() {
        WidthLevel small = model.levels().get(model.levels().size() - 1);
        float[] want = new float[10];
        try (Session session = backend().open(model, OPTIONS)) {
            session.prepare(small);
            session.run(small, input, output);
            output.get(0, want);
        }
        StandIn.set("refuse_convolutions", 2);
        try (Session session = backend().open(model, OPTIONS)) {
            session.prepare(small);
            session.run(small, input, output);
            float[] got = new float[10];
            output.get(0, got);
            assertThat(TestData.relativeError(got, want)).isLessThan(1e-5);
            assertThat(((CudnnSession) session).describe(small))
                    .filteredOn(line -> line.contains("cudnn algorithm"))
                    .isNotEmpty()
                    .allMatch(line -> line.contains("cudnn algorithm 0"));
        }
    }

    @Test
    void memoryThatAnotherProcessHoldsIsSaid() {
        // A test that lost the device before left memory behind.
        StandIn.set("memory", StandIn.get("live_bytes") + 1024);
        assertThatThrownBy(() -> {
                    try (Session session = backend().open(model, OPTIONS)) {
                        session.prepare(model.full());
                    }
                })
                .isInstanceOf(EnvironmentException.class)
                .hasMessageContaining("memory");
    }

    @Test
    void aLostDeviceIsToldByEveryCallAndCloses() {
        try (Session session = backend().open(model, OPTIONS)) {
            session.prepare(model.full());
            StandIn.set("lose_after", 3);
            assertThatThrownBy(() -> session.run(model.full(), input, output)).isInstanceOf(EnvironmentException.class);
            assertThatThrownBy(() -> session.run(model.full(), input, output)).isInstanceOf(EnvironmentException.class);
        }
    }

    @Test
    void callsAtPreparedLevelsAllocateSearchAndCreateNothing() {
        for (Launch launch : Launch.values()) {
            try (Session session = backend().open(model, OPTIONS.withLaunch(launch))) {
                for (WidthLevel level : model.levels()) {
                    session.prepare(level);
                }
                long before = StandIn.get("allocations") + StandIn.get("searches") + StandIn.get("live_descriptors");
                for (int i = 0; i < 20; i++) {
                    session.run(model.levels().get(i % model.levels().size()), input, output);
                }
                assertThat(StandIn.get("allocations") + StandIn.get("searches") + StandIn.get("live_descriptors"))
                        .as("%s", launch)
                        .isEqualTo(before);
            }
        }
    }

    /** What a cache may hold that was copied, edited or half-written, and yet is JSON of the right form. */
    @ParameterizedTest
    @CsvSource({"algorithm,7", "algorithm,99", "math,0", "workspace,0", "workspace,4611686018427387904"})
    void aCacheOfWrongAlgorithmsIsRebuiltAndChangesNoOutput(String field, String value) throws IOException {
        float[] want = outputOf(backend());
        Path folder = AlgorithmCache.folder();
        Path file;
        try (Stream<Path> files = Files.list(folder)) {
            file = files.filter(f -> f.toString().endsWith("sm90-cudnn91900.json"))
                    .findFirst()
                    .orElseThrow();
        }
        String good = Files.readString(file);
        String wrong = good.replaceAll("\"" + field + "\" : [0-9]+", "\"" + field + "\" : " + value);
        assertThat(wrong).isNotEqualTo(good);
        Files.writeString(file, wrong);
        try {
            assertThat(outputOf(backend())).isEqualTo(want);
            long searches = StandIn.get("searches");
            assertThat(outputOf(backend())).isEqualTo(want);
            assertThat(StandIn.get("searches")).as("of the mended file").isEqualTo(searches);
        } finally {
            Files.writeString(file, good);
        }
    }

    private float[] outputOf(CudnnBackend backend) {
        for (int i = 0; i < input.capacity(); i++) {
            input.put(i, i % 7 - 3);
        }
        try (Session session = backend.open(model, OPTIONS)) {
            session.prepare(model.full());
            session.run(model.full(), input, output);
        }
        float[] y = new float[output.capacity()];
        output.get(0, y);
        return y;
    }

    @Test
    void aLayerThatTheLibraryCanNotRunIsNamed() {
        ScalableModel odd = ScalableModel.plain(Networks.residual(4));
        StandIn.set("refuse_convolutions", 1);
        assertThatThrownBy(() -> {
                    try (Session session = backend().open(odd, OPTIONS.withBatch(3))) {
                        session.prepare(odd.full());
                    }
                })
                .isInstanceOf(EnvironmentException.class)
                .hasMessageContaining("node conv")
                .hasMessageContaining("no algorithm")
                .message()
                .doesNotContain("\n");
    }

    @Test
    void memoryThatIsTakenBetweenLevelsIsSaidAndGivenBackMemoryIsUsed() {
        WidthLevel small = model.levels().get(model.levels().size() - 1);
        try (Session session = backend().open(model, OPTIONS)) {
            session.prepare(small);
            session.run(small, input, output);
            // Another process took the rest.
            StandIn.set("memory", StandIn.get("live_bytes") + 1000);
            assertThatThrownBy(() -> session.prepare(model.full()))
                    .isInstanceOf(EnvironmentException.class)
                    .hasMessageContaining("not available")
                    .hasMessageContaining("close other programs");
            session.run(small, input, output);
            StandIn.set("memory", 3072L << 20);
            session.run(model.full(), input, output);
        }
    }

    @Test
    void aDeviceWithoutTheArithmeticIsAskedForAnother() {
        StandIn.set("compute_capability", 62);
        assertThatThrownBy(() -> backend()
                        .open(model, OPTIONS.withPrecision(Precision.TF32))
                        .close())
                .hasMessageContaining("80");
    }

    @Test
    void closedSessionsLeaveNothingOnTheDevice() {
        long before = StandIn.get("live_bytes")
                + StandIn.get("live_descriptors")
                + StandIn.get("live_handles")
                + StandIn.get("live_streams")
                + StandIn.get("pinned_bytes");
        try (Session session = backend().open(model, OPTIONS)) {
            session.run(model.full(), input, output);
        }
        assertThat(StandIn.get("live_bytes")
                        + StandIn.get("live_descriptors")
                        + StandIn.get("live_handles")
                        + StandIn.get("live_streams")
                        + StandIn.get("pinned_bytes"))
                .isEqualTo(before);
    }
}
